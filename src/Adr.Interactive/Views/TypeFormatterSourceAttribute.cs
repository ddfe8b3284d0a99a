namespace Adr.Interactive;

/// <summary>Names the type that formats objects of the marked class.</summary>
/// <remarks>Microsoft.DotNet.Interactive.Formatting finds this attribute by its name, so that a library needs no reference to it
/// (docs/formatting.md of dotnet/interactive).</remarks>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    /// <summary>A class with a method CreateTypeFormatters.</summary>
    public Type FormatterSourceType { get; } = formatterSourceType;

    /// <summary>The MIME types to show the object in.</summary>
    public string[] PreferredMimeTypes { get; set; } = [];
}
