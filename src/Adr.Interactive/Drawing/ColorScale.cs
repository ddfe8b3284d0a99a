using System.Text.Json.Nodes;
using static Adr.Interactive.Drawing.Number;

namespace Adr.Interactive.Drawing;

/// <summary>The colours of a heat map: a value's share of the range, from 0 to 1, becomes a colour.</summary>
internal sealed class ColorScale
{
    /// <summary>From a light to a dark blue, without opacity: texts on it do not depend on the page's colour.</summary>
    internal static readonly ColorScale Own = new([(0, [238, 244, 250, 1]), (1, [15, 95, 150, 1])]);

    private readonly (double At, double[] Rgba)[] _stops;

    private ColorScale((double, double[])[] stops) => _stops = stops;

    /// <summary>
    /// A scale in plotly's words: pairs of a share and a colour; null for anything else, such as a name.
    /// </summary>
    internal static ColorScale? Read(JsonNode? node)
    {
        if (node is not JsonArray { Count: > 1 } stops) return null;
        var read = new List<(double, double[])>();
        foreach (var stop in stops)
        {
            if (ChartJson.Number(ChartJson.At(stop, 0)) is not { } at) return null;
            if (ChartJson.Rgba(ChartJson.At(stop, 1)) is not { } color) return null;
            read.Add((at, color));
        }
        return new ColorScale([.. read]);
    }

    /// <summary>The colour and its opacity.</summary>
    /// <param name="share">From 0 to 1.</param>
    internal (string Color, double Opacity) At(double share)
    {
        var next = Array.FindIndex(_stops, 1, stop => stop.At >= share);
        var ((low, from), (high, to)) = next > 0 ? (_stops[next - 1], _stops[next]) : (_stops[^2], _stops[^1]);
        var part = high > low ? Math.Clamp((share - low) / (high - low), 0, 1) : 1;
        double[] mixed = [.. from.Zip(to, (a, b) => a + part * (b - a))];
        return ($"rgb({Whole(mixed[0])},{Whole(mixed[1])},{Whole(mixed[2])})", mixed[3]);
    }

    /// <summary>The colour of a text on a colour, as plotly chooses it.</summary>
    internal static string Contrast(string color) =>
        ChartJson.Rgba(color) is [var red, var green, var blue, _] && 299 * red + 587 * green + 114 * blue < 128_000
            ? "#fff"
            : "#444";

    /// <summary>The scale in plotly's words.</summary>
    internal JsonArray Plotly() => new([.. _stops.Select(stop => new JsonArray(stop.At, Css(stop.Rgba)))]);

    private static string Css(double[] rgba) => $"rgba({string.Join(',', rgba.Select(part => Length(part)))})";

    private static string Whole(double part) => Count((long)Math.Round(part));
}
