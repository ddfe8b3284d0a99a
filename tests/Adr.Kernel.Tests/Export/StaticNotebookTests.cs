using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Tests.Export;

public static class StaticNotebookTests
{
    private const string Plotly = "application/vnd.plotly.v1+json", Svg = "image/svg+xml", Html = "text/html";

    [Fact]
    public static void A_picture_and_its_text_stay_and_the_live_forms_go()
    {
        var output = Reduced((Plotly, "{\"data\": []}"), (Html, "<script>draw()</script>"), ("image/png", "drawn"),
            ("text/plain", "line"));

        Assert.Equal(["image/png", "text/plain"], output.MimeTypes);
        Assert.Equal("drawn", output.Data("image/png"));
    }

    [Fact] // no host shows the SVG of a notebook that it does not trust
    public static void An_SVG_becomes_an_image_in_HTML()
    {
        var output = Reduced((Plotly, "{\"data\": []}"), (Html, "<script>draw()</script>"), (Svg, "<svg/>"),
            ("text/plain", "x < y\nand more"));

        Assert.Equal([Html, "text/plain"], output.MimeTypes);
        Assert.Equal("<img alt=\"x &lt; y\" src=\"data:image/svg+xml;base64,PHN2Zy8+\"/>", output.Data(Html));
    }

    [Fact]
    public static void HTML_without_a_picture_stays_without_its_scripts()
    {
        var output = Reduced(("text/plain", "1"),
            (Html, "<table onclick=\"run()\"><tr><td>1</td></tr></table><script>run()</script>"));

        Assert.Equal([Html, "text/plain"], output.MimeTypes);
        Assert.Contains("<td>1</td>", output.Data(Html));
        Assert.DoesNotContain("run()", output.Data(Html));
    }

    [Fact]
    public static void HTML_that_shows_nothing_without_scripts_leaves_its_text()
    {
        var output = Reduced((Html, "<div id=\"x\"></div><script>run()</script>"), ("text/plain", "a chart"));

        Assert.Equal(["text/plain"], output.MimeTypes);
        Assert.Equal("a chart", output.Data("text/plain"));
    }

    [Fact]
    public static void An_output_of_scripts_alone_says_what_it_was() =>
        Assert.Equal("This output needs scripts to be shown: application/javascript",
            Reduced(("application/javascript", "run()")).Data("text/plain"));

    [Fact]
    public static void HTML_of_any_depth_is_reduced()
    {
        var deep = string.Concat(Enumerable.Repeat("<div>", 20_000)) + "x";
        Assert.NotEmpty(Reduced((Html, deep), ("text/plain", "a chart")).MimeTypes);
    }

    [Fact]
    public static void Streams_and_errors_stay()
    {
        var notebook = With(Output.Stream("stdout", "one\n"), Output.Error("Exception", "no", []));
        var before = notebook.ToJson();

        StaticNotebook.Reduce(notebook);

        Assert.Equal(before, notebook.ToJson());
    }

    [Theory]
    [InlineData("See [the results](RESULTS.md#mnist).", "See [the results](../RESULTS.md#mnist).")]
    [InlineData("![a](../docs/a.png) <img src=\"b.png\">", "![a](../../docs/a.png) <img src=\"../b.png\">")]
    [InlineData("[a](https://example.org/a) [b](#b) [c](/c) [d](mailto:a@example.org)", null)]
    public static void Relative_links_lead_to_the_same_file_from_another_folder(string text, string? moved)
    {
        var notebook = Notebook.Create();
        notebook.Add(Cell.Markdown(text));

        StaticNotebook.Move(notebook, "notebooks", Path.Combine("notebooks", "executed"));

        Assert.Equal(moved ?? text, notebook.Cells[0].Source);
    }

    [Theory]
    [InlineData("#r \"../lib/A.dll\"   // a\n1", "#r \"../../lib/A.dll\"   // a\n1")]
    [InlineData("using A;\n#load \"./b.csx\"", "using A;\n#load \"../b.csx\"")]
    [InlineData("#r \"nuget: A, 1.0.0\"\n#r \"B.dll\"\nvar text = \"../x\";", null)]
    public static void Relative_references_too(string code, string? moved)
    {
        var notebook = Notebook.Create();
        notebook.Add(Cell.Code(code));

        StaticNotebook.Move(notebook, "notebooks", Path.Combine("notebooks", "executed"));

        Assert.Equal(moved ?? code, notebook.Cells[0].Source);
    }

    private static Output Reduced(params (string Type, string Text)[] data)
    {
        var bundle = Output.Bundle(data.Select(one => KeyValuePair.Create(one.Type, one.Text)));
        var notebook = With(Output.DisplayData(bundle));
        StaticNotebook.Reduce(notebook);
        return notebook.Cells[0].Outputs[0];
    }

    private static Notebook With(params Output[] outputs)
    {
        var notebook = Notebook.Create();
        var cell = Cell.Code("x");
        cell.SetOutputs(outputs);
        notebook.Add(cell);
        return notebook;
    }
}
