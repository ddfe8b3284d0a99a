using System.Text.Json.Nodes;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Bars of one kind, one for each group, with optional error bars. NaN leaves its place empty.</summary>
public sealed class BarSeries
{
    private readonly double[]? _low;
    private readonly double[]? _high;

    /// <summary>One bar a group.</summary>
    public BarSeries(string name, params IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(name);
        (Name, Values) = (name, [.. values]);
    }

    /// <summary>The name in the legend.</summary>
    public string Name { get; }

    /// <summary>The bars' heights, one a group.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>Lower ends of the error bars. Default: none.</summary>
    /// <exception cref="ArgumentException">Not as many as bars.</exception>
    public IReadOnlyList<double>? Low { get => _low; init => _low = Ends(value, nameof(Low)); }

    /// <summary>Upper ends of the error bars. Default: none.</summary>
    /// <exception cref="ArgumentException">Not as many as bars.</exception>
    public IReadOnlyList<double>? High { get => _high; init => _high = Ends(value, nameof(High)); }

    /// <summary>Which of the ten colours; default: the series' place in the figure.</summary>
    public int? Style { get; init; }

    internal bool HasError(int i) => _low is not null && _high is not null && double.IsFinite(_low[i]) && double.IsFinite(_high[i]);

    /// <summary>The series, each with one value for each place.</summary>
    /// <exception cref="ArgumentException">One has another number of values.</exception>
    internal static IReadOnlyList<BarSeries> Checked(IReadOnlyList<BarSeries> series, int places, string what)
    {
        ArgumentNullException.ThrowIfNull(series);
        return series.FirstOrDefault(one => one.Values.Count != places) is { } wrong
            ? throw new ArgumentException($"Series '{wrong.Name}' has {wrong.Values.Count} values for {places} {what}.", nameof(series))
            : [.. series];
    }

    /// <summary>The error bars for plotly; null where there are none.</summary>
    internal JsonObject? PlotlyError(string color, double thickness, int width) => _low is null || _high is null ? null : new JsonObject
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
        return ends.Count == Values.Count ? [.. ends] : throw new ArgumentException($"Series '{Name}' has {Values.Count} bars and {ends.Count} error ends; expected as many.", name);
    }
}
