using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Something a notebook shows: the same content in several MIME types.</summary>
public abstract class View
{
    /// <summary>The MIME types this view comes in, richest first.</summary>
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

    private protected ArgumentException NotOffered(string mimeType) =>
        new($"A {GetType().Name} comes as {string.Join(", ", MimeTypes)}; got '{mimeType}'.", nameof(mimeType));
}
