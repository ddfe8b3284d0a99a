using System.Text;
using System.Text.Json.Nodes;
using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Tests.Export;

public partial class HtmlExporterTests
{
    /// <summary>Most of these ended the process or the export, or took minutes, before there were limits.</summary>
    public class WhatCannotBeRendered
    {
        private static readonly Dictionary<string, Cell> Cells = new()
        {
            ["formula of 100,000 braces"] = Cell.Markdown($"${Deep("{", "x", "}", 100_000)}$"),
            ["formula of 5,000 exponents"] = Cell.Markdown($"${Deep("x^{", "x", "}", 5000)}$"),
            ["formula of 50,000 terms"] = Cell.Markdown($"${Deep("x+", "x", "", 50_000)}$"),
            ["formula without ends"] = Cell.Markdown($"$${Deep("\\left(", "x", "", 5000)}$$"),
            ["formula of an output"] = Code("1", Shown(("text/latex", $"$${Deep("\\sqrt{", "x", "}", 2000)}$$"))),
            ["source of 16,000 parentheses"] = Code($"var x = {Deep("(", "1", ")", 16_000)};"),
            ["source of 100,000 parentheses"] = Code($"var x = {Deep("(", "1", ")", 100_000)};"),
            ["source of 16,000 type arguments"] = Code($"{Deep("A<", "A", ">", 16_000)} x;"),
            ["source of 5,000 brackets"] = Code($"x{Deep("[", "", "", 5000)}"),
            ["source of 16,000 texts in texts"] = Code($"var x = {Deep("$\"{", "1", "}\"", 16_000)};"),
            ["source with a deep condition"] = Code($"#if {Deep("(", "A", ")", 100_000)}\n#endif"),
            ["C# in Markdown"] = Cell.Markdown($"```csharp\n{Deep("(", "1", ")", 100_000)}\n```"),
            ["140 quotes"] = Cell.Markdown(Deep("> ", "x", "", 140)),
            ["100 lists"] = Cell.Markdown(Deep("- ", "x", "", 100)),
            ["100,000 stars"] = Cell.Markdown(Deep("a*", "", "", 100_000)),
            ["10,000 brackets"] = Cell.Markdown(Deep("[", "", "", 10_000)),
            ["JSON 600 deep"] = Code("1", new Output(JsonNode.Parse(
                $"{{\"output_type\":\"display_data\",\"data\":{{\"application/json\":{Deep("[", "", "]", 600)}}}}}",
                documentOptions: new() { MaxDepth = 1000 })!.AsObject())),
            ["a picture 100,000 deep"] = Code(
                "1", Shown(("image/svg+xml", $"<svg>{Deep("<g>", "", "</g>", 100_000)}</svg>"))),
        };

        public static TheoryData<string> Names { get; } = [.. Cells.Keys];

        [Theory, MemberData(nameof(Names))]
        public void Is_shown_as_text_with_a_note_and_the_page_is_written(string name)
        {
            var page = SafeHtmlTests.Page(Export(Cells[name], Cell.Markdown("the *end*")));
            var note = page.QuerySelector("main .note")?.TextContent ?? "";
            Assert.Matches("shown as (text|it was written)|not coloured", note);
            Assert.Equal("the end", page.QuerySelector("main > section:last-child")!.TextContent.Trim());
        }

        [Theory]
        [InlineData("formula of 900 braces")]
        [InlineData("a table of 1,000 columns and 20 rows")]
        [InlineData("10,000 elements")]
        [InlineData("a long line")]
        [InlineData("colours without end")]
        [InlineData("half of a character")]
        public void Or_it_is_rendered(string name)
        {
            var cell = name switch
            {
                "formula of 900 braces" => Cell.Markdown($"${Deep("{", "x", "}", 900)}$"),
                "a table of 1,000 columns and 20 rows" => Cell.Markdown(Table(1000, 20)),
                "10,000 elements" => Code("1", Shown(("text/html", Deep("<div>", "x", "", 10_000)))),
                "a long line" => Cell.Markdown(new string('x', 5_000_000)),
                "colours without end" => Code("1", Output.Stream("stdout", Deep("\u001b[31;1;1mx", "", "", 100_000))),
                _ => Cell.Markdown("a \ud800 $\ud800$ `\udc00` [\ud800](\ud800) # \ud800\n\n# \ud800"),
            };
            var page = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(Export(cell, Cell.Markdown("the *end*"))));
            Assert.Contains("the <em>end</em>", page);
        }

        private static string Table(int columns, int rows) =>
            Deep("|a", "|\n", "", columns) + Deep("|-", "|", "", columns)
                + Deep($"\n{Deep("|1", "|", "", columns)}", "", "", rows);

        private static string Deep(string start, string middle, string end, int depth) =>
            string.Concat(Enumerable.Repeat(start, depth)) + middle + string.Concat(Enumerable.Repeat(end, depth));
    }
}
