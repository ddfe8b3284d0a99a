using System.Text.RegularExpressions;

namespace Adr.Kernel.Packages;

/// <summary>A package that a cell names: <c>#r "nuget: Name, Version"</c>.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Version">A NuGet version or range; <c>*</c>, the newest stable one, where the cell names none.</param>
internal sealed partial record PackageRequest(string Id, string Version)
{
    /// <summary>Reads what stands after <c>nuget:</c>.</summary>
    /// <exception cref="FormatException">It is no package's name and version.</exception>
    internal static PackageRequest Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success) throw new FormatException($"'{text.Trim()}' is no package: expected a name, and after a comma a version, as in #r \"nuget: MathNet.Numerics, 5.0.0\".");
        return new PackageRequest(match.Groups["id"].Value, match.Groups["version"] is { Success: true } version ? version.Value.Trim() : "*");
    }

    /// <inheritdoc/>
    public override string ToString() => Version == "*" ? Id : $"{Id}, {Version}";

    [GeneratedRegex(@"^\s*(?<id>[A-Za-z0-9_][\w.-]*)\s*(,\s*(?<version>[\[(]?[\w.*+,\s-]+[\])]?)\s*)?$")]
    private static partial Regex Form();
}
