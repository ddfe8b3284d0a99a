using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>A short text, the same in HTML.</summary>
[TypeFormatterSource(typeof(ViewFormatterSource), PreferredMimeTypes = [Mime.Html, Mime.Text])]
internal sealed class TextView(string text) : View
{
    private static readonly string[] Types = [Mime.Html, Mime.Text];

    /// <inheritdoc/>
    public override IReadOnlyList<string> MimeTypes => Types;

    /// <inheritdoc/>
    public override string As(string mimeType) => mimeType switch
    {
        Mime.Html => $"<span>{Escape.Xml(text)}</span>",
        Mime.Text => text,
        _ => throw NotOffered(mimeType),
    };
}
