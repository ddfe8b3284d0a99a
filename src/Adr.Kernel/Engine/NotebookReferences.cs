using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Adr.Kernel.Packages;
using Microsoft.AspNetCore.Html;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.Engine;

/// <summary>Finds the assemblies that cells reference by <c>#r</c>, for the compiler and for the runtime.</summary>
/// <remarks>
/// All assemblies are loaded into the default context of the process, and the host's own assembly is used for every
/// name that the host has. So the cells and the engine's formatters agree on the type of an object.
/// </remarks>
internal sealed class NotebookReferences : MetadataReferenceResolver
{
    private readonly string folder;
    private readonly List<string> searchPaths;
    private readonly Dictionary<string, string> host = new(StringComparer.OrdinalIgnoreCase); // simple name → path
    private readonly Dictionary<string, string> named = new(StringComparer.OrdinalIgnoreCase); // simple name → path
    private readonly List<string> folders = []; // of the named assemblies
    private readonly Dictionary<string, PortableExecutableReference> cache = [];
    private readonly List<string> notices = [];
    private readonly List<string> missing = [];

    internal NotebookReferences(string folder, IReadOnlyList<string> searchPaths)
    {
        this.folder = folder;
        this.searchPaths = [.. searchPaths.Select(path => Path.GetFullPath(path, folder)), AppContext.BaseDirectory];
        var trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        foreach (var path in trusted.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            host.TryAdd(Path.GetFileNameWithoutExtension(path), path);
        AssemblyLoadContext.Default.Resolving += (context, name) => Load(context, name);
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += LoadNative;
    }

    /// <summary>
    /// The assemblies that every cell can use: the framework, the formatters, this library and Newtonsoft.Json.
    /// </summary>
    internal IEnumerable<MetadataReference> Default
    {
        get
        {
            var framework = Path.GetDirectoryName(typeof(object).Assembly.Location);
            Type[] own =
            [
                typeof(NotebookReferences), typeof(KernelInvocationContext), typeof(Formatter), typeof(IHtmlContent),
            ];
            return host.Values.Where(path => Path.GetDirectoryName(path) == framework)
                .Concat(own.Select(type => type.Assembly.Location))
                .Append(host["Newtonsoft.Json"]) // as in .NET Interactive, and not loaded before it is used
                .Select(Reference);
        }
    }

    public override bool ResolveMissingAssemblies => true;

    public override ImmutableArray<PortableExecutableReference> ResolveReference(
        string reference, string? baseFilePath, MetadataReferenceProperties properties)
    {
        if (Find(reference, baseFilePath) is { } path) return [Reference(Chosen(path))];
        missing.Add(reference);
        return [];
    }

    public override PortableExecutableReference? ResolveMissingAssembly(
        MetadataReference definition, AssemblyIdentity referenceIdentity)
    {
        var besides = Path.GetDirectoryName((definition as PortableExecutableReference)?.FilePath);
        return PathOf(referenceIdentity.Name, besides) is { } path ? Reference(path) : null;
    }

    /// <summary>
    /// The references of restored packages. A name that the host has, or that was loaded before, keeps its assembly.
    /// </summary>
    internal IEnumerable<MetadataReference> Add(RestoredPackages packages)
    {
        foreach (var place in packages.Natives)
            if (!folders.Contains(place)) folders.Add(place);
        return [.. packages.Assemblies.Select(path => (MetadataReference)Reference(Chosen(path)))];
    }

    /// <summary>Loads an assembly that cells do not reference, such as an extension of a package.</summary>
    internal Assembly Load(string path) => AssemblyLoadContext.Default.LoadFromAssemblyPath(Chosen(path));

    /// <summary>Forgets the missing references of the last cell.</summary>
    internal void EnterCell() => missing.Clear();

    internal IReadOnlyList<string> TakeNotices()
    {
        string[] taken = [.. notices];
        notices.Clear();
        return taken;
    }

    /// <summary>Where a missing reference was looked for; null if none is missing.</summary>
    internal string? Explain(CompilationErrorException error)
    {
        if (missing.Count == 0 || error.Diagnostics.All(found => found.Id != "CS0006")) return null;
        return $"{string.Join(", ", missing.Distinct())} was looked for in {string.Join(", ", Places(null))}";
    }

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    private IEnumerable<string> Places(string? baseFilePath)
    {
        // The references of a #load'ed file are relative to that file.
        if (baseFilePath is not null && Path.IsPathRooted(baseFilePath))
            yield return Path.GetDirectoryName(baseFilePath)!;
        yield return folder;
        if (Environment.CurrentDirectory != folder) yield return Environment.CurrentDirectory;
        foreach (var path in searchPaths) yield return path;
    }

    private string? Find(string reference, string? baseFilePath)
    {
        var files = Places(baseFilePath).Select(place => Path.GetFullPath(reference, place));
        if (files.FirstOrDefault(File.Exists) is { } file) return file;
        // A path of another folder: that of the original, where a notebook was copied. What lies beside the engine's
        // host is used for its name anyway.
        if (reference.AsSpan().ContainsAny('/', '\\'))
        {
            var bare = reference[(reference.LastIndexOfAny(['/', '\\']) + 1)..];
            return searchPaths.Select(place => Path.Combine(place, bare)).FirstOrDefault(File.Exists);
        }
        // A bare name, with or without .dll, may belong to the framework.
        var name = reference.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? reference[..^4] : reference;
        return host.GetValueOrDefault(name.Split(',')[0].Trim());
    }

    /// <summary>
    /// The assembly to use for a file: the host's or an earlier one of the same name, or else the file.
    /// </summary>
    private string Chosen(string path)
    {
        var name = ReadName(path)?.Name ?? Path.GetFileNameWithoutExtension(path);
        if (host.TryGetValue(name, out var own))
        {
            if (own != path) NoteOlderHost(path, own);
            return own;
        }
        if (named.TryGetValue(name, out var earlier) && earlier != path)
        {
            if (ReadName(path)?.FullName != ReadName(earlier)?.FullName)
                notices.Add($"{path} is not loaded, because {earlier} has the same name and was loaded before.");
            return earlier;
        }
        named[name] = path;
        var place = Path.GetDirectoryName(path)!;
        if (!folders.Contains(place)) folders.Add(place);
        return path;
    }

    private void NoteOlderHost(string path, string own)
    {
        var (requested, present) = (ReadName(path)?.Version, ReadName(own)?.Version);
        if (requested > present)
        {
            notices.Add($"{Path.GetFileName(path)} has version {requested}, but the engine itself uses version " +
                $"{present} ({own}). The notebook gets the engine's version.");
        }
    }

    private PortableExecutableReference Reference(string path)
    {
        if (!cache.TryGetValue(path, out var reference))
            cache[path] = reference = MetadataReference.CreateFromFile(path, documentation: XmlDocs.Of(path));
        return reference;
    }

    /// <summary>The file of an assembly: the host's, a named one, or one that lies beside those.</summary>
    private string? PathOf(string name, string? besides)
    {
        if (host.TryGetValue(name, out var path) || named.TryGetValue(name, out path)) return path;
        IEnumerable<string> places = besides is null ? folders : [besides, .. folders];
        return places.Append(AppContext.BaseDirectory).Select(place => Path.Combine(place, name + ".dll"))
            .FirstOrDefault(File.Exists);
    }

    private Assembly? Load(AssemblyLoadContext context, AssemblyName name) =>
        name.Name is { } simple && PathOf(simple, null) is { } path ? context.LoadFromAssemblyPath(path) : null;

    private nint LoadNative(Assembly assembly, string name)
    {
        string?[] places = [assembly.IsDynamic ? null : Path.GetDirectoryName(assembly.Location), .. folders];
        string[] files = OperatingSystem.IsWindows() ? [name, name + ".dll"]
            : OperatingSystem.IsMacOS() ? [name, $"lib{name}.dylib", name + ".dylib"]
            : [name, $"lib{name}.so", name + ".so"];
        string[] subfolders = ["", Path.Combine("runtimes", RuntimeInformation.RuntimeIdentifier, "native")];
        var paths = from place in places.Where(place => !string.IsNullOrEmpty(place)).Distinct()
                    from subfolder in subfolders
                    from file in files
                    select Path.Combine(place, subfolder, file);
        foreach (var path in paths.Where(File.Exists))
            if (NativeLibrary.TryLoad(path, out var handle)) return handle;
        return 0;
    }

    // A file that is not an assembly has no name. The compiler reports it with the line.
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
