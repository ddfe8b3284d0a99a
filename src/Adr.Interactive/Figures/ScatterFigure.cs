using System.Text;
using System.Text.Json.Nodes;
using Adr.Interactive.Drawing;
using static Adr.Interactive.Drawing.Number;

namespace Adr.Interactive;

/// <summary>Points in the plane: latents after a projection.</summary>
[TypeFormatterSource(typeof(ViewFormatterSource), PreferredMimeTypes = [Mime.Plotly, Mime.Html, Mime.Svg, Mime.Text])]
public sealed class ScatterFigure : Figure
{
    private const double Opacity = 0.75;
    private const int NoteSize = 15; // pixels
    private const int Crowd = 20;    // so many notes are all shown
    private readonly Axis _x = new(), _y = new();

    /// <summary>Clouds of points.</summary>
    public ScatterFigure(string title, params IReadOnlyList<ScatterSeries> series) : base(title)
    {
        ArgumentNullException.ThrowIfNull(series);
        Series = [.. series];
    }

    /// <summary>The clouds.</summary>
    public IReadOnlyList<ScatterSeries> Series { get; }

    /// <summary>Texts placed among the points; of more than twenty, one that would lie over an earlier one is left out. Default: none.</summary>
    public IReadOnlyList<Note> Notes { get; init; } = [];

    /// <summary>The horizontal axis. Default: from the data, unnamed.</summary>
    public Axis X { get => _x; init => _x = value.Checked(nameof(X)); }

    /// <summary>The vertical axis. Default: from the data, unnamed.</summary>
    public Axis Y { get => _y; init => _y = value.Checked(nameof(Y)); }

    internal override SvgWriter Draw()
    {
        var svg = new SvgWriter();
        var frame = Frame();
        frame.Draw(svg);
        frame.OpenClip(svg);
        for (var i = 0; i < Series.Count; i++)
            SymbolPath.Draw(svg, Finite(Series[i]).Select(p => (frame.X(p.X), frame.Y(p.Y))), Series[i].Symbol, Series[i].Size, Color(i), Opacity);
        foreach (var note in ReadableNotes(frame))
            svg.Text(frame.X(note.X), frame.Y(note.Y) + 5, note.Text, NoteSize, Anchor.Middle, bold: true);
        svg.CloseClip();
        return svg;
    }

    private protected override JsonArray PlotlyData()
    {
        var data = new JsonArray();
        for (var i = 0; i < Series.Count; i++)
        {
            var series = Series[i];
            var marker = new JsonObject { ["symbol"] = SymbolPath.PlotlyName(series.Symbol), ["size"] = series.Size, ["color"] = Color(i), ["opacity"] = Opacity };
            if (series.Symbol == Symbol.Cross) marker["line"] = new JsonObject { ["width"] = 1.2, ["color"] = Color(i) }; // x-thin is line only
            data.Add(new JsonObject
            {
                ["type"] = "scatter",
                ["mode"] = "markers",
                ["name"] = Escape.Plotly(series.Name),
                ["showlegend"] = series.InLegend,
                ["x"] = PlotlyParts.Numbers(Finite(series).Select(p => p.X)),
                ["y"] = PlotlyParts.Numbers(Finite(series).Select(p => p.Y)),
                ["marker"] = marker,
            });
        }
        return data;
    }

    private protected override JsonObject PlotlyLayout()
    {
        var frame = Frame();
        var layout = PlotlyParts.Layout(this, frame, XScale().Plotly(lines: false), YScale().Plotly(lines: true));
        if (Notes.Count > 0)
            layout["annotations"] = new JsonArray([.. ReadableNotes(frame).Select(n => new JsonObject
            {
                ["x"] = n.X,
                ["y"] = n.Y,
                ["text"] = $"<b>{Escape.Plotly(n.Text)}</b>",
                ["showarrow"] = false,
                ["font"] = new JsonObject { ["size"] = NoteSize },
            })]);
        return layout;
    }

    private protected override string Summary()
    {
        var text = new StringBuilder(Heading());
        text.Append($"\nx: {X.Text}; y: {Y.Text}");
        foreach (var series in Series)
        {
            var points = Finite(series).ToArray();
            text.Append($"\n{series.Name}: {points.Length} points");
            if (points.Length > 0) text.Append($", mean ({Short(points.Average(p => p.X))}, {Short(points.Average(p => p.Y))})");
            if (points.Length < series.X.Count) text.Append($", {series.X.Count - points.Length} not finite");
        }
        if (Series.Count == 0) text.Append("\nno points");
        return text.ToString();
    }

    private List<Note> ReadableNotes(PlotFrame frame)
    {
        var shown = new List<Note>();
        foreach (var note in Notes.Where(n => double.IsFinite(n.X) && double.IsFinite(n.Y)))
            if (Notes.Count <= Crowd || !shown.Exists(other => LieOverEachOther(note, other))) shown.Add(note);
        return shown;

        bool LieOverEachOther(Note one, Note other) =>
            Math.Abs(frame.Y(one.Y) - frame.Y(other.Y)) < NoteSize
            && Math.Abs(frame.X(one.X) - frame.X(other.X)) < (TextSize.Width(one.Text, NoteSize) + TextSize.Width(other.Text, NoteSize)) / 2;
    }

    private static IEnumerable<(double X, double Y)> Finite(ScatterSeries series) =>
        series.X.Zip(series.Y).Where(p => double.IsFinite(p.First) && double.IsFinite(p.Second)).Select(p => (p.First, p.Second));

    private AxisScale XScale() => AxisScale.Over(X, Series.SelectMany(s => s.X), 8);

    private AxisScale YScale() => AxisScale.Over(Y, Series.SelectMany(s => s.Y), 6);

    private PlotFrame Frame() => new(this, XScale(), YScale(), Series.Count < 2
        ? []
        : [.. Series.Select((s, i) => (s, i)).Where(p => p.s.InLegend).Select(p => new LegendEntry(p.s.Name, Color(p.i), p.s.Symbol))]);

    private string Color(int i) => Palette.Color(Series[i].Style ?? i);
}
