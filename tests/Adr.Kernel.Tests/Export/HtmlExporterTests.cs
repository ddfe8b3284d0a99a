using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Tests.Export;

public partial class HtmlExporterTests
{
    private const string Hostile = "</script><script>alert(1)</script>'\"&";
    private const string FigureJson =
        """{"data":[{"type":"scatter","x":[1],"y":[2],"name":"</script>'<b>"}],"layout":{}}""";
    private const string Picture =
        """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><text>static picture</text></svg>""";

    private static Notebook With(params Cell[] cells)
    {
        var notebook = Notebook.Create();
        foreach (var cell in cells) notebook.Add(cell);
        return notebook;
    }

    private static Cell Code(string source, params Output[] outputs)
    {
        var cell = Cell.Code(source);
        cell.SetOutputs(outputs);
        return cell;
    }

    private static Output Shown(params (string MimeType, string Value)[] data) =>
        Output.DisplayData(Output.Bundle(data.Select(d => KeyValuePair.Create(d.MimeType, d.Value))));

    private static string Export(params Cell[] cells) => HtmlExporter.Export(With(cells));

    private static int Count(string page, string part) => Regex.Count(page, Regex.Escape(part));

    private static string Body(string page) =>
        page[page.IndexOf("<main>", StringComparison.Ordinal)..page.IndexOf("</main>", StringComparison.Ordinal)];

    public class ThePage
    {
        [Fact]
        public void Asks_for_nothing_outside_itself()
        {
            var page = Export(
                Cell.Markdown(
                    "# T\n\n$x$ ![far](https://example.org/a.png) ![near](missing.png) [link](https://example.org)"),
                Code("1", Shown(("application/vnd.plotly.v1+json", FigureJson), ("image/svg+xml", Picture))));
            Assert.Contains("Content-Security-Policy\" content=\"default-src 'none'", page);
            Assert.DoesNotMatch(
                @"<(script|link|img|iframe)[^>]*\s(src|href)\s*=\s*[""']?(?!data:)",
                Regex.Replace(page, "<script>.*?</script>", "", RegexOptions.Singleline));
            Assert.DoesNotMatch(
                @"url\((?!data:)", Regex.Match(page, "<style>.*</style>", RegexOptions.Singleline).Value);
            Assert.DoesNotContain("@import", page);
        }

        [Fact]
        public void Is_titled_by_the_first_heading_escaped()
        {
            Assert.Contains("<title>A &amp; B &lt;x&gt;</title>", Export(Cell.Markdown("# A & B <x>")));
            Assert.Contains(
                "<title>other</title>",
                HtmlExporter.Export(With(Cell.Markdown("# A")), new HtmlOptions { Title = "other" }));
        }

        [Fact]
        public void Of_an_empty_notebook_is_a_page() => Assert.EndsWith("</html>\n", Export());

        [Fact]
        public void Lists_its_sections_with_ids_that_are_there_once()
        {
            var page = Export(Cell.Markdown("# T\n## A\n## B\n## A\n## C & D"));
            var links = Regex.Matches(page, "<li><a href=\"#([^\"]*)\">").Select(m => m.Groups[1].Value).ToArray();
            Assert.Equal(["a", "b", "a-2", "c-d"], links);
            Assert.All(links, id => Assert.Equal(1, Count(page, $"id=\"{id}\"")));
        }

