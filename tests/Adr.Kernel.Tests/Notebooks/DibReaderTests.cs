using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Notebooks;

public class DibReaderTests
{
    [Fact]
    public void CellsBeginWhereALineNamesALanguage()
    {
        var notebook = DibReader.Read(
            "#!meta\r\n\r\n{\"kernelInfo\":{}}\r\n\r\n#!Markdown\r\n\r\n# A title\r\ntext\r\n\r\n#!C#\r\n\r\n" +
            "var x = 1;\r\n\r\n#!time\r\nx\r\n\r\n#!value\r\n\r\n" +
            "#!fsharp\r\nlet y = 1\r\n#!value --name v\r\nkept\r\n");
        Assert.Equal(
            [
                (CellKind.Markdown, "# A title\ntext"),
                (CellKind.Code, "var x = 1;\n\n#!time\nx"),
                (CellKind.Code, "#!fsharp\nlet y = 1\n#!value --name v\nkept"),
            ],
            notebook.Cells.Select(cell => (cell.Kind, cell.Source)));
        Assert.Equal((".net-csharp", "A title", 5), (notebook.KernelName, notebook.Title, notebook.MinorVersion));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("\n#!csharp\n\n#!markdown\n \n", 0)]
    [InlineData("1 + 1", 1)]
    [InlineData("#!/usr/bin/env x\n1", 1)]
    public void WhatHasNoCellIsAnEmptyNotebook(string text, int cells) =>
        Assert.Equal(cells, DibReader.Read(text).Cells.Count);

    /// <summary>Pieces of a .dib, in any order.</summary>
    public sealed record Pieces(string[] All)
    {
        public static Arbitrary<Pieces> Any { get; } = Gen.Elements(
                "#!", "#!csharp", "#!markdown", "#!meta", "#!set", "#!value", "#!share", "#!import", "#!time",
                "#!connect", "#r \"nuget:", "#i \"nuget:", "#load", " --name", " --value", " --from-file",
                " --from-value", " --from", " --as", " @input:", " @password:", " @csharp:", "{\"prompt\":",
                "\"\\ud800\"", "{", "}", "[", "]", "\"", "'", ",", "\n", "\r\n", "\u2028", "\0", " ", "a", "1", "é",
                "🙂", "-", ".", "/", "../", "\\")
            .ToArbitrary().Array().Convert(all => new Pieces(all), pieces => pieces.All);

        public override string ToString() => string.Concat(All);
    }

    [Law(MaxTest = 1000, Arbitrary = [typeof(Pieces)])]
    public void AnyTextIsANotebookWhoseDirectivesAreUnderstoodOrRefused(Pieces pieces)
    {
        var notebook = DibReader.Read(pieces.ToString());
        Assert.Equal(notebook.Cells.Count, Notebook.Parse(notebook.ToJson()).Cells.Count);
        foreach (var cell in notebook.Cells.Where(cell => cell.Kind == CellKind.Code))
        {
            try
            {
                foreach (var step in Submission.Parse(cell.Source).Steps) Code(step);
            }
            catch (DirectiveException refused)
            {
                Assert.NotEmpty(refused.Message);
                Assert.True(refused.Line > 0);
            }
        }

        static void Code(Step step)
        {
            var variables = new VariableDirective((_, _) => Task.FromResult("answer"));
            if (step is Directive { Name: "set" or "share" } directive)
                variables.CodeAsync(directive).GetAwaiter().GetResult();
            if (step is CodeBlock { Language: "value" } block) variables.ValueCodeAsync(block).GetAwaiter().GetResult();
        }
    }

    /// <summary>A cell of a .dib: its language and its text.</summary>
    public sealed record Written(string Language, string Text)
    {
        public static Arbitrary<Written> Any { get; } = Arb.From(
            from language in Gen.Elements("csharp", "markdown", "html")
            from text in Gen.Elements("a", "  b\n\nc", "#!time\nd", "# e", "#!share --from csharp f", "🙂 g\n\th")
            select new Written(language, text));

        internal CellKind Kind => Language == "markdown" ? CellKind.Markdown : CellKind.Code;

        internal string Source => Language == "html" ? $"#!html\n{Text}" : Text;
    }

    [Law(Arbitrary = [typeof(Written)])]
    public bool WhateverTheCellsTheyComeBackInOrder(Written[] cells)
    {
        var text = string.Concat(cells.Select(cell => $"#!{cell.Language}\n\n{cell.Text}\n\n"));
        var expected = cells.Select(cell => (cell.Kind, cell.Source));
        return DibReader.Read(text).Cells.Select(cell => (cell.Kind, cell.Source)).SequenceEqual(expected);
    }
}
