using System.Text.Json;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Interactive.Tests.Views;

public class BundleTests
{
    public static TheoryData<string> Views => [.. Samples.All.Select(s => s.Name)];

    public static TheoryData<string> Figures => [.. Samples.Figures.Select(s => s.Name)];

    private static readonly Dictionary<string, Func<string, View>> WithText = new()
    {
        ["line"] = text => Samples.Line(text, text),
        ["bar"] = text => Samples.Bar(text, text),
        ["intervals"] = text => Samples.Intervals(text, text),
        ["scatter"] = text => Samples.Scatter(text, text),
        ["backdrop"] = text => Samples.OnBackdrop(text, text),
        ["heatmap"] = text => Samples.Heatmap(text, text),
        ["steps"] = text => new Figures.StepFigure(text, 1, 2),
        ["images"] = text => Samples.Images(text, text),
        ["row"] = text => new FigureRow(Samples.Line(text, text), Samples.Scatter(text, text)),
        ["table"] = text => Samples.Table(text, text),
        ["stack"] = text => new ViewStack(Samples.Table(text, text)),
    };

    // Scripts aside, the HTML of every view is XML too.
    private static XElement Xml(View view) => XDocument.Parse(
        $"<x>{Regex.Replace(view.As(Mime.Html), "<script>.*?</script>", "", RegexOptions.Singleline)}</x>").Root!;

    private static View Named(string name) => Samples.All.Single(s => s.Name == name).View;

    [Theory]
    [MemberData(nameof(Figures))]
    public void A_figure_comes_in_four_types(string name) =>
        Assert.Equal([Mime.Plotly, Mime.Html, Mime.Svg, Mime.Text], Named(name).Bundle().Keys);

    [Theory]
    [MemberData(nameof(Views))]
    public void No_type_is_empty_and_other_types_are_refused(string name)
    {
        var view = Named(name);
        Assert.All(view.Bundle(), part => Assert.NotEmpty(part.Value));
        var error = Assert.Throws<ArgumentException>(() => view.As("image/tiff"));
        Assert.Equal("mimeType", error.ParamName);
    }

    [Theory]
    [MemberData(nameof(Views))]
    public void Each_view_has_its_formatters(string name)
    {
        var view = Named(name);
        Assert.Equal(view.MimeTypes.Order(), Formatter.GetPreferredMimeTypesFor(view.GetType()).Order());
        Assert.All(view.MimeTypes, type => Assert.Equal(view.As(type), Formatter.ToDisplayString(view, type)));
    }

    [Theory]
    [MemberData(nameof(Views))]
    public void Pictures_are_well_formed_whatever_the_text(string name)
    {
        foreach (var view in new[] { Named(name), WithText[name](Samples.Hostile) })
        {
            if (view.MimeTypes.Contains(Mime.Svg))
            {
                var root = XDocument.Parse(view.As(Mime.Svg)).Root!;
                Assert.Equal("svg", root.Name.LocalName);
                Assert.NotEmpty(root.Descendants());
            }
            // scripts aside, the HTML of every view is XML too: nothing of the text escapes into it
            Xml(view);
        }
    }

    [Theory]
    [MemberData(nameof(Views))]
    public void The_html_holds_each_picture_once_as_an_image_that_no_page_takes_out(string name)
    {
        var view = Named(name);
        var html = Xml(view);
        Assert.DoesNotContain(html.Descendants(), element => element.Name.LocalName is "svg" or "template");
        var images = html.Descendants("img").ToList();
        Assert.Equal(PicturesOf(view), images.Count);
        foreach (var image in images)
        {
            var source = ((string)image.Attribute("src")!)["data:image/svg+xml;base64,".Length..];
            var svg = XDocument.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(source))).Root!;
            Assert.Equal((string)svg.Attribute("aria-label")!, (string)image.Attribute("alt")!);
            Assert.True((double)svg.Attribute("width")! > 0);
            if (view is Figure) Assert.True(XNode.DeepEquals(XDocument.Parse(view.As(Mime.Svg)).Root, svg));
        }
    }

    private static int PicturesOf(View view) => view switch
    {
        FigureRow row => row.Figures.Count,
        ViewStack stack => stack.Views.Sum(PicturesOf),
        TableView => 0,
        _ => 1,
    };

    [Theory]
    [MemberData(nameof(Views))]
    public void A_hostile_text_is_shown_and_never_run(string name)
    {
        var html = WithText[name](Samples.Hostile).As(Mime.Html);
        Assert.DoesNotContain("<script>alert", html);
        Assert.DoesNotContain("<b>", html);
        Assert.Contains("alert(1)", html);
    }

    [Theory]
    [MemberData(nameof(Figures))]
    public void The_html_holds_the_static_picture_and_the_same_plotly_figure(string name)
    {
        var figure = Named(name);
        var html = figure.As(Mime.Html);
        var carried = Regex.Match(html, "data-plotly='([^']*)'").Groups[1].Value;
        Assert.Equal(figure.As(Mime.Plotly), carried);
        Assert.Contains("<img", html);
        Assert.Contains("window.Plotly", html);
        using var json = JsonDocument.Parse(carried);
        Assert.Equal(["config", "data", "layout"], json.RootElement.EnumerateObject().Select(p => p.Name).Order());
    }

    [Theory]
    [MemberData(nameof(Figures))]
    public void Plotly_gets_only_what_its_bundle_draws_and_no_button_that_leaves_the_page(string name)
    {
        using var json = JsonDocument.Parse(Named(name).As(Mime.Plotly));
        var traces = json.RootElement.GetProperty("data").EnumerateArray();
        string[] drawn = ["scatter", "bar", "heatmap"];
        Assert.All(traces, trace => Assert.Contains(trace.GetProperty("type").GetString(), drawn));
        var buttons = json.RootElement.GetProperty("config").GetProperty("modeBarButtons")[0].EnumerateArray()
            .Select(button => button.GetString());
        Assert.Equal(["toImage", "zoom2d", "pan2d", "resetScale2d"], buttons);
    }

    [Fact]
    public void Numbers_do_not_follow_the_culture()
    {
        var before = Thread.CurrentThread.CurrentCulture;
        var invariant = Samples.All.Select(s => string.Join('\n', s.View.Bundle().Values)).ToArray();
        var comma = (System.Globalization.CultureInfo)System.Globalization.CultureInfo.InvariantCulture.Clone();
        (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NegativeSign) = (",", "~");
        try
        {
            Thread.CurrentThread.CurrentCulture = comma;
            Assert.Equal(invariant, Samples.All.Select(s => string.Join('\n', s.View.Bundle().Values)));
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = before;
        }
    }
}
