using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>One cell of a table.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Detail">A smaller text after it: an interval.</param>
/// <param name="Strong">Stands out: bold, and with a star where there is no bold.</param>
public sealed record TableCell(string Text, string? Detail = null, bool Strong = false)
{
    /// <summary>A cell with a text alone.</summary>
    public static implicit operator TableCell(string text) => new(text);

    internal string Plain => (string.IsNullOrEmpty(Detail) ? Text : $"{Text} {Detail}") + (Strong ? " *" : "");

    /// <summary>In HTML.</summary>
    /// <param name="keepsDetail">Whether the detail stays on one line; it may go below the text in any case.</param>
    internal string Html(bool keepsDetail)
    {
        var text = Strong ? $"<strong>{Escape.Xml(Text)}</strong>" : Escape.Xml(Text);
        return string.IsNullOrEmpty(Detail) ? text : $"{text} <small style=\"opacity:0.75{(keepsDetail ? ";white-space:nowrap" : "")}\">{Escape.Xml(Detail)}</small>";
    }
}
