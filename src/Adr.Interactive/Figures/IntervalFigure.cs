using System.Text;
using System.Text.Json.Nodes;
using Adr.Interactive.Drawing;
using static Adr.Interactive.Drawing.Number;

namespace Adr.Interactive;

/// <summary>Points with intervals, a line for each name: accuracies of many settings, too many for bars.</summary>
public sealed class IntervalFigure : Figure
{
    private const double Apart = 0.24, PointSize = 8; // Apart: the distance of the points of a line, in lines
    private static readonly Symbol[] Symbols = [Symbol.Circle, Symbol.Square, Symbol.Diamond, Symbol.Triangle];
    private readonly Axis _x = new();

    /// <summary>A line of points for each name.</summary>
    /// <param name="title">What the figure shows.</param>
    /// <param name="rows">The names of the lines, from the top.</param>
    /// <param name="series">
    /// The points of each kind, one for each line; their intervals are <see cref="BarSeries.Low"/> and
    /// <see cref="BarSeries.High"/>.
    /// </param>
    /// <exception cref="ArgumentException">A series does not have one value for each line.</exception>
    public IntervalFigure(string title, IReadOnlyList<string> rows, params IReadOnlyList<BarSeries> series)
        : base(title)
    {
        ArgumentNullException.ThrowIfNull(rows);
        (Rows, Series) = ([.. rows], BarSeries.Checked(series, rows.Count, "lines"));
    }

    /// <summary>The names of the lines, from the top.</summary>
    public IReadOnlyList<string> Rows { get; }

    /// <summary>The points of each kind.</summary>
    public IReadOnlyList<BarSeries> Series { get; }

    /// <summary>The horizontal axis. Default: over the data, without a label.</summary>
    public Axis X { get => _x; init => _x = value.Checked(nameof(X)); }

    private protected override Plot Plot() => new(
        [.. Series.Select(Points)],
        AxisScale.Over(X, Series.SelectMany(s => s.WithErrors), 6) with { Grid = true },
        AxisScale.Categories("", Rows, downwards: true))
    {
        Layout = new JsonObject { ["shapes"] = new JsonArray([.. Enumerable.Range(0, Rows.Count).Select(Rule)]) },
    };

    private JsonObject Points(BarSeries series, int s)
    {
        var points = new JsonObject
        {
            ["type"] = "scatter",
            ["mode"] = "markers",
            ["cliponaxis"] = false, // points at 0 and 1, the ends of the axis, are not cut
            ["name"] = Escape.Plotly(series.Name),
            ["showlegend"] = Series.Count > 1,
            ["x"] = PlotlyParts.Numbers(series.Values),
            ["y"] = PlotlyParts.Numbers(Enumerable.Range(0, Rows.Count).Select(r => Place(s, r))),
            ["customdata"] = PlotlyParts.Texts(Rows),
            ["hovertemplate"] = "%{customdata}: %{x}",
            ["marker"] = new JsonObject
            {
                ["symbol"] = SymbolPath.PlotlyName(Shape(s)),
                ["size"] = PointSize,
                ["color"] = Color(s),
            },
        };
        if (series.PlotlyError(Color(s), 1.8, 0) is { } error) points["error_x"] = error;
        return points;
    }

    // the line under a row
    private static JsonObject Rule(int row) => new()
    {
        ["type"] = "line",
        ["xref"] = "paper",
        ["x0"] = 0,
        ["x1"] = 1,
        ["y0"] = row + 0.5,
        ["y1"] = row + 0.5,
        ["line"] = new JsonObject { ["color"] = "rgba(128,128,128,0.22)", ["width"] = 1 },
    };

    private protected override string Summary()
    {
        var text = new StringBuilder(Heading());
        if (X.Text.Length > 0) text.Append($"\n{X.Text}");
        for (var r = 0; r < Rows.Count; r++)
        {
            text.Append($"\n{Rows[r]}:");
            for (var s = 0; s < Series.Count; s++)
            {
                text.Append($"{(s == 0 ? "" : ",")} {Series[s].Name} {Short(Series[s].Values[r])}");
                if (Series[s].HasError(r)) text.Append($" [{Short(Series[s].Low![r])}, {Short(Series[s].High![r])}]");
            }
        }
        if (Series.Count == 0 || Rows.Count == 0) text.Append("\nno points");
        return text.ToString();
    }

    private double Place(int s, int r) =>
        r + (s - (Series.Count - 1) / 2.0) * Math.Min(Apart, 0.8 / Math.Max(1, Series.Count));

    private static Symbol Shape(int s) => Symbols[s % Symbols.Length];

    private string Color(int s) => Palette.Color(Series[s].Style ?? s);
}
