using System.Text;
using System.Xml;

namespace Adr.Interactive.Drawing;

/// <summary>Makes any text safe in HTML and XML.</summary>
internal static class Escape
{
    /// <summary>
    /// Escapes <c>&amp; &lt; &gt; " '</c> and replaces what XML forbids (control characters, lone surrogates) by
    /// U+FFFD.
    /// </summary>
    internal static string Xml(string? text)
    {
        var safe = new StringBuilder(text?.Length ?? 0);
        for (var i = 0; i < (text?.Length ?? 0); i++)
        {
            var c = text![i];
            switch (c)
            {
                case '&': safe.Append("&amp;"); break;
                case '<': safe.Append("&lt;"); break;
                case '>': safe.Append("&gt;"); break;
                case '"': safe.Append("&quot;"); break;
                case '\'': safe.Append("&#39;"); break;
                default:
                    if (i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1])) safe.Append(c).Append(text[++i]);
                    else safe.Append(XmlConvert.IsXmlChar(c) ? c : '\uFFFD');
                    break;
            }
        }
        return safe.ToString();
    }

    /// <summary>Escapes text for plotly, which reads a few HTML tags and entities in titles and labels.</summary>
    internal static string Plotly(string? text) =>
        (text ?? "").Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
