using System.Text;

namespace Adr.Kernel.Export;

/// <summary>Makes text safe for HTML.</summary>
internal static class Html
{
    /// <summary>
    /// Escapes text for an element or a double-quoted attribute. Control characters, which HTML does not allow, become
    /// U+FFFD.
    /// </summary>
    internal static string Escape(string? text)
    {
        var safe = new StringBuilder(text?.Length ?? 0);
        foreach (var c in text ?? "")
            safe.Append(c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                < ' ' and not ('\n' or '\t' or '\r') or '\u007f' => "\uFFFD",
                _ => c.ToString(),
            });
        return safe.ToString();
    }

    /// <summary>A remark of the page itself, about something that it shows in another way or not at all.</summary>
    internal static string Note(string text) => $"<p class=\"note\">{Escape(text)}</p>\n";

    /// <summary>A remark of the page itself, about something within a line.</summary>
    internal static string InlineNote(string text) => $"<small class=\"note\">{Escape(text)}</small>";

    /// <summary>The text, or its beginning and a remark if it is too long for a page.</summary>
    internal static string Shortened(string text) => text.Length <= RenderLimits.LongestText
        ? text
        : text[..RenderLimits.LongestText] + "\n[The rest is left out of this page, because it is too long.]";

    /// <summary>Escapes JSON for a single-quoted attribute, so that its many double quotes stay as they are.</summary>
    internal static string JsonAttribute(string json) =>
        json.Replace("&", "&amp;").Replace("'", "&#39;").Replace("<", "&lt;");

    /// <summary>
    /// A script element. "&lt;/script" inside the code is written so that it does not end the element.
    /// </summary>
    internal static string Script(string code)
    {
        var safe = code.Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase).Replace("<!--", "<\\!--");
        return $"<script>\n{safe}\n</script>";
    }
}
