using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Figures as HTML that is seen everywhere: a static SVG, which a script replaces by the live plot where plotly is loaded.</summary>
internal static class LiveHtml
{
    // Finds every figure on the page that is not live yet, so that it needs no ids and may run once for each output.
    // Plotly may come later (a script at the end of an exported page), hence the wait for load and a few more looks after it.
    // A Jupyter server has none, but serves the files beside the kernel's kernel.json, and plotly is one of them.
    private const string Script = """
        <script>
        (function () {
          function ink(el) { return getComputedStyle(el).color; }
          function live() {
            if (!window.Plotly) return false;
            document.querySelectorAll('.adr-figure[data-plotly]:not([data-live])').forEach(function (el) {
              el.setAttribute('data-live', '');
              var figure = JSON.parse(el.getAttribute('data-plotly')), fixed = el.querySelector('.adr-static');
              var plot = document.createElement('div');
              var bars = [];
              figure.data.forEach(function (trace, i) { if (trace.error_y) { bars.push(i); trace.error_y.color = ink(el); } });
              figure.layout.font = Object.assign({}, figure.layout.font, { color: ink(el) });
              el.appendChild(plot);
              window.Plotly.newPlot(plot, figure.data, figure.layout, figure.config).then(
                function () {
                  if (fixed) fixed.style.display = 'none';
                  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', function () {
                    setTimeout(function () {
                      window.Plotly.update(plot, bars.length ? { 'error_y.color': ink(el) } : {}, { 'font.color': ink(el) }, bars);
                    }, 50);
                  });
                },
                function (problem) { plot.remove(); console.error(problem); });
            });
            return true;
          }
          function fetchPlotly() {
            if (window.Plotly || window.adrPlotly) return;
            var config = document.getElementById('jupyter-config-data'), base = document.body.getAttribute('data-base-url');
            if (!base && config) base = JSON.parse(config.textContent).baseUrl;
            if (!base) return;
            var kernel = window.Jupyter && Jupyter.notebook && Jupyter.notebook.kernel && Jupyter.notebook.kernel.name || '.net-csharp';
            window.adrPlotly = document.createElement('script');
            window.adrPlotly.src = base + 'kernelspecs/' + encodeURIComponent(kernel) + '/plotly-basic.min.js';
            document.head.appendChild(window.adrPlotly);
          }
          function wait(looks) { if (!live() && looks > 0) setTimeout(function () { wait(looks - 1); }, 250); }
          fetchPlotly();
          if (document.readyState === 'complete') wait(20);
          else if (!live()) window.addEventListener('load', function () { wait(20); });
        })();
        </script>
        """;

    /// <summary>One figure: a div that holds the static picture, with its <see cref="PlainPicture"/>, and carries the live one. The JSON has no quote, &lt; or &amp; of its own.</summary>
    internal static string Figure(string svg, string plain, string plotlyJson, int width) =>
        $"<div class=\"adr-figure\" style=\"max-width:{width}px\" data-plotly='{plotlyJson}'><div class=\"adr-static\">\n{plain}\n{svg}\n</div></div>";

    /// <summary>Adds the script to one or more figures.</summary>
    internal static string Document(string figures) => figures + "\n" + Script;
}
