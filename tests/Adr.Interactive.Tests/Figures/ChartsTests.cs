using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.FSharp.Core;
using Plotly.NET;
using CSharp = Plotly.NET.CSharp;

namespace Adr.Interactive.Tests.Figures;

public class ChartsTests
{
    public static TheoryData<string> Figures => [.. Samples.Figures.Select(s => s.Name)];

    private static Figure Named(string name) => Samples.Figures.Single(s => s.Name == name).Figure;

    [Theory]
    [MemberData(nameof(Figures))]
    public void A_figure_is_a_chart_with_the_same_members(string name)
    {
        var figure = Named(name);
        var own = JsonNode.Parse(figure.PlotlyJson());
        var chart = JsonNode.Parse(Charts.JsonOf(figure.Chart));
        Assert.Equal(Members(own), Members(chart));
    }

    [Theory]
    [MemberData(nameof(Figures))]
    public void A_chart_has_the_picture_of_its_figure(string name)
    {
        var figure = Named(name);
        Assert.Equal(figure.As(Mime.Svg), Formatter.ToDisplayString(figure.Chart, Mime.Svg));
    }

    [Fact]
    public void A_restyled_chart_keeps_its_picture_and_its_figure_stays_as_it_is()
    {
        var figure = Samples.Line();
        var before = figure.As(Mime.Svg);
        var chart = figure.Chart
            .WithLayout("title.text", "My own title<br>and its subtitle").WithLayout("xaxis.title.text", "strength")
            .WithTrace("ADV", "name", "renamed");
        var after = Formatter.ToDisplayString(chart, Mime.Svg);
        Assert.Contains(">My own title<", after);
        Assert.Contains(">strength<", after);
        Assert.Contains(">renamed<", after);
        Assert.Equal(Paths(before), Paths(after));
        Assert.Equal(before, figure.As(Mime.Svg));
    }

    [Fact]
    public void A_member_without_a_place_is_refused()
    {
        var chart = Samples.Line().Chart;
        var missing = Assert.Throws<ArgumentException>(() => chart.WithTrace("MART", "name", "x"));
        Assert.Contains("Its traces: ADV, ADR-ADV.", missing.Message);
        Assert.Throws<ArgumentException>(() => chart.WithLayout("title..text", "x"));
    }

    [Fact]
    public void A_chart_of_anybody_comes_in_four_types()
    {
        var chart = CSharp.Chart.Line<double, double, string>(
            [1, 2, 3, 4], [1, double.NaN, 3, 4], Name: Samples.Hostile);
        Assert.Equal(Mime.OfFigure.Order(), Formatter.GetPreferredMimeTypesFor(chart.GetType()).Order());
        var json = JsonNode.Parse(Formatter.ToDisplayString(chart, Mime.Plotly))!;
        Assert.Equal(["config", "data", "layout"], json.AsObject().Select(member => member.Key).Order());
        Assert.Null(json["data"]![0]!["y"]![1]); // a gap
        var svg = XDocument.Parse(Formatter.ToDisplayString(chart, Mime.Svg));
        Assert.Contains(svg.Descendants(), e => // in the first colour of Plotly.NET's template
            e.Name.LocalName == "path" && (string?)e.Attribute("stroke") == "rgb(99, 110, 250)");
        var html = Formatter.ToDisplayString(chart, Mime.Html);
        Assert.DoesNotContain("<script>alert", html);
        Assert.Contains("window.Plotly", html);
        Assert.Contains("scatter, 4 points", Formatter.ToDisplayString(chart, Mime.Text));
    }

    [Fact]
    public void Bars_over_names_are_drawn()
    {
        var bars = CSharp.Chart.Column<double, string, string>([3, 1], Keys: FSharpOptionOf(["left", "right"]));
        var svg = XDocument.Parse(Formatter.ToDisplayString(bars, Mime.Svg));
        var heights = svg.Descendants().Where(e => e.Name.LocalName == "rect")
            .Select(e => (double)e.Attribute("height")!).Where(height => height > 20).ToArray();
        Assert.Equal(2, heights.Length);
        Assert.Equal(3, heights.Max() / heights.Min(), 0.05);
        Assert.Contains(">left<", svg.ToString());
    }

    [Fact]
    public void A_heat_map_has_the_colours_of_its_template_or_its_own()
    {
        var chart = CSharp.Chart.Heatmap<double, string, string, string>([[0, 5], [10, 7.5]], Name: "z");
        var scale = JsonNode.Parse(Formatter.ToDisplayString(chart, Mime.Plotly))!
            ["layout"]!["template"]!["data"]!["heatmap"]![0]!["colorscale"]!.AsArray();
        var (low, high) = (Rgb(scale[0]![1]), Rgb(scale[^1]![1]));
        Assert.NotEqual(low, high);
        var fills = Fills(chart);
        Assert.Equal([low, high], [fills[0], fills[2]]);
        object[][] own = [[0, "#000"], [0.5, "rgb(0, 100, 0)"], [1, "rgba(200,200,0,0.5)"]];
        chart = chart.WithTrace("z", "colorscale", own);
        Assert.Equal(["rgb(0,0,0)", "rgb(0,100,0)", "rgb(200,200,0)", "rgb(100,150,0)"], Fills(chart));
    }

    [Fact]
    public void A_trace_that_is_not_drawn_is_named()
    {
        var pie = CSharp.Chart.Pie<double, string, string>([1, 2]);
        Assert.Contains("Only the live figure shows: pie.", Formatter.ToDisplayString(pie, Mime.Svg));
    }

    private static string[] Fills(GenericChart chart) =>
    [
        .. XDocument.Parse(Formatter.ToDisplayString(chart, Mime.Svg)).Descendants()
            .Where(e => e.Name.LocalName == "rect").Select(e => (string)e.Attribute("fill")!),
    ];

    private static string Rgb(JsonNode? hex) =>
        $"rgb({string.Join(',', Convert.FromHexString(hex!.ToString()[1..]).Select(part => part))})";

    private static CSharp.Optional<IEnumerable<string>> FSharpOptionOf(string[] names) => new(names, true);

    private static string[] Paths(string svg) =>
    [
        .. XDocument.Parse(svg).Descendants()
            .Where(e => e.Name.LocalName == "path" && IsInPlot(e)).Select(e => $"{e}"),
    ];

    private static bool IsInPlot(XElement element) =>
        element.Ancestors().Any(one => one.Attribute("clip-path") is not null);

    // every member with its place; numbers by their value
    private static IReadOnlyList<string> Members(JsonNode? node, string place = "") => node switch
    {
        null => [],
        JsonObject members => [.. members.OrderBy(member => member.Key, StringComparer.Ordinal)
            .SelectMany(member => Members(member.Value, $"{place}.{member.Key}"))],
        JsonArray items => [.. items.SelectMany((item, i) => Members(item, $"{place}[{i}]"))],
        JsonValue value when value.GetValueKind() == JsonValueKind.Number =>
            [$"{place} = {value.GetValue<double>():R}"],
        _ => [$"{place} = {node.ToJsonString()}"],
    };
}
