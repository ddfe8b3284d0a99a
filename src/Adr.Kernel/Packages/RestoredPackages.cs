using System.Text.Json;

namespace Adr.Kernel.Packages;

/// <summary>What a restore found: the assemblies to reference, and which version of each package it took.</summary>
/// <param name="Assemblies">The paths of all managed assemblies, those of dependencies included.</param>
/// <param name="Natives">The folders that hold native libraries.</param>
/// <param name="Versions">The version taken of every package, by name.</param>
/// <param name="Extensions">Packages that bring an extension of .NET Interactive, which does not exist here.</param>
internal sealed record RestoredPackages(
    IReadOnlyList<string> Assemblies, IReadOnlyList<string> Natives, IReadOnlyDictionary<string, string> Versions, IReadOnlyList<string> Extensions)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>What an earlier restore wrote down; null where there was none, or its files have gone since.</summary>
    internal static RestoredPackages? Load(string file)
    {
        if (!File.Exists(file)) return null;
        try
        {
            return JsonSerializer.Deserialize<RestoredPackages>(File.ReadAllText(file)) is { } found && found.Assemblies.All(File.Exists) && found.Natives.All(Directory.Exists) ? found : null;
        }
        catch (JsonException)
        {
            return null; // not ours: it is written anew
        }
    }

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Indented);
}
