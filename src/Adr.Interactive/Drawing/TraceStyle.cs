using System.Text.Json.Nodes;

namespace Adr.Interactive.Drawing;

/// <summary>How a plotly trace looks, with plotly's defaults where it does not say.</summary>
/// <param name="trace">The trace.</param>
/// <param name="place">Its place in the figure, which decides its colour where it names none.</param>
internal readonly struct TraceStyle(JsonObject trace, int place)
{
    /// <summary>Up to so many points, plotly marks each.</summary>
    private const int Few = 20;

    /// <summary>The type: "scatter" where the trace names none.</summary>
    internal string Type => ChartJson.Text(trace["type"]) switch
    {
        null or "scattergl" => "scatter",
        var type => type,
    };

    internal bool IsBar => Type == "bar";

    internal bool HasLines => Mode.Contains("lines", StringComparison.Ordinal);

    internal bool HasMarkers => Mode.Contains("markers", StringComparison.Ordinal);

    internal bool HasTexts => Mode.Contains("text", StringComparison.Ordinal);

    /// <summary>Of the line, else of the markers, else by the place.</summary>
    internal string Color
    {
        get
        {
            var own = Palette.Color(place);
            var markers = ChartJson.Color(ChartJson.At(trace["marker"]?["color"], 0), own).Color;
            return IsBar || !HasLines ? markers : ChartJson.Color(trace["line"]?["color"], markers).Color;
        }
    }

    internal double LineWidth => ChartJson.Number(trace["line"]?["width"]) ?? 2;

    internal string? Dashes => ChartJson.Text(trace["line"]?["dash"]) switch
    {
        null or "solid" => null,
        "dot" => "2 4",
        _ => "7 5",
    };

    internal double MarkerSize => ChartJson.Number(trace["marker"]?["size"]) ?? 6;

    internal Symbol Symbol => ChartJson.Text(trace["marker"]?["symbol"]) switch
    {
        "square" or "1" => Symbol.Square,
        "diamond" or "2" => Symbol.Diamond,
        "cross" or "3" or "x" or "4" or "x-thin" => Symbol.Cross,
        "triangle-up" or "5" => Symbol.Triangle,
        _ => Symbol.Circle,
    };

    /// <summary>The opacity of one marker or bar.</summary>
    internal double OpacityOf(int i) => (ChartJson.Number(ChartJson.At(trace["marker"]?["opacity"], i)) ?? 1)
        * (ChartJson.Number(trace["opacity"]) ?? 1);

    private string Mode
    {
        get
        {
            if (ChartJson.Text(trace["mode"]) is { } mode) return mode;
            var count = (trace["y"] as JsonArray ?? trace["x"] as JsonArray)?.Count ?? 0;
            return count < Few ? "lines+markers" : "lines";
        }
    }
}
