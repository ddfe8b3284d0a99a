using System.Text;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>
/// Figures as HTML that can be seen everywhere: a static SVG, which a script replaces by the live plot where plotly is
/// loaded.
/// </summary>
internal static class LiveHtml
{
    // Finds every figure on the page that is not interactive yet, so it needs no ids and may run for each output.
    // Plotly may come later (a script at the end of an exported page), hence the wait for load and a few more tries.
    // A Jupyter server has none, but serves the files beside the kernel's kernel.json, and plotly is one of them.
    private const string Script = """
        <script>
        (function () {
          function ink(el) { return getComputedStyle(el).color; }
          function isClear(color) { return /^rgba\(.*,\s*0(\.0*)?\)$/.test(color || '') || color === 'transparent'; }
          function live() {
            if (!window.Plotly) return false;
            var known = window.Plotly.PlotSchema.get().traces;
            document.querySelectorAll('.adr-figure[data-plotly]:not([data-live])').forEach(function (el) {
              el.setAttribute('data-live', '');
              var figure = JSON.parse(el.getAttribute('data-plotly')), fixed = el.querySelector('.adr-static');
              if (!figure.data.every(function (trace) { return (trace.type || 'scatter') in known; })) return;
              var plot = document.createElement('div');
              var onPage = isClear(figure.layout.paper_bgcolor); // The text then needs the colour of the page.
              var bars = [];
              if (onPage) {
                figure.layout.font = Object.assign({}, figure.layout.font, { color: ink(el) });
                figure.data.forEach(function (trace, i) {
                  if (trace.error_y) { bars.push(i); trace.error_y.color = ink(el); }
                });
              }
              el.appendChild(plot);
              window.Plotly.newPlot(plot, figure.data, figure.layout, figure.config).then(
                function () {
                  if (fixed) fixed.style.display = 'none';
                  if (!onPage) return;
                  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', function () {
                    setTimeout(function () {
                      var errors = bars.length ? { 'error_y.color': ink(el) } : {};
                      window.Plotly.update(plot, errors, { 'font.color': ink(el) }, bars);
                    }, 50);
                  });
                },
                function (problem) { plot.remove(); console.error(problem); });
            });
            return true;
          }
          function fetchPlotly() {
            if (window.Plotly || window.adrPlotly) return;
            var config = document.getElementById('jupyter-config-data');
            var base = document.body.getAttribute('data-base-url');
            if (!base && config) base = JSON.parse(config.textContent).baseUrl;
            if (!base) return;
            var notebook = window.Jupyter && Jupyter.notebook;
            var kernel = notebook && notebook.kernel && notebook.kernel.name || '.net-csharp';
            window.adrPlotly = document.createElement('script');
            window.adrPlotly.src = base + 'kernelspecs/' + encodeURIComponent(kernel) + '/plotly-cartesian.min.js';
            document.head.appendChild(window.adrPlotly);
          }
          function wait(tries) { if (!live() && tries > 0) setTimeout(function () { wait(tries - 1); }, 250); }
          fetchPlotly();
          if (document.readyState === 'complete') wait(20);
          else if (!live()) window.addEventListener('load', function () { wait(20); });
        })();
        </script>
        """;

    /// <summary>
    /// One figure: a div that shows the static picture and carries the live one. The picture is an image, which stays
    /// where a page takes scripts and SVG out. The JSON has no quote, &lt; or &amp; of its own.
    /// </summary>
    internal static string Figure(StaticPicture picture, string plotlyJson)
    {
        var image = Image(picture.Document(inline: false), picture.Title);
        return $"<div class=\"adr-figure\" style=\"max-width:{picture.Width}px\" data-plotly='{plotlyJson}'>"
            + $"{image}</div>";
    }

    /// <summary>A picture as an image, which no page takes out.</summary>
    /// <param name="svg">A complete SVG document, with its own size and colour.</param>
    /// <param name="description">What a screen reader says.</param>
    internal static string Image(string svg, string description)
    {
        var source = $"data:image/svg+xml;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(svg))}";
        return $"<img class=\"adr-static\" alt=\"{Escape.Xml(description)}\" style=\"max-width:100%\" "
            + $"src=\"{source}\"/>";
    }

    /// <summary>Adds the script to one or more figures.</summary>
    internal static string Document(string figures) => figures + "\n" + Script;
}
