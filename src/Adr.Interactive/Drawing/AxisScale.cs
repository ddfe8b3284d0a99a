using System.Text.Json.Nodes;

namespace Adr.Interactive.Drawing;

/// <summary>The drawn range of an axis, with its ticks.</summary>
internal sealed record AxisScale(double Low, double High, IReadOnlyList<Tick> Ticks, string Label, bool Grid = true)
{
    /// <summary>A numeric axis over the values.</summary>
    internal static AxisScale Over(Axis axis, IEnumerable<double> values, int wanted, double padding = 0.05)
    {
        var (low, high) = Drawing.Ticks.Range(values, axis.Min, axis.Max, padding);
        var ticks = axis.Names is { } names ? Named(names) : Drawing.Ticks.Between(low, high, wanted, axis.Whole);
        return new AxisScale(low, high, ticks, axis.Text);
    }

    /// <summary>An axis of names, each in the middle of a slot of width one.</summary>
    internal static AxisScale Categories(string label, IReadOnlyList<string> names) =>
        new(-0.5, Math.Max(names.Count, 1) - 0.5, Named(names), label, Grid: false);

    private static IReadOnlyList<Tick> Named(IReadOnlyList<string> names) =>
        [.. names.Select((name, i) => new Tick(i, name))];

    /// <summary>The same axis for plotly, with the same range and ticks.</summary>
    internal JsonObject Plotly(bool lines, bool reversed = false)
    {
        var axis = new JsonObject
        {
            ["title"] = new JsonObject
            {
                ["text"] = Escape.Plotly(Label),
                ["standoff"] = 8,
                ["font"] = new JsonObject { ["size"] = 12 },
            },
            ["range"] = reversed ? new JsonArray(High, Low) : new JsonArray(Low, High),
            ["showgrid"] = Grid && lines,
            ["gridcolor"] = "rgba(128,128,128,0.22)",
            ["zeroline"] = false,
            ["showline"] = Grid,
            ["linecolor"] = "rgba(128,128,128,0.7)",
            ["ticks"] = Grid ? "outside" : "",
            ["ticklabelstandoff"] = Grid ? 0 : 4,
            ["tickcolor"] = "rgba(128,128,128,0.7)",
            ["automargin"] = true,
        };
        if (Ticks.Count > 0 && Ticks.Count <= 40)
        {
            axis["tickmode"] = "array";
            axis["tickvals"] = new JsonArray([.. Ticks.Select(tick => JsonValue.Create(tick.At))]);
            axis["ticktext"] = new JsonArray([.. Ticks.Select(tick => JsonValue.Create(Escape.Plotly(tick.Label)))]);
        }
        return axis;
    }
}
