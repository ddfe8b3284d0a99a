using System.Text;
using System.Text.Json.Nodes;
using Adr.Interactive.Drawing;
using static Adr.Interactive.Drawing.Number;

namespace Adr.Interactive;

/// <summary>Groups of bars: accuracies of several defences under several attacks.</summary>
public sealed class BarFigure : Figure
{
    private const double GroupShare = 0.8; // of a slot; the rest is the gap
    private const int NumberSize = 11;     // pixels
    private readonly Axis _y = new();

    /// <summary>Bars in groups.</summary>
    /// <exception cref="ArgumentException">A series does not have one value for each group.</exception>
    public BarFigure(string title, IReadOnlyList<string> groups, params IReadOnlyList<BarSeries> series) : base(title)
    {
        ArgumentNullException.ThrowIfNull(groups);
        (Groups, Series) = ([.. groups], BarSeries.Checked(series, groups.Count, "groups"));
    }

    /// <summary>The names under the groups.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>The bars of each kind.</summary>
    public IReadOnlyList<BarSeries> Series { get; }

    /// <summary>What the groups are. Default: no label.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>The vertical axis. Default: from 0 over the data, without a label.</summary>
    public Axis Y { get => _y; init => _y = value.Checked(nameof(Y)); }

    /// <summary>
    /// The decimals of the numbers above the bars, which are shown where they fit; negative for no numbers. Default: 2.
    /// </summary>
    public int Decimals { get; init; } = 2;

    private protected override Plot Plot()
    {
        var y = AxisScale.Over(Y, Series.SelectMany(s => s.WithErrors).Append(0), 6) with { Grid = true };
        var plot = new Plot([.. Series.Select(Bars)], AxisScale.Categories(XLabel, Groups), y)
        {
            Layout = new JsonObject { ["barmode"] = "overlay" }, // each bar has a place and a width
        };
        if (NumbersFit(plot.Frame(this))) plot.Layout["annotations"] = Numbers(y.High);
        return plot;
    }

    private JsonObject Bars(BarSeries series, int s)
    {
        var bars = new JsonObject
        {
            ["type"] = "bar",
            ["name"] = Escape.Plotly(series.Name),
            ["showlegend"] = Series.Count > 1,
            ["x"] = PlotlyParts.Numbers(Enumerable.Range(0, Groups.Count).Select(g => Middle(s, g))),
            ["width"] = GroupShare / Series.Count * 0.92,
            ["y"] = PlotlyParts.Numbers(series.Values),
            ["customdata"] = PlotlyParts.Texts(Groups),
            ["hovertemplate"] = "%{customdata}: %{y}",
            ["marker"] = new JsonObject { ["color"] = Color(s) },
        };
        if (series.PlotlyError(Palette.Ink, 1.4, 3) is { } error) bars["error_y"] = error;
        return bars;
    }

    // numbers of neighbouring bars must not run into each other
    private bool NumbersFit(PlotFrame frame)
    {
        if (Decimals < 0 || Groups.Count * Series.Count == 0) return false;
        var widest = Series.SelectMany(s => s.Values).Max(value => TextSize.Width(Written(value), NumberSize));
        return widest < (frame.X(1) - frame.X(0)) * GroupShare / Series.Count;
    }

    // a percentage has two digits before the point already
    private string Written(double value) =>
        Y.Percent ? Fixed(100 * value, Math.Max(Decimals - 1, 0)) : Fixed(value, Decimals);

    private JsonArray Numbers(double highest)
    {
        var numbers = new JsonArray();
        for (var s = 0; s < Series.Count; s++)
            for (var g = 0; g < Groups.Count; g++)
            {
                if (!double.IsFinite(Series[s].Values[g])) continue;
                numbers.Add(new JsonObject
                {
                    ["x"] = Middle(s, g),
                    ["y"] = Math.Min(Top(s, g), highest),
                    ["text"] = Written(Series[s].Values[g]),
                    ["showarrow"] = false,
                    ["yanchor"] = "bottom",
                    ["font"] = new JsonObject { ["size"] = NumberSize },
                });
            }
        return numbers;
    }