        [Fact]
        public void Is_saved_whole()
        {
            var path = Path.Combine(Directory.CreateTempSubdirectory("adr-export-").FullName, "new", "page.html");
            HtmlExporter.Save(With(Cell.Markdown("# T")), path);
            Assert.Equal(Export(Cell.Markdown("# T")), File.ReadAllText(path));
            Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
            Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(path)!)!, recursive: true);
        }

        [Theory]
        [InlineData("</title><script>alert(1)</script>")]
        [InlineData("\"><script>alert(1)</script>")]
        [InlineData("<!-- & ' <x>")]
        public void Has_a_title_and_contents_that_are_only_text(string title)
        {
            var sections = string.Concat(Enumerable.Range(0, 4).Select(i => $"\n\n## {title.Replace("<", "\\<")} {i}"));
            var page = HtmlExporter.Export(With(Cell.Markdown("# A" + sections)), new HtmlOptions { Title = title });
            var read = SafeHtmlTests.Page(page);
            Assert.Equal(title, read.Title);
            Assert.Equal(4, read.QuerySelectorAll("nav a").Length);
            Assert.DoesNotContain("<script>alert", page);
            Assert.Equal(title, SafeHtmlTests.Page(Export(Cell.Markdown($"# {title}"))).Title);
        }

        [Fact]
        public void Is_the_same_however_often_it_is_written() => Assert.Equal(
            Export(Cell.Markdown("# T\n\n$x$ `y`\n\n```csharp\nvar z;\n```")),
            Export(Cell.Markdown("# T\n\n$x$ `y`\n\n```csharp\nvar z;\n```")));

        [Fact]
        public void Gives_two_thousand_equal_headings_two_thousand_ids()
        {
            var page = Export(Cell.Markdown(string.Concat(Enumerable.Repeat("# a\n", 2_000))));
            Assert.Equal(2_000, Regex.Matches(page, "<h1 id=\"(a[0-9-]*)\"").Select(id => id.Groups[1].Value)
                .Distinct().Count());
        }
    }

    public class WithoutScripts
    {
        private static string Page(params Output[] outputs) =>
            HtmlExporter.Export(With(Code("1", outputs)), new HtmlOptions { Scripts = false });

        [Fact]
        public void No_script_is_on_the_page_and_none_is_allowed()
        {
            var page = Page(Shown(("application/vnd.plotly.v1+json", FigureJson), ("image/svg+xml", Picture)));
            Assert.DoesNotContain("<script", page);
            Assert.Contains("script-src 'none'", page);
            Assert.Contains("static picture", page);
        }

        [Fact]
        public void HTML_outputs_come_without_what_runs()
        {
            var page = Body(Page(
                Shown(("text/html", "<table onclick=steal()><tr><td>4</td></tr></table><script>steal()</script>")),
                Shown(("text/html", "<a href=\"javascript:steal()\">5</a><img src=x onerror=steal()><style>a{}"))));
            Assert.Contains("<td>4</td>", page);
            Assert.Contains(">5</a>", page);
            Assert.DoesNotContain("steal", page);
            Assert.Empty(Threats.In(SafeHtmlTests.Page(page)));
        }

        [Fact]
        public void A_picture_is_better_than_the_HTML_that_would_need_scripts()
        {
            var page = Body(Page(
                Shown(("text/html", "<div>live</div><script>draw()</script>"), ("image/png", "AAAA"))));
            Assert.Contains("src=\"data:image/png;base64,AAAA\"", page);
            Assert.DoesNotContain("live", page);
        }

        [Fact]
        public void A_figure_without_a_picture_shows_its_text() => Assert.Contains(
            "<div class=\"figure\"><pre class=\"plain\">a chart</pre></div>",
            Page(Shown(("application/vnd.plotly.v1+json", FigureJson),
                ("text/html", "<div></div><script>draw()</script>"), ("text/plain", "a chart"))));

        [Theory]
        [InlineData("text/html", "<div id=\"x\"></div><script>draw()</script>")]
        [InlineData("application/javascript", "draw()")]
        public void An_output_of_scripts_alone_says_so(string mimeType, string value) => Assert.Contains(
            $"This output needs scripts to be shown: {mimeType}", Page(Shown((mimeType, value))));
    }

    public class Figures
    {
        [Fact]
        public void Embed_plotly_once_however_many_they_are()
        {
            Output Figure() => Shown(
                ("application/vnd.plotly.v1+json", FigureJson), ("image/svg+xml", Picture),
                ("text/html", "<p>not this</p>"));
            var page = Export(
                Code("1", Figure()), Code("2", Figure()),
                Code("3", Shown(("text/html", "<div>uses window.Plotly</div>"))));
            Assert.Equal(1, Count(page, "plotly.js (cartesian - minified) v4.1.1"));
            Assert.Equal(2, Count(page, "static picture"));
            Assert.DoesNotContain("not this", page);
        }

        [Fact]
        public void Find_plotly_before_their_own_scripts_run()
        {
            var page = Export(Code("1", Shown(("text/html", "<script>Plotly.newPlot('x', [])</script>"))));
            Assert.InRange(
                page.IndexOf("plotly.js (cartesian", StringComparison.Ordinal), 0,
                page.IndexOf("<script>Plotly.newPlot", StringComparison.Ordinal));
        }

        [Fact]
        public void Are_the_only_reason_to_embed_it()
        {
            var page = Export(Cell.Markdown("# T"), Code("1", Shown(("text/html", "<p>hello</p>"))));
            Assert.DoesNotContain("plotly.js (cartesian", page);
            Assert.InRange(page.Length, 1, 40_000);
        }

        [Fact]
        public void Carry_their_json_whole_and_harmless()
        {
            var page = Body(Export(Code("1", Shown(("application/vnd.plotly.v1+json", FigureJson)))));
            var carried = Regex.Match(page, "data-plotly='([^']*)'").Groups[1].Value;
            Assert.DoesNotContain("<", carried);
            Assert.Equal(FigureJson, carried.Replace("&lt;", "<").Replace("&#39;", "'").Replace("&amp;", "&"));
        }

        [Fact]
        public void Fall_back_on_a_picture_or_the_text()
        {
            Assert.Contains(
                "src=\"data:image/png;base64,AAAA\"",
                Export(Code("1", Shown(("application/vnd.plotly.v1+json", FigureJson), ("image/png", "AAAA\n")))));
            Assert.Contains(
                "just text",
                Export(Code("1", Shown(("application/vnd.plotly.v1+json", FigureJson), ("text/plain", "just text")))));
        }
    }

    public class Sources
    {
        [Fact]
        public void Are_coloured_and_whole()
        {
            var page = Body(Export(Code("#r \"A.dll\"\nvar s = $\"a{1 + 2}\"; // <note>")));
            Assert.Contains("<span class=\"d\">#r &quot;A.dll&quot;", page);
            Assert.Contains("<span class=\"k\">var</span>", page);
            Assert.Contains("<span class=\"n\">1</span>", page);
            Assert.Contains("<span class=\"c\">// &lt;note&gt;</span>", page);
        }

        [Fact]
        public void Injected_parameters_are_named_and_stay_open()
        {
            var cell = Code("var budget = \"quick\";");
            cell.AddTag("injected-parameters");
            var page = Body(Export(cell));
            Assert.Contains("class=\"source injected\" open", page);
            Assert.Contains("parameters of this run", page);
        }

        [Fact]
        public void Fold_by_option_or_tag()
        {
            var tagged = Code("2");
            tagged.AddTag("hide-input");
            Assert.Equal(1, Count(Body(Export(Code("1"), tagged)), "<details class=\"source\" open>"));
            Assert.Equal(
                0,
                Count(
                    HtmlExporter.Export(With(Code("1")), new HtmlOptions { FoldCode = true }),
                    "<details class=\"source\" open>"));
        }

        [Theory]
        [InlineData(
            """{"execution": {"iopub.execute_input": "2026-01-01T10:00:00.5Z",""" +
            """ "shell.execute_reply": "2026-01-01T10:01:05.5Z"}, "papermill": {"duration": 7}}""",
            "1 min 05 s")]
        [InlineData(
            """{"execution": {"iopub.execute_input": "2026-01-01T10:00:00Z"}, "papermill": {"duration": 7.5}}""",
            "7.5 s")]
        [InlineData("""{"execution": "x", "papermill": "x", "jupyter": "x"}""", null)]
        [InlineData("""{"papermill": {"duration": 0.5}}""", null)]
        public void Tell_how_long_they_ran(string metadata, string? expected)
        {
            var cell = Code("1");
            cell.ExecutionCount = 1;
            cell.Json["metadata"] = JsonNode.Parse(metadata);
            var notebook = With(cell);
            var time = Regex.Match(HtmlExporter.Export(notebook), "class=\"time\">([^<]*)<");
            Assert.Equal(expected, time.Success ? time.Groups[1].Value : null);
            cell.ExecutionCount = null; // it did not run in this run
            Assert.DoesNotContain("class=\"time\"", HtmlExporter.Export(notebook));
        }

        [Fact]
        public void Of_another_language_are_left_as_they_are()
        {
            var cell = Code("let var = 1 // <x>");
            cell.Metadata["polyglot_notebook"] = new JsonObject { ["kernelName"] = "fsharp" };
            Assert.Contains("<code>let var = 1 // &lt;x&gt;</code>", Export(cell));
        }
    }
}
