using System.Text;

namespace Adr.Kernel.Export;

/// <summary>Text of a terminal as HTML: colours become spans, a carriage return overwrites its line.</summary>
internal static class AnsiText
{
    private static readonly string[] Colors = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

    /// <summary>The text as HTML; escape sequences that do not colour are dropped.</summary>
    internal static string ToHtml(string text)
    {
        text = Overwrite(text);
        var html = new StringBuilder();
        var open = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\u001b' && i + 1 < text.Length && text[i + 1] == '[')
            {
                var end = i + 2;
                while (end < text.Length && !char.IsAsciiLetter(text[end])) end++;
                if (end < text.Length && text[end] == 'm')
                {
                    if (open) html.Append("</span>");
                    var style = Classes(text[(i + 2)..end]);
                    open = style.Length > 0;
                    if (open) html.Append($"<span class=\"{style}\">");
                }
                i = end;
                continue;
            }
            html.Append(Html.Escape(char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? text.Substring(i++, 2) : text[i].ToString()));
        }
        if (open) html.Append("</span>");
        return html.ToString();
    }

    /// <summary>A progress line that returns to its start shows its last state, as on a terminal.</summary>
    private static string Overwrite(string text)
    {
        text = text.Replace("\r\n", "\n");
        if (!text.Contains('\r')) return text;
        return string.Join('\n', text.Split('\n').Select(line =>
        {
            var states = line.Split('\r', StringSplitOptions.RemoveEmptyEntries);
            return states.Length == 0 ? "" : states[^1];
        }));
    }

    private static string Classes(string codes)
    {
        var classes = new List<string>();
        foreach (var code in codes.Split(';'))
        {
            if (!int.TryParse(code, out var number) || number == 0) classes.Clear();
            else if (number == 1) classes.Add("ansi-bold");
            else if (number is >= 30 and <= 37) classes.Add("ansi-" + Colors[number - 30]);
            else if (number is >= 90 and <= 97) classes.Add("ansi-" + Colors[number - 90]);
        }
        return string.Join(' ', classes);
    }
}
