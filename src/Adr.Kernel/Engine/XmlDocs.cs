using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;

namespace Adr.Kernel.Engine;

/// <summary>Finds an assembly's documentation: beside it, or for the framework's in the SDK's reference packs.</summary>
internal static class XmlDocs
{
    private static readonly string Framework = RuntimeEnvironment.GetRuntimeDirectory().TrimEnd(Path.DirectorySeparatorChar);

    /// <summary>Its documentation, read when it is first asked for; null where there is none.</summary>
    internal static DocumentationProvider? Of(string assembly)
    {
        var file = Path.ChangeExtension(assembly, ".xml");
        if (!File.Exists(file) && SharedFramework(assembly) is { } pack) file = Path.Combine(pack, Path.GetFileName(file));
        if (!File.Exists(file) && Path.GetFileNameWithoutExtension(file) == "System.Private.CoreLib") file = Path.Combine(Path.GetDirectoryName(file)!, "System.Runtime.xml");
        return File.Exists(file) ? XmlDocumentationProvider.CreateFromFile(file) : null;
    }

    // dotnet/shared/NAME/10.0.1/X.dll is documented in dotnet/packs/NAME.Ref/10.0.*/ref/net10.0/X.xml.
    private static string? SharedFramework(string assembly)
    {
        var (shared, packs) = (Path.GetFullPath(Path.Combine(Framework, "..", "..")), Path.GetFullPath(Path.Combine(Framework, "..", "..", "..", "packs")));
        var parts = Path.GetRelativePath(shared, assembly).Split(Path.DirectorySeparatorChar);
        if (parts.Length != 3 || parts[0] == "..") return null;
        var pack = Path.Combine(packs, parts[0] + ".Ref");
        return !Directory.Exists(pack) ? null : Directory.GetDirectories(pack)
            .Where(folder => Path.GetFileName(folder).Split('.')[0] == parts[1].Split('.')[0])
            .OrderDescending(StringComparer.Ordinal)
            .SelectMany(folder => Directory.Exists(Path.Combine(folder, "ref")) ? Directory.GetDirectories(Path.Combine(folder, "ref")) : [])
            .FirstOrDefault();
    }
}
