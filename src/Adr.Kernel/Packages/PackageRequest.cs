using System.Text.RegularExpressions;

namespace Adr.Kernel.Packages;

/// <summary>A package that a cell asks for: <c>#r "nuget: Name, Version"</c>.</summary>
/// <param name="Id">The name of the package.</param>
/// <param name="Version">
/// A version or range as in NuGet; <c>*</c>, the newest stable one, if the cell gives none.
/// </param>
internal sealed partial record PackageRequest(string Id, string Version)
{
    /// <summary>Reads the text after <c>nuget:</c>.</summary>
    /// <exception cref="FormatException">The text is not the name and version of a package.</exception>
    internal static PackageRequest Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            throw new FormatException($"'{text.Trim()}' is not a package: expected a name, and after a comma a " +
                "version, as in #r \"nuget: MathNet.Numerics, 5.0.0\".");
        }
        var version = match.Groups["version"];
        return new PackageRequest(match.Groups["id"].Value, version.Success ? version.Value.Trim() : "*");
    }

    public override string ToString() => Version == "*" ? Id : $"{Id}, {Version}";

    [GeneratedRegex(@"^\s*(?<id>[A-Za-z0-9_][\w.-]*)\s*(,\s*(?<version>[\[(]?[\w.*+,\s-]+[\])]?)\s*)?$")]
    private static partial Regex Form();
}
