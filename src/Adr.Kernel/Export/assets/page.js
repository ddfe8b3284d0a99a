(function () {
  'use strict';
  // Fold and unfold all code.
  var button = document.querySelector('body > #fold');
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
  function draw(box, fixed) {
    var figure = JSON.parse(box.getAttribute('data-plotly'));
    if (!figure.data.every(function (t) { return (t.type || 'scatter') in known; })) return;
    var layout = figure.layout || {};
    var picture = fixed.querySelector('svg[viewBox]');
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
    return new Promise(function (made) {
      made(window.Plotly.newPlot(plot, figure.data, layout, config));
    }).then(function () {
      if (!onPage) return;
      window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', function () {
        window.Plotly.update(plot, bars.length ? { 'error_y.color': ink() } : {}, { 'font.color': ink() }, bars);
      });
    }).catch(function (problem) {
      plot.remove();
      throw problem;
    });
  }
  // A figure that cannot be drawn stays static, and the others become live.
  document.querySelectorAll('.figure[data-plotly]').forEach(function (box) {
    var fixed = box.querySelector('.static');
    Promise.resolve().then(function () { return draw(box, fixed); }).catch(function (problem) {
      fixed.hidden = false;
      console.error(problem);
    });
  });
})();
