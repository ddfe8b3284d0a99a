using System.Text.Json.Nodes;

namespace Adr.Interactive.Drawing;

/// <summary>What a kind of figure draws: its traces over two axes.</summary>
/// <param name="Traces">Plotly's traces.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
internal sealed record Plot(IReadOnlyList<JsonObject> Traces, AxisScale X, AxisScale Y)
{
    /// <summary>Members of plotly's layout beside those that every figure has.</summary>
    internal JsonObject Layout { get; init; } = [];

    /// <summary>The texts around the plot.</summary>
    internal PlotFrame Frame(Figure figure) =>
        new((figure.Width, figure.Height), figure.Title, figure.Subtitle, X, Y, LegendEntry.Of(Traces));
}

/// <summary>The pieces every plotly figure shares.</summary>
internal static class PlotlyParts
{
    /// <summary>Numbers as JSON; NaN and ∞ become null, which plotly leaves out.</summary>
    internal static JsonArray Numbers(IEnumerable<double> values) =>
        new([.. values.Select(value => double.IsFinite(value) ? JsonValue.Create(value) : null)]);

    /// <summary>Texts as JSON, escaped for plotly.</summary>
    internal static JsonArray Texts(IEnumerable<string> values) =>
        new([.. values.Select(value => JsonValue.Create(Escape.Plotly(value)))]);

    /// <summary>The whole figure: data, layout and config.</summary>
    internal static JsonObject Figure(Figure figure, Plot plot)
    {
        var layout = Layout(figure, plot.Frame(figure), plot.X.Plotly(), plot.Y.Plotly());
        foreach (var (name, member) in plot.Layout) layout[name] = member?.DeepClone();
        return new JsonObject
        {
            ["data"] = new JsonArray([.. plot.Traces]),
            ["layout"] = layout,
            ["config"] = new JsonObject
            {
                ["responsive"] = true,
                ["displaylogo"] = false,
                ["modeBarButtons"] = new JsonArray(new JsonArray("toImage", "zoom2d", "pan2d", "resetScale2d")),
            },
        };
    }

    // title, fonts, margins and legend as in the static picture; the page gives ink and background
    private static JsonObject Layout(Figure figure, PlotFrame frame, JsonObject x, JsonObject y)
    {
        var lines = frame.SubtitleLines
            .Select(line => $"<br><span style=\"font-size:12px\">{Escape.Plotly(line)}</span>");
        var title = new JsonObject
        {
            ["text"] = $"<b>{Escape.Plotly(figure.Title)}</b>" + string.Concat(lines),
            ["x"] = 0,
            ["xref"] = "container",
            ["xanchor"] = "left",
            ["y"] = 1,
            ["yref"] = "container",
            ["yanchor"] = "top",
            // plotly centres several lines, but puts a single one at the top
            ["pad"] = new JsonObject { ["l"] = 6, ["t"] = 10 * (1 + frame.SubtitleLines.Count) },
            ["font"] = new JsonObject { ["size"] = 15 },
        };
        return new JsonObject
        {
            ["title"] = title,
            ["height"] = figure.Height,
            ["autosize"] = true,
            ["meta"] = new JsonObject { ["width"] = figure.Width }, // the page decides, but for the static picture
            ["paper_bgcolor"] = "rgba(0,0,0,0)",
            ["plot_bgcolor"] = "rgba(0,0,0,0)",
            ["font"] = new JsonObject { ["family"] = SvgWriter.Fonts, ["size"] = 12, ["color"] = Palette.Ink },
            ["margin"] = new JsonObject
            {
                ["l"] = Math.Round(frame.Left),
                ["r"] = Math.Round(figure.Width - frame.Right),
                ["t"] = Math.Round(frame.Top),
                ["b"] = Math.Round(figure.Height - frame.Bottom),
            },
            ["showlegend"] = frame.HasLegend,
            // Measured from the whole figure, so that plotly makes room for as many rows as the page needs.
            ["legend"] = new JsonObject
            {
                ["orientation"] = "h",
                ["xref"] = "container",
                ["x"] = 0,
                ["xanchor"] = "left",
                ["yref"] = "container",
                ["y"] = Math.Round(1 - (frame.LegendTop - 6) / figure.Height, 4),
                ["yanchor"] = "top",
                ["bgcolor"] = "rgba(0,0,0,0)",
            },
            ["modebar"] = new JsonObject
            {
                ["bgcolor"] = "rgba(0,0,0,0)",
                ["color"] = "rgba(128,128,128,0.7)",
                ["activecolor"] = "rgba(128,128,128,1)",
            },
            ["hovermode"] = "closest",
            ["xaxis"] = x,
            ["yaxis"] = y,
        };
    }
}
