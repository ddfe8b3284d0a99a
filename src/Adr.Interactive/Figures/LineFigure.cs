using System.Text;
using System.Text.Json.Nodes;
using Adr.Interactive.Drawing;
using static Adr.Interactive.Drawing.Number;

namespace Adr.Interactive;

/// <summary>Curves over a numeric axis: losses, accuracies by epoch or by ε.</summary>
public sealed class LineFigure : Figure
{
    private readonly Axis _x = new(), _y = new();

    /// <summary>Curves in one figure.</summary>
    public LineFigure(string title, params IReadOnlyList<LineSeries> series) : base(title)
    {
        ArgumentNullException.ThrowIfNull(series);
        Series = [.. series];
    }

    /// <summary>The curves.</summary>
    public IReadOnlyList<LineSeries> Series { get; }

    /// <summary>The horizontal axis. Default: over the data, without a label.</summary>
    public Axis X { get => _x; init => _x = value.Checked(nameof(X)); }

    /// <summary>The vertical axis. Default: over the data, without a label.</summary>
    public Axis Y { get => _y; init => _y = value.Checked(nameof(Y)); }

    private protected override Plot Plot()
    {
        var x = AxisScale.Over(X, Series.SelectMany(s => s.X), 8, padding: 0);
        var y = AxisScale.Over(Y, Series.SelectMany(s => s.Y.Concat(s.Low ?? []).Concat(s.High ?? [])), 6);
        var curves = Series.Select((series, i) => Curve(series, i, x, y));
        return new Plot([.. Series.SelectMany(Bands), .. curves], x, y with { Grid = true });
    }

    private protected override string Summary()
    {
        var text = new StringBuilder(Heading());
        text.Append($"\nx: {X.Text}; y: {Y.Text}");
        foreach (var series in Series)
        {
            var points = series.X.Zip(series.Y, (x, y) => $"({X.NameOf(x) ?? Short(x)}, {Short(y)})").ToArray();
            var finite = series.Y.Where(double.IsFinite).ToArray();
            text.Append($"\n{series.Name}: ");
            if (points.Length == 0) text.Append("no points");
            else if (points.Length <= 12) text.AppendJoin(' ', points);
            else
            {
                var (low, high) = (finite.DefaultIfEmpty(double.NaN).Min(), finite.DefaultIfEmpty(double.NaN).Max());
                text.Append($"{points.Length} points, first {points[0]}, last {points[^1]}, ")
                    .Append($"y from {Short(low)} to {Short(high)}");
            }
        }
        if (Series.Count == 0) text.Append("\nno series");
        return text.ToString();
    }

    private JsonObject Curve(LineSeries series, int i, AxisScale x, AxisScale y) => new()
    {
        ["type"] = "scatter",
        ["mode"] = series.ShowsMarkers ? "lines+markers" : "lines",
        ["name"] = Escape.Plotly(series.Name),
        ["cliponaxis"] = series.X.Zip(series.Y).Any(point => !Fits(point, x, y)),
        ["x"] = PlotlyParts.Numbers(series.X),
        ["y"] = PlotlyParts.Numbers(series.Y),
        ["line"] = new JsonObject
        {
            ["color"] = Color(i),
            ["width"] = 2.2,
            ["dash"] = series.Dashed ? "dash" : "solid",
        },
        ["marker"] = new JsonObject
        {
            ["symbol"] = SymbolPath.PlotlyName(Shape(i)),
            ["size"] = 7,
            ["color"] = Color(i),
        },
    };

    // a marker at the end of an axis is drawn whole; one beyond it is not drawn
    private static bool Fits((double X, double Y) point, AxisScale x, AxisScale y) =>
        !double.IsFinite(point.X) || !double.IsFinite(point.Y)
        || point.X >= x.Low && point.X <= x.High && point.Y >= y.Low && point.Y <= y.High;

    private string Color(int i) => Palette.Color(Series[i].Style ?? i);

    private Symbol Shape(int i) => (Symbol)(((Series[i].Style ?? i) % 4 + 4) % 4);

    private IEnumerable<JsonObject> Bands(LineSeries series, int i) =>
        Runs(BandIsWhole(series), series.X.Count).Select(run => Band(series, Color(i), run.From, run.To));

    private static JsonObject Band(LineSeries series, string color, int from, int to) => new()
    {
        ["type"] = "scatter",
        ["mode"] = "lines",
        ["x"] = PlotlyParts.Numbers(Around(series, from, to).Select(p => series.X[p.Point])),
        ["y"] = PlotlyParts.Numbers(Around(series, from, to).Select(p => p.Edge[p.Point])),
        ["fill"] = "toself",
        ["fillcolor"] = color + "2e",
        ["line"] = new JsonObject { ["width"] = 0 },
        ["hoverinfo"] = "skip",
        ["showlegend"] = false,
    };

    /// <summary>The outline of the band: the upper edge forwards, the lower edge backwards.</summary>
    private static IEnumerable<(int Point, IReadOnlyList<double> Edge)> Around(LineSeries series, int from, int to) =>
        Enumerable.Range(from, to - from).Select(k => (k, series.High!))
            .Concat(Enumerable.Range(from, to - from).Reverse().Select(k => (k, series.Low!)));

    private static Func<int, bool> BandIsWhole(LineSeries series) => k =>
        series.Low is not null && series.High is not null && double.IsFinite(series.X[k])
        && double.IsFinite(series.Low[k]) && double.IsFinite(series.High[k]);

    /// <summary>The longest ranges [from, to) of 0 … count in which every point exists.</summary>
    private static IEnumerable<(int From, int To)> Runs(Func<int, bool> isThere, int count)
    {
        for (var from = 0; from < count; from++)
        {
            if (!isThere(from)) continue;
            var to = from + 1;
            while (to < count && isThere(to)) to++;
            yield return (from, to);
            from = to;
        }
    }
}

/// <summary>One curve, with an optional band around it. NaN leaves a gap.</summary>
public sealed class LineSeries
{
    private readonly double[]? _low;
    private readonly double[]? _high;

    /// <summary>A curve through the points (x, y), in the order given.</summary>
    /// <exception cref="ArgumentException">x and y differ in length.</exception>
    public LineSeries(string name, IEnumerable<double> x, IEnumerable<double> y)
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

    /// <summary>The lower edge of the band, one value for each point. Default: no band.</summary>
    /// <exception cref="ArgumentException">There are not as many as points.</exception>
    public IReadOnlyList<double>? Low { get => _low; init => _low = Band(value, nameof(Low)); }

    /// <summary>The upper edge of the band, one value for each point. Default: no band.</summary>
    /// <exception cref="ArgumentException">There are not as many as points.</exception>
    public IReadOnlyList<double>? High { get => _high; init => _high = Band(value, nameof(High)); }

    /// <summary>Whether each point is marked. Default: only if there are at most 60.</summary>
    public bool? Markers { get; init; }

    /// <summary>Whether the curve is dashed. Default: false.</summary>
    public bool Dashed { get; init; }

    /// <summary>Which of the ten colours and four shapes. Default: the place of the series in the figure.</summary>
    public int? Style { get; init; }

    internal bool ShowsMarkers => Markers ?? X.Count <= 60;

    private double[]? Band(IReadOnlyList<double>? edge, string name)
    {
        if (edge is null) return null;
        if (edge.Count == X.Count) return [.. edge];
        throw new ArgumentException(
            $"Series '{Name}' has {X.Count} points and {edge.Count} band values; expected as many.", name);
    }
}
