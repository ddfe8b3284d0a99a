using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Adr.Interactive.Drawing;

namespace Adr.Interactive.Tests.Figures;

/// <summary>
/// A new kind of figure is one file: here the class below, on which the laws of all figures are checked.
/// </summary>
public class NewFigureTests
{
    [Fact]
    public void It_takes_at_most_eighty_lines() => Assert.InRange(File.ReadLines(Source()).Count(), 10, 80);

    [Fact]
    public void It_is_live_has_a_picture_and_can_be_restyled()
    {
        var figure = Samples.Figures.Single(sample => sample.Figure is StepFigure).Figure;
        Assert.Equal("hv", (string?)JsonNode.Parse(figure.PlotlyJson())!["data"]![0]!["line"]!["shape"]);
        Assert.Contains("L209 217L209 160", figure.As(Mime.Svg)); // a step
        Assert.Contains("0.25 of the examples within 1", figure.As(Mime.Text));
        Assert.Contains(">renamed<", new ChartView(figure.Chart.WithLayout("title.text", "renamed")).As(Mime.Svg));
    }

    private static string Source([CallerFilePath] string path = "") => path;
}

/// <summary>The share of values up to each value, as steps.</summary>
internal sealed class StepFigure(string title, params IReadOnlyList<double> values) : Figure(title)
{
    private readonly double[] _values = [.. values.Order()];

    private protected override Plot Plot() => new(
        [
            new JsonObject
            {
                ["type"] = "scatter",
                ["mode"] = "lines",
                ["x"] = PlotlyParts.Numbers(_values),
                ["y"] = PlotlyParts.Numbers(_values.Select((_, i) => Share(i))),
                ["line"] = new JsonObject { ["shape"] = "hv", ["color"] = Palette.Color(0), ["width"] = 2 },
            },
        ],
        AxisScale.Over(new Axis("distance"), _values, 6),
        AxisScale.Over(Axis.Share("share of the examples"), [], 6) with { Grid = true });

    private protected override string Summary() =>
        $"{Heading()}\n{string.Join("; ", _values.Select((value, i) =>
            $"{Number.Short(Share(i))} of the examples within {Number.Short(value)}"))}";

    private double Share(int i) => (i + 1.0) / _values.Length;
}
