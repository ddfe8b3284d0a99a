using System.Text;

namespace Adr.Kernel.Export;

/// <summary>Makes any text safe to stand in HTML.</summary>
internal static class Html
{
    /// <summary>Escapes text for an element or a double-quoted attribute; control characters, which HTML forbids, become U+FFFD.</summary>
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

    /// <summary>Escapes JSON for a single-quoted attribute: its many double quotes stay as they are.</summary>
    internal static string JsonAttribute(string json) => json.Replace("&", "&amp;").Replace("'", "&#39;").Replace("<", "&lt;");

    /// <summary>A script of ours cannot end early: "&lt;/script" inside it is written so that HTML does not see it.</summary>
    internal static string Script(string code) => $"<script>\n{code.Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase).Replace("<!--", "<\\!--")}\n</script>";
}
