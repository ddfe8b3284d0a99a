using System.Text.Json.Nodes;
using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Tests.Export;

public partial class HtmlExporterTests
{
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

        [Theory] // as Jupyter reads them
        [InlineData("$$a_{i} = \\frac{1}{2},\n\\qquad b_{i}$$", 1)]
        [InlineData("so that\n$$\na_{i}\n$$\nand\n$$\nb_{i}$$", 2)]
        [InlineData("$$a_{i}$$ and $$b_{i}\n- c$$", 2)]
        [InlineData("$$a_{i}\n\nb_{i}$$", 0)]
        [InlineData("costs $$\n\n```\n$$a\nb$$\n```", 0)]
        public void A_displayed_formula_may_have_several_lines(string text, int formulas)
        {
            var page = Body(Export(Cell.Markdown(text)));
            Assert.Equal(formulas, page.Split("class=\"katex-display\"").Length - 1);
            Assert.DoesNotContain("katex-error", page);
        }

        [Fact]
        public void A_fence_keeps_its_lines_whatever_is_in_it() => Assert.Contains(
            "$$a\nb$$\n", Body(Export(Cell.Markdown("costs $$\n\n```\n$$a\nb$$\n```"))));

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
            Assert.Contains("This image is not in the page, because it is on the network", page);
            Directory.Delete(folder, recursive: true);
        }

        [Fact]
        public void Images_written_as_HTML_travel_too_and_what_is_left_out_is_named()
        {
            var around = Directory.CreateTempSubdirectory("adr-export-").FullName;
            var folder = Directory.CreateDirectory(Path.Combine(around, "notebooks")).FullName;
            File.WriteAllBytes(Path.Combine(folder, "a.png"), [1, 2, 3]);
            File.WriteAllBytes(Path.Combine(around, "secret.png"), [4, 5, 6]);
            var page = Body(HtmlExporter.Export(
                With(Cell.Markdown("<img src=\"a.png\" width=9> ![s](..%2Fsecret.png) <img alt=t src=../secret.png>")),
                new HtmlOptions { SourceFolder = folder }));
            Assert.Contains($"src=\"data:image/png;base64,{Convert.ToBase64String([1, 2, 3])}\"", page);
            Assert.DoesNotContain(Convert.ToBase64String([4, 5, 6]), page);
            Assert.Contains("<a href=\"..%2Fsecret.png\">s</a>", page);
            Assert.Contains("<a href=\"../secret.png\">t</a>", page);
            Assert.Equal(2, Count(page, "because it lies outside the folder of the notebook"));
            Directory.Delete(around, recursive: true);
        }

        internal static readonly string[] HostileTexts =
        [
            "<meta http-equiv=\"refresh\" content=\"0;url=https://example.org/\">", "<base href=\"//example.org/\">",
            "<img src=x onerror=alert(1)>", "<img src=//example.org/a.png srcset=\"https://example.org/b.png 2x\">",
            "[x](javascript:alert(1))", "[x](JaVaScRiPt&colon;alert(1))",
            "[x](data:text/html,<script>alert(1)</script>)",
            "[x](vbscript:x)", "<a href=\"java&#10;script:alert(1)\">x</a>",
            "<a href=\"&#1;javascript:alert(1)\">x</a>",
            "<javascript:alert(1)>", "[x]: javascript:alert(1)\n\n[x]", "![x](javascript:alert(1))",
            "# x {onclick=alert(1)}", "[x](y){onmouseover=alert(1) style=\"background:url(https://example.org/)\"}",
            "![x](data:image/png;base64,AAAA){onload=alert(1)}", "x{ping=https://example.org/}",
            "<svg onload=alert(1)><script>alert(1)</script></svg>", "<svg><animate onbegin=alert(1) attributeName=x>",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
            "<form action=https://example.org/><button>x</button><input name=a autofocus onfocus=alert(1)></form>",
            "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>", "<iframe src=https://example.org/></iframe>",
            "<object data=https://example.org/></object><embed src=https://example.org/>",
            "<link rel=stylesheet href=https://example.org/>",
            "<a ping=https://example.org/ href=b.md>x</a>", "<style>@import 'https://example.org/'</style>",
            "<b style=\"background:url(https://example.org/)\">x</b>", "<b style=\"position:fixed;inset:0\">x</b>",
            "<table background=https://example.org/><tr><td background=https://example.org/>x</td></tr></table>",
            "<video src=https://example.org/ poster=https://example.org/><audio src=https://example.org/>",
            "![x](https://www.youtube.com/watch?v=abc)", "![x](film.mp4)",
            "<input type=image src=https://example.org/>", "$\\href{javascript:alert(1)}{x}$",
            "$\\url{javascript:alert(1)}$", "$\\includegraphics{https://example.org/a.png}$",
            "$\\htmlStyle{background:url(https://example.org/)}{x}$", "$\\htmlData{a=\" onclick=alert(1)}{x}$",
            "$\\text{<img src=x onerror=alert(1)>}$",
            "![$x$ \" onerror=alert(1) x=\"](a.png)", "<div title=\"\n\n$\\text{ onclick=alert(1) }$\n\n\">x</div>",
            "```csharp\n</code></pre><script>alert(1)</script>\n```",
            "```html <script>\n<script>alert(1)</script>\n```", "```\" onclick=\"alert(1)\nx\n```",
            "```mermaid\n<script>alert(1)</script>\n```", "x[^\"><script>alert(1)</script>]",
            "<noscript><img src=x onerror=alert(1)></noscript>", "<template><img src=x onerror=alert(1)></template>",
            "<details ontoggle=alert(1) open>x</details>", "<a id=fold name=Plotly href=#x>x</a>", "<plaintext>",
            "<!-- ", "<script>",
            "</section></main><script>alert(1)</script>", "<div class=figure data-plotly='{\"data\":[]}'></div>",
        ];

        public static TheoryData<string> Hostile { get; } = [.. HostileTexts];

        [Theory, MemberData(nameof(Hostile))]
        public void Runs_nothing_loads_nothing_and_leads_nowhere(string text)
        {
            foreach (var scripts in new[] { true, false })
            {
                var page = SafeHtmlTests.Page(HtmlExporter.Export(
                    With(
                        Cell.Markdown(text), Code("1", Shown(("text/markdown", text))),
                        Code("1", Shown(("text/latex", text))), Cell.Markdown("the *end*")),
                    new HtmlOptions { Scripts = scripts, SourceFolder = Path.GetTempPath() }));
                var main = Assert.Single(page.QuerySelectorAll("main"));
                Assert.Empty(Threats.In(main));
                Assert.Equal(4, page.QuerySelectorAll("main > section").Length);
                Assert.Empty(main.QuerySelectorAll("[data-plotly]"));
                Assert.Equal("the end", main.LastElementChild!.TextContent.Trim());
            }
        }

        [Fact]
        public void Says_which_elements_it_lost()
        {
            var page = Body(Export(Cell.Markdown("a <iframe src=x></iframe>\n\n<script>x()</script>\n\n*b*")));
            Assert.Contains("HTML that text cannot have was left out: iframe, script.", page);
            Assert.Contains("<em>b</em>", page);
            Assert.DoesNotContain("left out", Body(Export(Cell.Markdown("a <b>c</b> $x$\n\n- [x] d"))));
        }

        [Theory]
        [InlineData("> [!NOTE]\n> mind this", "<p class=\"markdown-alert-title\">Note</p>")]
        [InlineData("- [x] done", "type=\"checkbox\"")]
        [InlineData("a[^1]\n\n[^1]: b", "<a id=\"fnref:1\" href=\"#fn:1\"")]
        [InlineData("|a|\n|-:|\n|1|", "style=\"text-align: right\"")]
        [InlineData("<details open><summary>a</summary>b</details>", "<details open=\"\"><summary>a</summary>b<")]
        [InlineData("<kbd>H</kbd> H<sub>2</sub>O ~~x~~ ==y==", "<kbd>H</kbd> H<sub>2</sub>O <del>x</del> <mark>y")]
        [InlineData("<span style=\"color:red\" class=\"a\">x</span>", "class=\"a\">x</span>")]
        [InlineData("[a](b.md#c) <b@example.org>", "<a href=\"b.md#c\">a</a> <a href=\"mailto:b@example.org\">")]
        [InlineData("a &amp; b &lt; c < d", "a &amp; b &lt; c &lt; d")]
        [InlineData("A List<int> is *long*.", "A List is <em>long</em>.")]
        [InlineData("<foo>y</foo> *z*", "y <em>z</em>")]
        [InlineData("```js\na < b\n```", "<code class=\"language-js\">a &lt; b")]
        public void That_is_harmless_stays(string text, string html) =>
            Assert.Contains(html, Body(Export(Cell.Markdown(text))).Replace("<pre>\n", "<pre>"));
    }
}
