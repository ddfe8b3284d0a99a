using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Tests.Export;

public class HtmlExporterTests
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

        [Fact]
        public void Without_scripts_has_none_and_forbids_them()
        {
            var page = HtmlExporter.Export(
                With(Code("1", Shown(("application/vnd.plotly.v1+json", FigureJson), ("image/svg+xml", Picture)))),
                new HtmlOptions { Scripts = false });
            Assert.DoesNotContain("<script", page);
            Assert.Contains("script-src 'none'", page);
            Assert.Contains("static picture", page);
        }
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

    public class Outputs
    {
        [Theory]
        [InlineData("text/html", "<p id=\"a\">x</p>", "<p id=\"a\">x</p>")]
        [InlineData("text/markdown", "**x**", "<strong>x</strong>")]
        [InlineData("image/png", "AAAA", "<img alt=\"\" src=\"data:image/png;base64,AAAA\">")]
        [InlineData("application/json", "{\"a\":1}", "&quot;a&quot;: 1")]
        [InlineData("text/plain", "<x>", "<pre class=\"plain\">&lt;x&gt;</pre>")]
        [InlineData("text/latex", "$$x$$", "class=\"katex-display\"")]
        [InlineData("model/gltf", "?", "model/gltf")]
        public void Each_kind_is_shown(string mimeType, string value, string expected) =>
            Assert.Contains(expected, Body(Export(Code("1", Shown((mimeType, value))))));

        [Fact]
        public void The_richest_kind_wins()
        {
            var page = Body(
                Export(Code("1", Shown(("text/plain", "plain"), ("image/png", "AAAA"), ("text/html", "<p>html</p>")))));
            Assert.Contains("html", page);
            Assert.DoesNotContain("plain</pre>", page);
            Assert.DoesNotContain("AAAA", page);
        }

        [Fact]
        public void Markdown_wins_over_the_html_made_of_it()
        {
            var page = Body(
                Export(Code("#!markdown\n$x$", Shown(("text/html", "<p>made</p>"), ("text/markdown", "$x$")))));
            Assert.Contains("class=\"katex", page);
            Assert.DoesNotContain("made", page);
        }

        [Fact]
        public void A_script_that_may_not_run_gives_way_to_its_text()
        {
            var notebook = With(Code("1", Shown(("application/javascript", "draw()"), ("text/plain", "a drawing"))));
            Assert.Contains("draw()", HtmlExporter.Export(notebook));
            var page = HtmlExporter.Export(notebook, new HtmlOptions { Scripts = false });
            Assert.Contains("a drawing", page);
            Assert.DoesNotContain("draw()", page);
        }

        [Fact]
        public void An_xml_prolog_does_not_reach_the_page()
        {
            var page = Body(Export(Code(
                "1",
                Shown(("image/svg+xml", "<?xml version=\"1.0\"?>\n<!DOCTYPE svg PUBLIC \"a\" \"b\">\n" + Picture)))));
            Assert.DoesNotContain("<?xml", page);
            Assert.DoesNotContain("<!DOCTYPE", page);
            Assert.Contains("static picture", page);
        }

        [Fact]
        public void Streams_join_escape_colour_and_overwrite()
        {
            var page = Body(Export(Code("1",
                Output.Stream("stdout", "a <b>\n10 %\r20 %"), Output.Stream("stdout", "\r30 %\n"),
                Output.Stream("stderr", "\u001b[31mred\u001b[0m plain"))));
            Assert.Contains("<pre class=\"stream\">a &lt;b&gt;\n30 %</pre>", page);
            Assert.Contains("<pre class=\"stream stderr\"><span class=\"ansi-red\">red</span> plain</pre>", page);
        }

        [Fact]
        public void A_long_stream_is_folded_and_whole()
        {
            var page = Body(Export(Code(
                "1", Output.Stream("stdout", string.Join('\n', Enumerable.Range(0, 41).Select(i => $"line {i}"))))));
            Assert.Contains("<summary>41 lines of output</summary>", page);
            Assert.Contains("line 40", page);
        }

        [Fact]
        public void An_error_says_what_and_where()
        {
            var page = Body(Export(Code(
                "1",
                Output.Error(
                    "System.Exception", "bad\nmore",
                    ["\u001b[1mSystem.Exception\u001b[0m: bad", "   at Cell [1], line 2"]))));
            Assert.Contains("<strong>System.Exception</strong>: bad</div>", page);
            Assert.Contains("at Cell [1], line 2", page);
        }

        [Fact]
        public void No_text_runs()
        {
            var page = Export(
                Code(
                    Hostile, Output.Stream("stdout", Hostile), Output.Error(Hostile, Hostile, [Hostile]),
                    Shown(("text/plain", Hostile)), Shown(("image/png", Hostile)), Shown((Hostile, "?")),
                    Shown(("application/json", $"\"{Hostile.Replace("\"", "")}\""))),
                Cell.Markdown(
                    $"# {Hostile.Replace("<", "\\<")}\n\n`{Hostile}`\n\n```\n{Hostile}\n```\n\n" +
                    $"$\\text{{{Hostile.Replace("&", "")}}}$"));
            Assert.DoesNotContain("<script>alert", page);
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

    public class Text
    {
        [Fact]
        public void Mathematics_is_rendered_while_exporting_and_brings_its_fonts()
        {
            var page = Export(Cell.Markdown("$x'$ and $$\\frac{1}{B}\\sum_i d(z_i, z'_i)$$ and $\\mathcal{L}$"));
            Assert.Contains("class=\"katex-display\"", page);
            Assert.Contains("<mfrac>", page);
            Assert.Contains("font-family:KaTeX_Caligraphic", page);
            Assert.DoesNotContain("@font-face{font-display:block;font-family:KaTeX_Fraktur", page);
            Assert.DoesNotContain("katex.render", page);
        }

        [Fact]
        public void Without_mathematics_there_are_no_fonts() =>
            Assert.DoesNotContain("@font-face", Export(Cell.Markdown("a costs 5 dollars")));

        [Fact]
        public void A_formula_that_is_wrong_is_shown_with_the_reason() =>
            Assert.Matches("katex-error\" title=\"ParseError", Export(Cell.Markdown("$\\frac{1$")));

        [Fact]
        public void Tables_and_fences_are_rendered()
        {
            var page = Body(Export(Cell.Markdown("|a|b|\n|-|-|\n|1|$x$|\n\n```csharp\nvar x = 1;\n```")));
            Assert.Contains("<td>1</td>", page);
            Assert.Contains("<span class=\"k\">var</span>", page);
        }

        [Fact]
        public void Images_travel_inside()
        {
            var folder = Directory.CreateTempSubdirectory("adr-export-").FullName;
            File.WriteAllBytes(Path.Combine(folder, "a b.png"), [1, 2, 3]);
            var cell = Cell.Markdown(
                "![near](a%20b.png) ![attached](attachment:c.png) ![far](https://example.org/d.png)");
            cell.Json["attachments"] = JsonNode.Parse("""{"c.png": {"image/png": "BBBB"}}""");
            var page = Body(HtmlExporter.Export(With(cell), new HtmlOptions { SourceFolder = folder }));
            Assert.Contains($"src=\"data:image/png;base64,{Convert.ToBase64String([1, 2, 3])}\"", page);
            Assert.Contains("src=\"data:image/png;base64,BBBB\"", page);
            Assert.Contains("<a href=\"https://example.org/d.png\">far</a>", page);
            Directory.Delete(folder, recursive: true);
        }
    }
}
