using System.Net;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.Engine;

/// <summary>Diagrams in the language of mermaid.js.</summary>
internal static class Mermaid
{
    private const string Library = "https://cdn.jsdelivr.net/npm/mermaid@11/dist/mermaid.esm.min.mjs";

    /// <summary>
    /// A diagram for front ends that know mermaid, and as HTML that loads mermaid. Without a network, and where scripts
    /// do not run, the HTML shows the text of the diagram.
    /// </summary>
    internal static FormattedValue[] Of(string diagram)
    {
        var id = $"mermaid-{Guid.NewGuid():N}";
        var html = $$"""
            <div id="{{id}}"><pre>{{WebUtility.HtmlEncode(diagram)}}</pre></div>
            <script type="module">
            import mermaid from "{{Library}}";
            mermaid.initialize({ startOnLoad: false });
            const place = document.getElementById("{{id}}");
            const { svg } = await mermaid.render("{{id}}-svg", place.textContent);
            place.innerHTML = svg;
            </script>
            """;
        return
        [
            new FormattedValue(HtmlFormatter.MimeType, html),
            new FormattedValue("text/vnd.mermaid", diagram),
            new FormattedValue(PlainTextFormatter.MimeType, diagram),
        ];
    }
}