    private protected override string Summary()
    {
        var text = new StringBuilder(Heading());
        if (Y.Text.Length > 0) text.Append($"\n{Y.Text}");
        for (var s = 0; s < Series.Count; s++)
        {
            text.Append($"\n{Series[s].Name}:");
            for (var g = 0; g < Groups.Count; g++)
            {
                text.Append($"{(g == 0 ? "" : ",")} {Groups[g]} {Short(Series[s].Values[g])}");
                if (Series[s].HasError(g)) text.Append($" [{Short(Series[s].Low![g])}, {Short(Series[s].High![g])}]");
            }
        }
        if (Series.Count == 0 || Groups.Count == 0) text.Append("\nno bars");
        return text.ToString();
    }

    private string Color(int s) => Palette.Color(Series[s].Style ?? s);

    private double Middle(int s, int g) => g + ((s + 0.5) / Series.Count - 0.5) * GroupShare;

    private double Top(int s, int g)
    {
        var (series, value) = (Series[s], Series[s].Values[g]);
        return Math.Max(0, series.HasError(g) ? Math.Max(series.High![g], value) : value);
    }
}

/// <summary>Bars of one kind, one for each group, with optional error bars. NaN leaves its place empty.</summary>
public sealed class BarSeries
{
    private readonly double[]? _low;
    private readonly double[]? _high;

    /// <summary>One bar for each group.</summary>
    public BarSeries(string name, params IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(name);
        (Name, Values) = (name, [.. values]);
    }

    /// <summary>The name in the legend.</summary>
    public string Name { get; }

    /// <summary>The heights of the bars, one for each group.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>Lower ends of the error bars. Default: none.</summary>
    /// <exception cref="ArgumentException">There are not as many as bars.</exception>
    public IReadOnlyList<double>? Low { get => _low; init => _low = Ends(value, nameof(Low)); }

    /// <summary>Upper ends of the error bars. Default: none.</summary>
    /// <exception cref="ArgumentException">There are not as many as bars.</exception>
    public IReadOnlyList<double>? High { get => _high; init => _high = Ends(value, nameof(High)); }

    /// <summary>Which of the ten colours. Default: the place of the series in the figure.</summary>
    public int? Style { get; init; }

    internal bool HasError(int i) =>
        _low is not null && _high is not null && double.IsFinite(_low[i]) && double.IsFinite(_high[i]);

    /// <summary>The bars and the ends of their error bars.</summary>
    internal IEnumerable<double> WithErrors => Values.Concat(_low ?? []).Concat(_high ?? []);

    /// <summary>The series, each with one value for each place.</summary>
    /// <exception cref="ArgumentException">A series has another number of values.</exception>
    internal static IReadOnlyList<BarSeries> Checked(IReadOnlyList<BarSeries> series, int places, string what)
    {
        ArgumentNullException.ThrowIfNull(series);
        return series.FirstOrDefault(one => one.Values.Count != places) is { } wrong
            ? throw new ArgumentException(
                $"Series '{wrong.Name}' has {wrong.Values.Count} values for {places} {what}.", nameof(series))
            : [.. series];
    }

    /// <summary>The error bars for plotly; null where there are none.</summary>
    internal JsonObject? PlotlyError(string color, double thickness, int width) =>
        _low is null || _high is null ? null : new JsonObject
    {
        ["type"] = "data",
        ["symmetric"] = false,
        ["array"] = PlotlyParts.Numbers(_high.Zip(Values, (end, value) => end - value)),
        ["arrayminus"] = PlotlyParts.Numbers(Values.Zip(_low, (value, end) => value - end)),
        ["color"] = color,
        ["thickness"] = thickness,
        ["width"] = width,
    };

    private double[]? Ends(IReadOnlyList<double>? ends, string name)
    {
        if (ends is null) return null;
        if (ends.Count == Values.Count) return [.. ends];
        throw new ArgumentException(
            $"Series '{Name}' has {Values.Count} bars and {ends.Count} error ends; expected as many.", name);
    }
}
