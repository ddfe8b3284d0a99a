namespace Microsoft.DotNet.Interactive.Formatting;

/// <summary>Text with its MIME type, shown as it is.</summary>
public sealed class FormattedValue
{
    /// <summary>Text with its MIME type; null is empty text.</summary>
    /// <exception cref="ArgumentException">The MIME type is empty.</exception>
    public FormattedValue(string mimeType, string? value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(mimeType);
        MimeType = mimeType;
        Value = value ?? "";
    }

    /// <summary>The MIME type.</summary>
    public string MimeType { get; }

    /// <summary>The text.</summary>
    public string Value { get; }

    /// <summary>A value's text in each of the given MIME types, or in its type's preferred ones.</summary>
    public static IReadOnlyList<FormattedValue> CreateManyFromObject(object? value, params string[] mimeTypes) =>
        [.. (mimeTypes is { Length: > 0 } ? mimeTypes : Formatter.GetPreferredMimeTypesFor(value?.GetType() ?? typeof(object)))
            .Select(mimeType => new FormattedValue(mimeType, value.ToDisplayString(mimeType)))];

    /// <summary>A value's text in a MIME type, or in its type's first preferred one.</summary>
    public static FormattedValue CreateSingleFromObject(object? value, string? mimeType = null) =>
        CreateManyFromObject(value, mimeType is null ? [] : [mimeType])[0];
}
