using System.Text.Json.Nodes;

namespace Adr.Interactive.Drawing;

/// <summary>The drawn range of an axis, with its marks. Where Low is above High, the axis runs downwards.</summary>
internal sealed record AxisScale(double Low, double High, IReadOnlyList<Tick> Ticks, string Label)
{
    private const int MostTicks = 40; // of more, plotly chooses its own

    /// <summary>Whether the axis has a line with marks. An axis of names has none.</summary>
    internal bool Line { get; init; } = true;

    /// <summary>Whether lines cross the plot at the marks.</summary>
    internal bool Grid { get; init; }

    /// <summary>Whether values are written as percentages.</summary>
    internal bool Percent { get; init; }

    /// <summary>The texts that a chart has as its values; they lie at 0, 1, 2, …</summary>
    internal IReadOnlyList<string> Places { get; init; } = [];

    /// <summary>A numeric axis over the values.</summary>
    internal static AxisScale Over(Axis axis, IEnumerable<double> values, int wanted, double padding = 0.05)
    {
        var (low, high) = Drawing.Ticks.Range(values, axis.Min, axis.Max, padding);
        return new AxisScale(low, high, Marks(axis, low, high, wanted), axis.Text) { Percent = axis.Percent };
    }

    /// <summary>An axis of names, each in the middle of a slot of width one.</summary>
    internal static AxisScale Categories(string label, IReadOnlyList<string> names, bool downwards = false)
    {
        var (low, high) = (-0.5, Math.Max(names.Count, 1) - 0.5);
        return new AxisScale(downwards ? high : low, downwards ? low : high, Named(names), label) { Line = false };
    }

    /// <summary>An axis of a plotly chart, as plotly would choose it.</summary>
    /// <param name="axis">What the layout says of it; null where it says nothing.</param>
    /// <param name="places">The texts among the values, in the order of their places.</param>
    /// <param name="values">The numbers that are drawn.</param>
    /// <param name="wanted">About how many marks.</param>
    /// <param name="padding">The room beyond the values, as a share of the range.</param>
    internal static AxisScale Read(
        JsonObject? axis, IReadOnlyList<string> places, IEnumerable<double> values, int wanted, double padding)
    {
        axis ??= [];
        var (low, high) = places.Count > 0
            ? (-0.5, places.Count - 0.5)
            : Drawing.Ticks.Range(values, null, null, padding);
        if (axis["range"] is JsonArray { Count: 2 } range && ChartJson.Number(range[0]) is { } from
            && ChartJson.Number(range[1]) is { } to && from != to) (low, high) = (from, to);
        else if (ChartJson.Text(axis["autorange"]) == "reversed") (low, high) = (high, low);
        return new AxisScale(low, high, [.. Ticks()], ChartJson.Plain(ChartJson.Text(axis["title"])))
        {
            Places = places,
            Line = places.Count == 0 && ChartJson.Flag(axis["showline"]) != false,
            Grid = places.Count == 0 && ChartJson.Flag(axis["showgrid"]) != false,
        };

        IEnumerable<Tick> Ticks()
        {
            if (axis["tickvals"] is JsonArray at && axis["ticktext"] is JsonArray labels)
                return at.Zip(labels)
                    .Select(pair => (At: ChartJson.Number(pair.First), Label: ChartJson.Text(pair.Second)))
                    .Where(tick => tick.At is not null)
                    .Select(tick => new Tick(tick.At!.Value, ChartJson.Plain(tick.Label)));
            return places.Count > 0
                ? Named(places)
                : Drawing.Ticks.Between(Math.Min(low, high), Math.Max(low, high), wanted);
        }
    }

    /// <summary>The place of a value on the axis; null where it has none.</summary>
    internal double? Place(JsonNode? value)
    {
        if (Places.Count == 0) return ChartJson.Number(value);
        for (var i = 0; i < Places.Count; i++)
            if (Places[i] == ChartJson.Text(value)) return i;
        return null;
    }

    /// <summary>The same axis for plotly, with the same range and marks.</summary>
    internal JsonObject Plotly()
    {
        var axis = new JsonObject
        {
            ["title"] = new JsonObject
            {
                ["text"] = Escape.Plotly(Label),
                ["standoff"] = 8,
                ["font"] = new JsonObject { ["size"] = 12 },
            },
            ["range"] = new JsonArray(Low, High),
            ["showgrid"] = Grid,
            ["gridcolor"] = "rgba(128,128,128,0.22)",
            ["zeroline"] = false,
            ["showline"] = Line,
            ["linecolor"] = "rgba(128,128,128,0.7)",
            ["ticks"] = Line ? "outside" : "",
            ["ticklabelstandoff"] = Line ? 0 : 4,
            ["tickcolor"] = "rgba(128,128,128,0.7)",
            ["automargin"] = true,
        };
        if (Percent) axis["hoverformat"] = ".1%";
        if (Ticks.Count is > 0 and <= MostTicks)
        {
            axis["tickmode"] = "array";
            axis["tickvals"] = new JsonArray([.. Ticks.Select(tick => JsonValue.Create(tick.At))]);
            axis["ticktext"] = new JsonArray([.. Ticks.Select(tick => JsonValue.Create(Escape.Plotly(tick.Label)))]);
        }
        return axis;
    }

    private static IReadOnlyList<Tick> Marks(Axis axis, double low, double high, int wanted)
    {
        if (axis.Names is { } names) return Named(names);
        var parts = axis.Percent ? 100 : axis.Denominator ?? 1;
        var marks = Drawing.Ticks.Between(
            low * parts, high * parts, wanted, axis.Whole || axis.Denominator is not null);
        return parts == 1 ? marks : [.. marks.Select(mark => new Tick(mark.At / parts, Label(mark.Label)))];

        string Label(string number) => axis.Percent ? $"{number} %" : number == "0" ? number : $"{number}/{parts}";
    }

    private static IReadOnlyList<Tick> Named(IReadOnlyList<string> names) =>
        [.. names.Select((name, i) => new Tick(i, name))];
}
