using System.Net;
using Adr.Kernel.Engine;
using Adr.Kernel.InteractiveApi;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.Packages;

/// <summary>The packages that the cells of one session have asked for.</summary>
/// <param name="folder">The folder of the notebook.</param>
/// <param name="use">Makes restored assemblies available to cells.</param>
/// <param name="extend">Loads an extension: takes the package, the extension's folder and the cell.</param>
/// <param name="unextended">Packages whose extension is not loaded.</param>
internal sealed class NotebookPackages(
    string folder, Action<RestoredPackages> use, Func<string, string, RunningCell, Task> extend,
    IReadOnlyCollection<string> unextended)
{
    private readonly PackageRestorer restorer = new(folder);
    private readonly Dictionary<string, PackageRequest> requested = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> sources = [];
    private IReadOnlyDictionary<string, string> versions = new Dictionary<string, string>(); // of the last restore
    private readonly HashSet<string> extended = new(unextended, StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Restores the packages of a cell before its code runs, displays them, and loads their extensions.
    /// </summary>
    /// <exception cref="DirectiveException">
    /// A package cannot be restored, or was requested in another version before.
    /// </exception>
    internal async Task AddAsync(IReadOnlyList<Step> steps, RunningCell context)
    {
        foreach (var source in steps.OfType<PackageSource>())
            if (!sources.Contains(source.Address)) sources.Add(source.Address);
        var wanted = steps.OfType<PackageStep>().ToList();
        if (wanted.Count == 0) return;
        var all = new Dictionary<string, PackageRequest>(requested, StringComparer.OrdinalIgnoreCase);
        foreach (var step in wanted)
        {
            if (all.TryGetValue(step.Package.Id, out var earlier)) CheckVersion(step, earlier);
            all.TryAdd(step.Package.Id, step.Package);
        }
        if (all.Count == requested.Count) return;

        var names = string.Join("; ", wanted.Select(step => step.Package));
        var shown = context.Display(Text($"Restoring {names} …", []));
        RestoredPackages restored;
        try
        {
            restored = await restorer.RestoreAsync([.. all.Values], sources, context.CancellationToken)
                .ConfigureAwait(false);
        }
        catch (PackageRestoreException error)
        {
            throw new DirectiveException(error.Message, wanted[0].Line);
        }
        use(restored);
        versions = restored.Versions;
        foreach (var (id, package) in all) requested[id] = package;
        shown.Update(Text("Installed Packages", wanted.Select(step => step.Package)
            .Select(package => $"{package.Id}, {versions.GetValueOrDefault(package.Id, package.Version)}").Distinct()));
        foreach (var (package, place) in restored.Extensions.Where(found => extended.Add(found.Key)))
            await extend(package, place, context).ConfigureAwait(false);
    }

    private void CheckVersion(PackageStep step, PackageRequest earlier)
    {
        var version = step.Package.Version;
        var present = versions.GetValueOrDefault(earlier.Id, earlier.Version);
        if (version == "*" || version == earlier.Version || version == present) return;
        throw new DirectiveException($"{step.Package.Id} version {version} cannot be added because version {present} " +
            "was added previously. Restart to use another version.", step.Line);
    }

    private static FormattedValue[] Text(string heading, IEnumerable<string> lines)
    {
        string[] items = [.. lines];
        var list = string.Concat(items.Select(item => $"<li><span>{WebUtility.HtmlEncode(item)}</span></li>"));
        if (items.Length > 0) list = $"<ul>{list}</ul>";
        return
        [
            new(HtmlFormatter.MimeType, $"<div><strong>{WebUtility.HtmlEncode(heading)}</strong>{list}</div>"),
            new(PlainTextFormatter.MimeType, items.Length == 0 ? heading : $"{heading}: {string.Join("; ", items)}"),
        ];
    }
}
