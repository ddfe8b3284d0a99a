namespace Adr.Interactive.Drawing;

/// <summary>Estimates the width of a text in a sans-serif font, which an SVG cannot measure.</summary>
internal static class TextSize
{
    /// <summary>The width in pixels at a font size in pixels, a little overestimated.</summary>
    internal static double Width(string text, double fontSize)
    {
        var em = 0.0;
        foreach (var c in text)
            em += c switch
            {
                'i' or 'j' or 'l' or 'I' or '.' or ',' or ':' or ';' or '\'' or '|' or '!' => 0.3,
                ' ' or 'f' or 't' or 'r' or '(' or ')' or '[' or ']' or '-' => 0.38,
                'm' or 'M' or 'w' or 'W' or '@' or '%' => 0.9,
                >= 'A' and <= 'Z' => 0.7,
                _ => 0.59,
            };
        return em * fontSize;
    }

    /// <summary>
    /// The text in lines of at most this width, broken between words. A word that is wider has a line of its own.
    /// </summary>
    internal static IReadOnlyList<string> Lines(string? text, double fontSize, double width)
    {
        var lines = new List<string>();
        foreach (var word in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (lines.Count > 0 && Width($"{lines[^1]} {word}", fontSize) <= width) lines[^1] += $" {word}";
            else lines.Add(word);
        }
        return lines;
    }
}
