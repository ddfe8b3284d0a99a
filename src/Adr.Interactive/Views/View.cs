using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Something that a notebook shows: one content in several MIME types.</summary>
public abstract class View
{
    /// <summary>The MIME types of this view, the richest first.</summary>
    public abstract IReadOnlyList<string> MimeTypes { get; }

    /// <summary>The content in one MIME type.</summary>
    /// <exception cref="ArgumentException">The view does not come in that type.</exception>
    public abstract string As(string mimeType);

    /// <summary>The content in every MIME type.</summary>
    public IReadOnlyDictionary<string, string> Bundle() => MimeTypes.ToDictionary(type => type, As);

    /// <summary>The plain text.</summary>
    public override string ToString() => As(Mime.Text);

    /// <summary>Small lines under a view, in HTML.</summary>
    private protected static string NoteLines(IEnumerable<string> notes) =>
        string.Concat(notes.Select(note => $"<div style=\"font-size:85%;opacity:0.8\">{Escape.Xml(note)}</div>\n"));

    private protected ArgumentException NotOffered(string mimeType) => new(
        $"A {GetType().Name} comes as {string.Join(", ", MimeTypes)}; got '{mimeType}'.", nameof(mimeType));
}

/// <summary>The MIME types that views come in.</summary>
public static class Mime
{
    /// <summary>A plotly figure: one JSON object with data, layout and config.</summary>
    public const string Plotly = "application/vnd.plotly.v1+json";

    /// <summary>A piece of HTML.</summary>
    public const string Html = "text/html";

    /// <summary>A picture as a complete SVG document.</summary>
    public const string Svg = "image/svg+xml";

    /// <summary>Text for a terminal and for diffs.</summary>
    public const string Text = "text/plain";

    internal static readonly string[] OfFigure = [Plotly, Html, Svg, Text];
    internal static readonly string[] OfPicture = [Html, Svg, Text];
    internal static readonly string[] OfTable = [Html, Text];
}

/// <summary>A text. Several lines keep their spaces in HTML too.</summary>
internal sealed class TextView(string text) : View
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> MimeTypes => Mime.OfTable;

    /// <inheritdoc/>
    public override string As(string mimeType) => mimeType switch
    {
        Mime.Html when text.Contains('\n') => $"<pre>{Escape.Xml(text)}</pre>",
        Mime.Html => $"<span>{Escape.Xml(text)}</span>",
        Mime.Text => text,
        _ => throw NotOffered(mimeType),
    };
}
