using System.Net;
using Adr.Kernel.Engine;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.Packages;

/// <summary>The packages of one session: what its cells have asked for so far.</summary>
internal sealed class NotebookPackages(string folder, Action<RestoredPackages> use)
{
    private readonly PackageRestorer restorer = new(folder);
    private readonly Dictionary<string, PackageRequest> asked = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> sources = [];
    private IReadOnlyDictionary<string, string> taken = new Dictionary<string, string>(); // the versions of the last restore
    private readonly HashSet<string> noticed = [];

    /// <summary>Brings what a cell names, before its code runs, and shows what was brought.</summary>
    /// <exception cref="DirectiveException">A package cannot be had, or was asked for in another version before.</exception>
    internal async Task AddAsync(IReadOnlyList<Step> steps, KernelInvocationContext context)
    {
        foreach (var source in steps.OfType<PackageSource>())
            if (!sources.Contains(source.Address)) sources.Add(source.Address);
        var wanted = steps.OfType<PackageStep>().ToList();
        if (wanted.Count == 0) return;
        var all = new Dictionary<string, PackageRequest>(asked, StringComparer.OrdinalIgnoreCase);
        foreach (var step in wanted)
        {
            if (all.TryGetValue(step.Package.Id, out var before) && step.Package.Version is not "*" and var version && version != before.Version && version != taken.GetValueOrDefault(before.Id))
                throw new DirectiveException($"{step.Package.Id} version {version} cannot be added because version {taken.GetValueOrDefault(before.Id, before.Version)} was added previously. Restart to use another.", step.Line);
            all.TryAdd(step.Package.Id, step.Package);
        }
        if (all.Count == asked.Count) return;

        var shown = context.Display(Text($"Restoring {string.Join("; ", wanted.Select(step => step.Package))} …", []));
        RestoredPackages restored;
        try
        {
            restored = await restorer.RestoreAsync([.. all.Values], sources, context.CancellationToken).ConfigureAwait(false);
        }
        catch (PackageRestoreException error)
        {
            throw new DirectiveException(error.Message, wanted[0].Line);
        }
        use(restored);
        taken = restored.Versions;
        foreach (var (id, package) in all) asked[id] = package;
        shown.Update(Text("Installed Packages", wanted.Select(step => $"{step.Package.Id}, {restored.Versions.GetValueOrDefault(step.Package.Id, step.Package.Version)}").Distinct()));
        foreach (var extension in restored.Extensions.Where(noticed.Add))
            context.DisplayStandardError($"{extension} brings an extension of .NET Interactive, which is not loaded: it needs .NET Interactive itself. The package's own classes can be used.\n");
    }

    private static FormattedValue[] Text(string heading, IEnumerable<string> lines)
    {
        string[] items = [.. lines];
        return
        [
            new(HtmlFormatter.MimeType, $"<div><strong>{WebUtility.HtmlEncode(heading)}</strong>{(items.Length == 0 ? "" : $"<ul>{string.Concat(items.Select(item => $"<li><span>{WebUtility.HtmlEncode(item)}</span></li>"))}</ul>")}</div>"),
            new(PlainTextFormatter.MimeType, items.Length == 0 ? heading : $"{heading}: {string.Join("; ", items)}"),
        ];
    }
}
