(function () {
  'use strict';
  // Fold and unfold all code.
  var button = document.getElementById('fold');
  if (button) {
    var sources = document.querySelectorAll('details.source');
    var anyOpen = function () { return Array.prototype.some.call(sources, function (d) { return d.open; }); };
    var label = function () { button.textContent = anyOpen() ? 'Hide code' : 'Show code'; };
    button.hidden = false;
    button.addEventListener('click', function () {
      var open = !anyOpen();
      sources.forEach(function (d) { d.open = open; });
      label();
    });
    label();
  }

  // Make those figures live that the embedded part of plotly can draw. The others stay static.
  if (!window.Plotly) return;
  var known = window.Plotly.PlotSchema.get().traces;
  function isClear(color) { return /^rgba\(.*,\s*0(\.0*)?\)$/.test(color || '') || color === 'transparent'; }
  document.querySelectorAll('.figure[data-plotly]').forEach(function (box) {
    var figure = JSON.parse(box.getAttribute('data-plotly'));
    if (!figure.data.every(function (t) { return (t.type || 'scatter') in known; })) return;
    var layout = figure.layout || {};
    var fixed = box.querySelector('.static'), picture = fixed.querySelector('svg[viewBox]');
    var onPage = isClear(layout.paper_bgcolor); // The text then needs the colour of the page.
    var bars = [];
    function ink() { return getComputedStyle(box).color; }
    if (onPage) {
      layout.font = Object.assign({}, layout.font, { color: ink() });
      figure.data.forEach(function (t, i) { if (t.error_y) { bars.push(i); t.error_y.color = ink(); } });
    }
    if (!layout.width && picture) box.style.maxWidth = picture.viewBox.baseVal.width + 'px';
    var plot = document.createElement('div');
    box.appendChild(plot);
    fixed.hidden = true;
    var config = Object.assign({ responsive: true, displaylogo: false }, figure.config);
    window.Plotly.newPlot(plot, figure.data, layout, config).then(function () {
      if (!onPage) return;
      window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', function () {
        window.Plotly.update(plot, bars.length ? { 'error_y.color': ink() } : {}, { 'font.color': ink() }, bars);
      });
    }).catch(function (problem) {
      plot.remove();
      fixed.hidden = false;
      console.error(problem);
    });
  });
})();
