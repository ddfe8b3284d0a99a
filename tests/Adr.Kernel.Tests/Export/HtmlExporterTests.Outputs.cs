using System.Text.Json.Nodes;
using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Tests.Export;

public partial class HtmlExporterTests
{
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

        [Theory] // The cells after an output stay outside of it, whatever it is.
        [InlineData("<!-- no end")]
        [InlineData("<div><table><td>")]
        [InlineData("</div></section></main></body></html>")]
        [InlineData("<plaintext>")]
        [InlineData("<textarea>")]
        [InlineData("<script>x()")]
        [InlineData("<style>")]
        [InlineData("<svg><![CDATA[")]
        [InlineData("<script><!-- <script> x()")]
        [InlineData("<select><option>")]
        [InlineData("<noscript><!--</noscript><div>")]
        public void HTML_does_not_swallow_the_cells_after_it(string html)
        {
            foreach (var scripts in new[] { true, false })
            {
                var notebook = With(Code("1", Shown(("text/html", html))), Cell.Markdown("the *end*"));
                var page = HtmlExporter.Export(notebook, new HtmlOptions { Scripts = scripts });
                Assert.Equal(2, SafeHtmlTests.Page(page).QuerySelectorAll("main > section").Length);
                Assert.Contains("the <em>end</em>", page);
            }
        }

        [Theory]
        [InlineData("<meta http-equiv=\"refresh\" content=\"0;url=https://example.org/\">x")]
        [InlineData("<base href=\"https://example.org/\">x")]
        [InlineData("<noscript><meta http-equiv=refresh content=\"0;url=https://example.org/\"></noscript>x")]
        [InlineData("<div><template shadowrootmode=open><meta http-equiv=refresh content=0;//example.org></template>x")]
        [InlineData("<svg><style><!--</style><meta http-equiv=refresh content=\"0;url=//example.org\">--></style>x")]
        [InlineData("<link rel=preconnect href=https://example.org>x")]
        [InlineData("<svg><title><meta http-equiv=refresh content=\"0;url=//example.org\"></title></svg>x")]
        public void HTML_leads_nowhere_without_a_script(string html)
        {
            var page = Body(Export(Code("1", Shown(("text/html", html)))));
            Assert.Contains("x", page);
            Assert.DoesNotContain("example.org", page);
        }

        [Fact]
        public void HTML_keeps_its_scripts()
        {
            const string Html =
                "<div id=\"p\" onclick=\"x()\"></div><script type=\"module\">if (1 < 2 && 3 > 2) x(\"p\");</script>";
            Assert.Contains(Html, Body(Export(Code("1", Shown(("text/html", Html))))));
        }

        [Theory]
        [InlineData("<svg onload=\"alert(1)\"/>")]
        [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>")]
        [InlineData("<svg><a href=\"javascript:alert(1)\">x</a></svg>")]
        [InlineData("<img src=x onerror=alert(1)>")]
        [InlineData("<svg><g>")]
        public void A_picture_runs_nothing(string svg)
        {
            var page = Body(Export(Code("1", Shown(("image/svg+xml", svg)))));
            Assert.Empty(Threats.In(SafeHtmlTests.Page(page)));
        }

        [Theory]
        [InlineData("image/png", "!not base64!")]
        [InlineData("image/png", "AAAA\" onerror=\"alert(1)")]
        [InlineData("image/jpeg", "")]
        [InlineData("image/svg+xml", "<svg><g></svg>")]
        public void A_picture_that_is_none_gives_way_to_the_text_and_a_reason(string mimeType, string data)
        {
            var page = Body(Export(Code("1", Shown((mimeType, data), ("text/plain", "a plot")))));
            Assert.Contains("This output is shown as text, because it", page);
            Assert.Contains("<pre class=\"plain\">a plot</pre>", page);
            Assert.DoesNotContain("<img", page);
        }

        [Theory]
        [InlineData("""{"output_type":"display_data","data":{"text/html":5}}""", ">5<")]
        [InlineData("""{"output_type":"display_data","data":{"image/png":{"a":1}}}""", "not base64")]
        [InlineData("""{"output_type":"display_data","data":{"text/plain":[1,2]}}""", "[1,2]")]
        [InlineData("""{"output_type":"display_data","data":7}""", "cannot show an output of this kind: display_data")]
        [InlineData("""{"output_type":["stream"],"text":"a"}""", "<pre class=\"stream\">a</pre>")]
        [InlineData("""{"output_type":"error","ename":{},"evalue":["a","<b>"],"traceback":"x"}""", "a&lt;b&gt;")]
        [InlineData(
            """{"output_type":"display_data","data":{"application/vnd.plotly.v1+json":{"data":1},"text/plain":"p"}}""",
            ">p<")]
        public void Of_a_wrong_type_are_shown_as_far_as_they_can_be(string json, string expected) => Assert.Contains(
            expected, Body(Export(Code("1", new Output(JsonNode.Parse(json)!.AsObject())))).Replace("<p>5</p>", ">5<"));

        [Fact]
        public void Deep_JSON_is_shown()
        {
            var json = new string('[', 300) + new string(']', 300);
            Assert.Contains($"{new string(' ', 299)}[]\n", Export(Code("1", Shown(("application/json", json)))));
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
}
