using System.Text;
using System.Text.Json.Nodes;
using Adr.Interactive.Drawing;
using static Adr.Interactive.Drawing.Number;

namespace Adr.Interactive;

/// <summary>Points in the plane, such as latents after a projection.</summary>
public sealed class ScatterFigure : Figure
{
    private const double Opacity = 0.75;
    private const int NoteSize = 15; // pixels
    private const int Crowd = 20;    // up to so many notes, all are shown
    private readonly Axis _x = new(), _y = new();

    /// <summary>Clouds of points.</summary>
    public ScatterFigure(string title, params IReadOnlyList<ScatterSeries> series) : base(title)
    {
        ArgumentNullException.ThrowIfNull(series);
        Series = [.. series];
    }

    /// <summary>The clouds.</summary>
    public IReadOnlyList<ScatterSeries> Series { get; }

    /// <summary>
    /// Texts placed among the points. Of more than twenty, one that would lie over an earlier one is left out. Default:
    /// none.
    /// </summary>
    public IReadOnlyList<Note> Notes { get; init; } = [];

    /// <summary>Thin lines that tie two places, such as a latent and its adversarial one. Default: none.</summary>
    public IReadOnlyList<Link> Links { get; init; } = [];

    /// <summary>A picture under the points, such as decision regions. Default: none.</summary>
    public Backdrop? Backdrop { get; init; }

    /// <summary>The horizontal axis. Default: over the data, without a label.</summary>
    public Axis X { get => _x; init => _x = value.Checked(nameof(X)); }

    /// <summary>The vertical axis. Default: over the data, without a label.</summary>
    public Axis Y { get => _y; init => _y = value.Checked(nameof(Y)); }

    private protected override Plot Plot()
    {
        var (across, up) = (Series.SelectMany(s => s.X), Series.SelectMany(s => s.Y));
        if (Backdrop is { } under)
            (across, up) = (across.Concat([under.Left, under.Right]), up.Concat([under.Bottom, under.Top]));
        var x = AxisScale.Over(X, across, 8);
        var y = AxisScale.Over(Y, up, 6) with { Grid = Backdrop is null };
        JsonObject[] links = Links.Count > 0 ? [Lines()] : [];
        var plot = new Plot([.. links, .. Series.Select(Cloud)], x, y);
        if (Notes.Count > 0)
            plot.Layout["annotations"] = new JsonArray([.. ReadableNotes(plot.Frame(this)).Select(Text)]);
        if (Backdrop is { } picture) plot.Layout["images"] = new JsonArray(Picture(picture));
        return plot;
    }

    // plotly measures a picture from its upper left corner
    private static JsonObject Picture(Backdrop picture) => new()
    {
        ["source"] = $"data:image/png;base64,{Convert.ToBase64String(picture.Image.PngBytes)}",
        ["xref"] = "x",
        ["yref"] = "y",
        ["x"] = picture.Left,
        ["y"] = picture.Top,
        ["sizex"] = picture.Right - picture.Left,
        ["sizey"] = picture.Top - picture.Bottom,
        ["sizing"] = "stretch",
        ["layer"] = "below",
    };

    private JsonObject Cloud(ScatterSeries series, int i)
    {
        var marker = new JsonObject
        {
            ["symbol"] = SymbolPath.PlotlyName(series.Symbol),
            ["size"] = series.Size,
            ["color"] = Color(i),
            ["opacity"] = Opacity,
        };
        if (series.Symbol == Symbol.Cross) // it has lines only
            marker["line"] = new JsonObject { ["width"] = 1.2, ["color"] = Color(i) };
        return new JsonObject
        {
            ["type"] = "scatter",
            ["mode"] = "markers",
            ["name"] = Escape.Plotly(series.Name),
            ["showlegend"] = series.InLegend && Series.Count > 1,
            ["x"] = PlotlyParts.Numbers(Finite(series).Select(p => p.X)),
            ["y"] = PlotlyParts.Numbers(Finite(series).Select(p => p.Y)),
            ["marker"] = marker,
        };
    }

    // one trace for all links, with a gap after each
    private JsonObject Lines() => new()
    {
        ["type"] = "scatter",
        ["mode"] = "lines",
        ["x"] = PlotlyParts.Numbers(Links.SelectMany(link => (double[])[link.X1, link.X2, double.NaN])),
        ["y"] = PlotlyParts.Numbers(Links.SelectMany(link => (double[])[link.Y1, link.Y2, double.NaN])),
        ["line"] = new JsonObject { ["color"] = "rgba(128,128,128,0.35)", ["width"] = 1 },
        ["hoverinfo"] = "skip",
        ["showlegend"] = false,
    };

