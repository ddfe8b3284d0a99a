using System.Text;
using Adr.Kernel.Running;

namespace Adr.Kernel.Export;

/// <summary>
/// Converts text with a terminal's escape sequences to HTML, with spans for colours, or to plain text.
/// </summary>
/// <remarks>Text after a carriage return overwrites its line, as on a terminal.</remarks>
internal static class AnsiText
{
    private const string SequenceStart = "\u001b[";

    private static readonly string[] Colors = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

    /// <summary>The text as HTML. Escape sequences other than colours are dropped.</summary>
    internal static string ToHtml(string text)
    {
        var html = new StringBuilder();
        var open = false;
        foreach (var (piece, codes) in Pieces(text))
        {
            html.Append(Html.Escape(piece));
            if (codes is null) continue;
            if (open) html.Append("</span>");
            var style = Classes(codes);
            open = style.Length > 0;
            if (open) html.Append($"<span class=\"{style}\">");
        }
        if (open) html.Append("</span>");
        return html.ToString();
    }

    /// <summary>The text without its escape sequences.</summary>
    internal static string ToPlain(string text) => string.Concat(Pieces(text).Select(piece => piece.Text));

    /// <summary>The text divided at its escape sequences.</summary>
    /// <returns>Each piece with the codes of the colour that follows it; null if none does.</returns>
    private static IEnumerable<(string Text, string? Codes)> Pieces(string text)
    {
        text = Overwrite(text);
        var from = 0;
        while (true)
        {
            var start = text.IndexOf(SequenceStart, from, StringComparison.Ordinal);
            var end = start < 0 ? text.Length : start + SequenceStart.Length;
            while (end < text.Length && !char.IsAsciiLetter(text[end])) end++;
            var isColor = end < text.Length && text[end] == 'm';
            yield return (start < 0 ? text[from..] : text[from..start],
                isColor ? text[(start + SequenceStart.Length)..end] : null);
            if (end == text.Length) yield break;
            from = end + 1;
        }
    }

    private static string Overwrite(string text)
    {
        if (text.AsSpan().IndexOfAny('\r', '\b') < 0) return text;
        var shown = new TerminalText();
        shown.Append(text);
        return shown.ToString();
    }

    private static string Classes(string sequence)
    {
        var classes = new List<string>();
        var codes = sequence.Split(';');
        for (var i = 0; i < codes.Length; i++)
        {
            if (codes[i].Length == 0) classes.Clear(); // No code means 0.
            if (!int.TryParse(codes[i], out var code)) continue;
            if (code == 0) classes.Clear();
            else if (code == 1) classes.Add("ansi-bold");
            else if (code is >= 30 and <= 37) classes.Add("ansi-" + Colors[code - 30]);
            else if (code is >= 90 and <= 97) classes.Add("ansi-" + Colors[code - 90]);
            else if (code is 38 or 48) i += Arguments(codes.AsSpan(i + 1)); // a colour that the page does not have
        }
        return string.Join(' ', classes);
    }

    /// <summary>
    /// The number of codes after 38 or 48 that describe the colour: its number, 5;n, or its parts, 2;r;g;b.
    /// </summary>
    private static int Arguments(ReadOnlySpan<string> codes) => codes is ["5", ..] ? 2 : codes is ["2", ..] ? 4 : 0;
}
