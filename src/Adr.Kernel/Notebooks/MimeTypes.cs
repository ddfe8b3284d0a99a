namespace Adr.Kernel.Notebooks;

/// <summary>How the notebook format stores a value of each MIME type.</summary>
public static class MimeTypes
{
    /// <summary>True for <c>application/json</c> and <c>application/…+json</c>, whose values are JSON and not text.</summary>
    /// <remarks>nbformat 4.5's schema: <c>^application/(.*\+)?json$</c>.</remarks>
    public static bool IsJson(string mimeType) =>
        mimeType == "application/json" ||
        (mimeType.StartsWith("application/", StringComparison.Ordinal) && mimeType.EndsWith("+json", StringComparison.Ordinal));

    /// <summary>True for types whose text is written as an array of lines: text, SVG and JavaScript, but not base64 images.</summary>
    public static bool IsMultiline(string mimeType) =>
        mimeType.StartsWith("text/", StringComparison.Ordinal) || mimeType is "image/svg+xml" or "application/javascript";
}