    private static JsonObject Text(Note note)
    {
        var font = new JsonObject { ["size"] = NoteSize };
        if (note.Style is { } style) font["color"] = Palette.Color(style);
        return new JsonObject
        {
            ["x"] = note.X,
            ["y"] = note.Y,
            ["text"] = $"<b>{Escape.Plotly(note.Text)}</b>",
            ["showarrow"] = false,
            ["font"] = font,
        };
    }

    private protected override string Summary()
    {
        var text = new StringBuilder(Heading());
        text.Append($"\nx: {X.Text}; y: {Y.Text}");
        foreach (var series in Series)
        {
            var points = Finite(series).ToArray();
            text.Append($"\n{series.Name}: {points.Length} points");
            if (points.Length > 0)
                text.Append($", mean ({Short(points.Average(p => p.X))}, {Short(points.Average(p => p.Y))})");
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
            && Math.Abs(frame.X(one.X) - frame.X(other.X)) < (Wide(one) + Wide(other)) / 2;

        double Wide(Note note) => TextSize.Width(note.Text, NoteSize);
    }

    private static IEnumerable<(double X, double Y)> Finite(ScatterSeries series) =>
        series.X.Zip(series.Y).Where(p => double.IsFinite(p.First) && double.IsFinite(p.Second));

    private string Color(int i) => Palette.Color(Series[i].Style ?? i);
}

/// <summary>Points of one colour and shape. Points that are not finite are not drawn.</summary>
public sealed class ScatterSeries
{
    /// <summary>The points (x, y).</summary>
    /// <exception cref="ArgumentException">x and y differ in length.</exception>
    public ScatterSeries(string name, IEnumerable<double> x, IEnumerable<double> y)
    {
        ArgumentNullException.ThrowIfNull(name);
        (Name, X, Y) = (name, [.. x], [.. y]);
        if (X.Count != Y.Count)
            throw new ArgumentException(
                $"Series '{name}' has {X.Count} x and {Y.Count} y; expected as many of each.", nameof(y));
    }

    /// <summary>The name in the legend.</summary>
    public string Name { get; }

    /// <summary>Horizontal positions.</summary>
    public IReadOnlyList<double> X { get; }

    /// <summary>Vertical positions.</summary>
    public IReadOnlyList<double> Y { get; }

    /// <summary>The shape of the points. Default: a disc.</summary>
    public Symbol Symbol { get; init; }

    /// <summary>The size of a point in pixels. Default: 6.</summary>
    public double Size { get; init; } = 6;

    /// <summary>Which of the ten colours. Default: the place of the series in the figure.</summary>
    public int? Style { get; init; }

    /// <summary>Whether the series is in the legend. Default: true.</summary>
    public bool InLegend { get; init; } = true;
}

/// <summary>A picture that fills a rectangle of a scatter plot, in data units.</summary>
/// <param name="Image">The picture; its first row is at the top.</param>
/// <param name="Left">Where it begins, across.</param>
/// <param name="Right">Where it ends, across; more than <paramref name="Left"/>.</param>
/// <param name="Bottom">Where it begins, upwards.</param>
/// <param name="Top">Where it ends, upwards; more than <paramref name="Bottom"/>.</param>
public sealed record Backdrop(PixelImage Image, double Left, double Right, double Bottom, double Top);

/// <summary>A text at a place of a scatter plot, such as the class of a cluster.</summary>
/// <param name="X">Horizontal position in data units.</param>
/// <param name="Y">Vertical position in data units.</param>
/// <param name="Text">The text.</param>
/// <param name="Style">Which of the ten colours; null for the colour of the page's text.</param>
public sealed record Note(double X, double Y, string Text, int? Style = null);

/// <summary>A line between two places of a scatter plot, in data units.</summary>
/// <param name="X1">Where it begins, across.</param>
/// <param name="Y1">Where it begins, upwards.</param>
/// <param name="X2">Where it ends, across.</param>
/// <param name="Y2">Where it ends, upwards.</param>
public sealed record Link(double X1, double Y1, double X2, double Y2);

/// <summary>The shape of a point.</summary>
public enum Symbol
{
    /// <summary>A filled disc.</summary>
    Circle,

    /// <summary>A filled square.</summary>
    Square,

    /// <summary>A filled diamond.</summary>
    Diamond,

    /// <summary>A filled triangle.</summary>
    Triangle,

    /// <summary>A diagonal cross.</summary>
    Cross,
}
