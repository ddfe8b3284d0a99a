using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;

namespace Adr.Kernel.Engine;

/// <summary>
/// Finds the documentation of an assembly: beside it, or in the SDK's reference packs if it is part of the framework.
/// </summary>
internal static class XmlDocs
{
    private static readonly string Framework = RuntimeEnvironment.GetRuntimeDirectory()
        .TrimEnd(Path.DirectorySeparatorChar);

    /// <summary>The documentation, which is read when it is first needed; null if there is none.</summary>
    internal static DocumentationProvider? Of(string assembly)
    {
        var file = Path.ChangeExtension(assembly, ".xml");
        if (!File.Exists(file) && ReferencePack(assembly) is { } pack)
            file = Path.Combine(pack, Path.GetFileName(file));
        if (!File.Exists(file) && Path.GetFileNameWithoutExtension(file) == "System.Private.CoreLib")
            file = Path.Combine(Path.GetDirectoryName(file)!, "System.Runtime.xml");
        return File.Exists(file) ? XmlDocumentationProvider.CreateFromFile(file) : null;
    }

    // dotnet/shared/NAME/10.0.1/X.dll is documented in dotnet/packs/NAME.Ref/10.0.*/ref/net10.0/X.xml.
    private static string? ReferencePack(string assembly)
    {
        var shared = Path.GetFullPath(Path.Combine(Framework, "..", ".."));
        var parts = Path.GetRelativePath(shared, assembly).Split(Path.DirectorySeparatorChar);
        if (parts.Length != 3 || parts[0] == "..") return null;
        var pack = Path.GetFullPath(Path.Combine(shared, "..", "packs", parts[0] + ".Ref"));
        if (!Directory.Exists(pack)) return null;
        return Directory.GetDirectories(pack)
            .Where(version => Path.GetFileName(version).Split('.')[0] == parts[1].Split('.')[0])
            .OrderDescending(StringComparer.Ordinal)
            .Select(version => Path.Combine(version, "ref"))
            .SelectMany(folder => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
            .FirstOrDefault();
    }
}
