using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Adr.Kernel.Packages;
using Microsoft.AspNetCore.Html;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.Engine;

/// <summary>Finds the assemblies that cells name by <c>#r</c>, for the compiler and for the runtime alike.</summary>
/// <remarks>
/// All of them load into the process's default context, and a name the host itself has is always the host's: so an
/// object a cell makes and the engine's formatters agree on its type.
/// </remarks>
internal sealed class NotebookReferences : MetadataReferenceResolver
{
    private readonly string folder;
    private readonly List<string> searchPaths;
    private readonly Dictionary<string, string> host = new(StringComparer.OrdinalIgnoreCase); // simple name → path
    private readonly Dictionary<string, string> named = new(StringComparer.OrdinalIgnoreCase); // simple name → path
    private readonly List<string> folders = []; // of what was named
    private readonly Dictionary<string, PortableExecutableReference> cache = [];
    private readonly List<string> notices = [];
    private readonly List<string> missing = [];

    internal NotebookReferences(string folder, IReadOnlyList<string> searchPaths)
    {
        this.folder = folder;
        this.searchPaths = [.. searchPaths.Select(path => Path.GetFullPath(path, folder)), AppContext.BaseDirectory];
        foreach (var path in ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            host.TryAdd(Path.GetFileNameWithoutExtension(path), path);
        AssemblyLoadContext.Default.Resolving += (context, name) => Load(context, name);
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += LoadNative;
    }

    /// <summary>What every cell can use: the framework, the formatters and this library's dialect.</summary>
    internal IEnumerable<MetadataReference> Default
    {
        get
        {
            var framework = Path.GetDirectoryName(typeof(object).Assembly.Location);
            return host.Values.Where(path => Path.GetDirectoryName(path) == framework)
                .Concat(new[] { typeof(NotebookReferences), typeof(Formatter), typeof(IHtmlContent) }.Select(type => type.Assembly.Location))
                .Select(Reference);
        }
    }

    public override bool ResolveMissingAssemblies => true;

    public override ImmutableArray<PortableExecutableReference> ResolveReference(string reference, string? baseFilePath, MetadataReferenceProperties properties)
    {
        var path = Find(reference, baseFilePath);
        if (path is null)
        {
            missing.Add(reference);
            return [];
        }
        return [Reference(HostsOwn(path) ?? Named(path))];
    }

    public override PortableExecutableReference? ResolveMissingAssembly(MetadataReference definition, AssemblyIdentity referenceIdentity) =>
        PathOf(referenceIdentity.Name, Path.GetDirectoryName((definition as PortableExecutableReference)?.FilePath)) is { } path ? Reference(path) : null;

    /// <summary>The references of restored packages; a name the host itself has, or that was loaded before, stays what it is.</summary>
    internal IEnumerable<MetadataReference> Add(RestoredPackages packages)
    {
        foreach (var place in packages.Natives)
            if (!folders.Contains(place)) folders.Add(place);
        return [.. packages.Assemblies.Select(path => (MetadataReference)Reference(HostsOwn(path) ?? Named(path)))];
    }

    /// <summary>Forgets what the last cell missed.</summary>
    internal void EnterCell() => missing.Clear();

    internal IReadOnlyList<string> TakeNotices()
    {
        string[] taken = [.. notices];
        notices.Clear();
        return taken;
    }

    /// <summary>Where a missing reference was looked for; null when none is missing.</summary>
    internal string? Explain(CompilationErrorException error) => missing.Count == 0 || error.Diagnostics.All(found => found.Id != "CS0006") ? null
        : $"{string.Join(", ", missing.Distinct())} was looked for in {string.Join(", ", Places(null))}";

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    private IEnumerable<string> Places(string? baseFilePath)
    {
        // A #load'ed file's own references are relative to it.
        if (baseFilePath is not null && Path.IsPathRooted(baseFilePath)) yield return Path.GetDirectoryName(baseFilePath)!;
        yield return folder;
        if (Environment.CurrentDirectory != folder) yield return Environment.CurrentDirectory;
        foreach (var path in searchPaths) yield return path;
    }

    private string? Find(string reference, string? baseFilePath)
    {
        if (Places(baseFilePath).Select(place => Path.GetFullPath(reference, place)).FirstOrDefault(File.Exists) is { } file) return file;
        // A bare name, with or without .dll, may be the framework's.
        if (reference.AsSpan().ContainsAny('/', '\\')) return null;
        var name = reference.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? reference[..^4] : reference;
        return host.GetValueOrDefault(name.Split(',')[0].Trim());
    }

    /// <summary>The host's assembly of the same name, where it has one.</summary>
    private string? HostsOwn(string path)
    {
        if (!host.TryGetValue(SimpleName(path), out var own)) return null;
        if (own == path) return own;
        var (asked, has) = (VersionOf(path), VersionOf(own));
        if (asked > has)
            notices.Add($"{Path.GetFileName(path)} is version {asked}, but the engine itself uses version {has} ({own}), and that is what the notebook gets.");
        return own;
    }

    private string Named(string path)
    {
        var name = SimpleName(path);
        if (named.TryGetValue(name, out var before) && before != path)
        {
            notices.Add($"{path} is not loaded: {before} has the same name and was loaded before.");
            return before;
        }
        named[name] = path;
        var place = Path.GetDirectoryName(path)!;
        if (!folders.Contains(place)) folders.Add(place);
        return path;
    }

    private PortableExecutableReference Reference(string path)
    {
        if (!cache.TryGetValue(path, out var reference)) cache[path] = reference = MetadataReference.CreateFromFile(path, documentation: XmlDocs.Of(path));
        return reference;
    }

    /// <summary>The file of a simple name: the host's, one that was named, or one that lies beside those.</summary>
    private string? PathOf(string name, string? besides)
    {
        if (host.TryGetValue(name, out var path) || named.TryGetValue(name, out path)) return path;
        IEnumerable<string> places = besides is null ? folders : [besides, .. folders];
        return places.Append(AppContext.BaseDirectory).Select(place => Path.Combine(place, name + ".dll")).FirstOrDefault(File.Exists);
    }

    private Assembly? Load(AssemblyLoadContext context, AssemblyName name) =>
        name.Name is { } simple && PathOf(simple, null) is { } path ? context.LoadFromAssemblyPath(path) : null;

    private nint LoadNative(Assembly assembly, string name)
    {
        string?[] places = [assembly.IsDynamic ? null : Path.GetDirectoryName(assembly.Location), .. folders];
        string[] files = OperatingSystem.IsWindows() ? [name, name + ".dll"]
            : OperatingSystem.IsMacOS() ? [name, $"lib{name}.dylib", name + ".dylib"]
            : [name, $"lib{name}.so", name + ".so"];
        foreach (var place in places.Where(place => !string.IsNullOrEmpty(place)).Distinct())
        {
            foreach (var inside in new[] { "", Path.Combine("runtimes", RuntimeInformation.RuntimeIdentifier, "native") })
            {
                foreach (var file in files)
                {
                    var path = Path.Combine(place!, inside, file);
                    if (File.Exists(path) && NativeLibrary.TryLoad(path, out var handle)) return handle;
                }
            }
        }
        return 0;
    }

    private static string SimpleName(string path) => ReadName(path)?.Name ?? Path.GetFileNameWithoutExtension(path);

    private static Version? VersionOf(string path) => ReadName(path)?.Version;

    // A file that is no assembly has no name; the compiler says so, with the line.
    private static AssemblyName? ReadName(string path)
    {
        try
        {
            return AssemblyName.GetAssemblyName(path);
        }
        catch (BadImageFormatException)
        {
            return null;
        }
    }
}
