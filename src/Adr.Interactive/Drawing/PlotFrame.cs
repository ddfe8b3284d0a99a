using System.Text.Json.Nodes;

namespace Adr.Interactive.Drawing;

/// <summary>One entry of a legend.</summary>
internal sealed record LegendEntry(
    string Name, string Color, Symbol? Symbol = null, bool Line = false, string? Dashes = null)
{
    /// <summary>The entries of plotly traces: those that have a name and are not left out.</summary>
    internal static IReadOnlyList<LegendEntry> Of(IEnumerable<JsonObject> traces) =>
    [
        .. traces.Index()
            .Where(trace => ChartJson.Flag(trace.Item["showlegend"]) != false
                && !string.IsNullOrEmpty(ChartJson.Text(trace.Item["name"])))
            .Select(trace => Of(trace.Item, trace.Index)),
    ];

    private static LegendEntry Of(JsonObject trace, int place)
    {
        var style = new TraceStyle(trace, place);
        var name = ChartJson.Plain(ChartJson.Text(trace["name"]));
        return style.IsBar
            ? new LegendEntry(name, style.Color)
            : new LegendEntry(name, style.Color, style.HasMarkers ? style.Symbol : null, style.HasLines, style.Dashes);
    }
}

/// <summary>Title, legend and axes of a figure, and the map from data to pixels between them.</summary>
internal sealed class PlotFrame
{
    private const double TitleSize = 15, TextSizePx = 12, LegendRow = 20, Overhang = 6, SubtitleRow = 18;
    private readonly double _height;
    private readonly string _title;
    private readonly AxisScale _x, _y;
    private readonly IReadOnlyList<(LegendEntry Entry, double X, double Y)> _legend;
    private readonly bool _turnLabels;

    /// <summary>Measures the texts around the plot, which gets the rest of the figure.</summary>
    /// <param name="size">The size of the figure in pixels.</param>
    /// <param name="title">Its title.</param>
    /// <param name="subtitle">Smaller text under the title, broken into lines here; null for none.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="legend">The entries of the legend, placed in rows above the plot.</param>
    internal PlotFrame((double Width, double Height) size, string title, string? subtitle, AxisScale x, AxisScale y,
        IReadOnlyList<LegendEntry> legend)
    {
        (_height, _title, _x, _y) = (size.Height, title, x, y);
        Top = title.Length > 0 ? 34 : 12;
        SubtitleLines = TextSize.Lines(subtitle, TextSizePx, size.Width - 12);
        Top += SubtitleRow * SubtitleLines.Count;
        LegendTop = Top;
        (_legend, Top) = PlaceLegend(legend, Top, size.Width);
        Top += 12;
        Left = 14 + Widest(y) + (y.Label.Length > 0 ? 22 : 0);
        Left = Math.Min(Left, size.Width * 0.45);
        Right = size.Width - 16;
        var slot = (Right - Left) / Math.Max(1, x.Ticks.Count);
        _turnLabels = Widest(x) > slot * 0.96 && x.Ticks.Count > 1;
        var labels = _turnLabels ? Math.Min(100, Widest(x) * 0.6 + 10) : 14;
        Bottom = size.Height - 10 - labels - (x.Label.Length > 0 ? 22 : 0);
    }

    internal double Left { get; }

    internal double Top { get; }

    internal double Right { get; }

    internal double Bottom { get; }

    /// <summary>The subtitle, in lines that fit the figure.</summary>
    internal IReadOnlyList<string> SubtitleLines { get; }

    internal bool HasLegend => _legend.Count > 0;

    /// <summary>Where the legend begins, below title and subtitle.</summary>
    internal double LegendTop { get; }

    internal double X(double value) => Left + (value - _x.Low) / (_x.High - _x.Low) * (Right - Left);

    internal double Y(double value) => Bottom - (value - _y.Low) / (_y.High - _y.Low) * (Bottom - Top);

    /// <summary>Draws title, legend, grid and axes; the plot goes on top.</summary>
    internal void Draw(SvgWriter svg)
    {
        DrawHeading(svg);
        foreach (var (entry, x, y) in _legend) DrawLegend(svg, entry, x, y);
        foreach (var tick in _y.Ticks)
        {
            var y = Y(tick.At);
            if (_y.Grid) svg.Line(Left, y, Right, y, "currentColor", 0.14);
            svg.Text(Left - 8, y + 4, tick.Label, TextSizePx, Anchor.End);
        }
        foreach (var tick in _x.Ticks)
        {
            var x = X(tick.At);
            if (_x.Grid) svg.Line(x, Top, x, Bottom, "currentColor", 0.14);
            if (_x.Line) svg.Line(x, Bottom, x, Bottom + 4, "currentColor", 0.6);
            if (_turnLabels) svg.Text(x + 4, Bottom + 14, tick.Label, TextSizePx, Anchor.End, rotate: -35);
            else svg.Text(x, Bottom + 18, tick.Label, TextSizePx, Anchor.Middle);
        }
        if (_x.Line || _y.Line) svg.Line(Left, Bottom, Right, Bottom, "currentColor", 0.6);
        if (_x.Label.Length > 0) svg.Text((Left + Right) / 2, _height - 8, _x.Label, TextSizePx, Anchor.Middle);
        if (_y.Label.Length > 0) svg.Text(14, (Top + Bottom) / 2, _y.Label, TextSizePx, Anchor.Middle, rotate: -90);
    }

    /// <summary>Draws title and subtitle alone.</summary>
    internal void DrawHeading(SvgWriter svg)
    {
        svg.Text(6, 22, _title, TitleSize, bold: true);
        for (var i = 0; i < SubtitleLines.Count; i++)
            svg.Text(6, 40 + SubtitleRow * i, SubtitleLines[i], TextSizePx, opacity: 0.8);
    }

    /// <summary>
    /// Opens a part that shows nothing outside the axes but half a marker. Close it with
    /// <see cref="SvgWriter.CloseClip"/>.
    /// </summary>
    internal void OpenClip(SvgWriter svg) =>
        svg.OpenClip(Left - Overhang, Top - Overhang, Right - Left + 2 * Overhang, Bottom - Top + 2 * Overhang);

    private static double Widest(AxisScale axis) =>
        axis.Ticks.Select(tick => TextSize.Width(tick.Label, TextSizePx)).DefaultIfEmpty(0).Max();

    private static (IReadOnlyList<(LegendEntry, double, double)>, double) PlaceLegend(
        IReadOnlyList<LegendEntry> entries, double top, double width)
    {
        var placed = new List<(LegendEntry, double, double)>();
        if (entries.Count == 0) return (placed, top);
        var (x, y) = (8.0, top + 6);
        foreach (var entry in entries)
        {
            var wide = 34 + TextSize.Width(entry.Name, TextSizePx) + 14;
            if (x > 8 && x + wide > width - 8) (x, y) = (8, y + LegendRow);
            placed.Add((entry, x, y));
            x += wide;
        }
        return (placed, y + LegendRow / 2);
    }

    private static void DrawLegend(SvgWriter svg, LegendEntry entry, double x, double y)
    {
        if (entry.Line) svg.Stroke($"M{Number.Length(x)} {Number.Length(y)}h26", entry.Color, 2.2, entry.Dashes);
        if (entry.Symbol is { } symbol) SymbolPath.Draw(svg, [(x + 13, y)], symbol, 8, entry.Color, 1);
        if (!entry.Line && entry.Symbol is null) svg.Rect(x + 7, y - 6, 12, 12, entry.Color);
        svg.Text(x + 32, y + 4, entry.Name, TextSizePx);
    }
}
