using System.Text.Json.Nodes;
using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;
using Markdig;
using Markdig.Syntax;

namespace Adr.Kernel.Tests.Export;

public class MarkdownExporterTests
{
    [Fact]
    public void TextIsAsItIsAndCodeAndStreamsAreFenced() => Assert.Equal(
        "# Title\n\n*text* $x^2$\n\n```csharp\nvar s = 1;\n```\n\n```text\none\ntwo\n```\n\n```text\nred\n```\n",
        Export(
            Cell.Markdown("# Title\n\n*text* $x^2$"),
            Code(
                "var s = 1;", Output.Stream("stdout", "one\n"), Output.Stream("stdout", "two\n"),
                Output.Stream("stderr", "\u001b[31mred\u001b[0m\n"))));

    [Fact]
    public void AFenceIsLongerThanAnyInside() =>
        Assert.Contains("````csharp\nvar s = \"```\";\n````\n", Export(Code("var s = \"```\";")));

    [Fact]
    public void PicturesAreInTheFile()
    {
        Assert.Contains(
            "<img alt=\"a &lt;plot&gt;\" src=\"data:image/png;base64,aGk=\">",
            Export(Code("1", Shown(("image/png", "aG\nk="), ("text/html", "<b/>"), ("text/plain", "a <plot>")))));
        Assert.Contains(
            $"src=\"data:image/svg+xml;base64,{Convert.ToBase64String("<svg/>"u8)}\"",
            Export(Code("1", Shown(("image/svg+xml", "<svg/>")))));
    }

    [Fact]
    public void HtmlComesWithoutWhatRuns()
    {
        const string Html = "<table><tr><td onclick=\"steal()\">4</td></tr>\n\n" +
            "<tr><td><a href=\"javascript:steal()\">5</a></td></tr></table>" +
            "<script>steal()</script><style>td{}</style><iframe src=\"x\"></iframe>";
        var text = Export(Code("1", Shown(("text/html", Html), ("text/plain", "plain"))));
        Assert.Contains("<td>4</td>", text);
        Assert.Contains("5</a>", text);
        Assert.DoesNotContain("steal", text);
        Assert.DoesNotContain("<style", text);
        Assert.DoesNotContain("<iframe", text);
        Assert.DoesNotContain("\n\n<tr>", text); // would end the table
    }

    [Fact]
    public void HtmlOfWhichNothingIsSeenGivesWayToPlainText() =>
        Assert.Contains(
            "```text\nplain\n```",
            Export(Code("1", Shown(("text/html", "<script>draw()</script>"), ("text/plain", "plain")))));

    [Fact]
    public void ErrorsAndTagsAreKept()
    {
        var hidden = Code("secret", Output.Stream("stdout", "seen"));
        hidden.AddTag("remove-input");
        var text = Export(Code("x", Output.Error("E", "bad", ["E: bad", "   at Cell [1]"])), hidden);
        Assert.Contains("```text\nE: bad\n   at Cell [1]\n```", text);
        Assert.DoesNotContain("secret", text);
        Assert.Contains("seen", text);
    }

    [Theory]
    [InlineData("csharp\n```\n# heading")]
    [InlineData("x```<script>alert(1)</script>")]
    [InlineData("x\r~~~\r[a](b)")]
    public void MetadataDoesNotBreakOutOfItsFence(string language)
    {
        var cell = Code("1");
        cell.Metadata["polyglot_notebook"] = new JsonObject { ["kernelName"] = language };
        Assert.Equal([typeof(FencedCodeBlock)], Blocks(Export(cell)));
    }

    [Theory]
    [InlineData("```\n# x\n````")]
    [InlineData("~~~\n````````")]
    [InlineData("`````````\r\n# x")]
    public void NeitherDoCodeOutputsOrErrors(string text)
    {
        var markdown = Export(Code(
            text, Output.Stream("stdout", text), Output.Error("E", text, [text]), Output.Error(text, text, []),
            Shown(("text/plain", text)), Shown(("application/json", JsonValue.Create(text).ToJsonString()))));
        Assert.All(Blocks(markdown), kind => Assert.Equal(typeof(FencedCodeBlock), kind));
        Assert.Equal(6, Blocks(markdown).Count);
    }

    [Theory] // Each of them would take in what follows.
    [InlineData("```csharp\nvar x = 1;", "```csharp\nvar x = 1;\n```\n")]
    [InlineData("text\n\n~~~~\nopen", "text\n\n~~~~\nopen\n~~~~\n")]
    [InlineData("<!-- open", null)]
    [InlineData("<pre>\nopen", null)]
    [InlineData("<script>", null)]
    [InlineData("<?open", null)]
    [InlineData("<![CDATA[", null)]
    [InlineData("$$\nx", null)]
    public void OpenTextIsClosedOrFenced(string text, string? closed)
    {
        foreach (var markdown in new[]
        {
            Export(Cell.Markdown(text), Cell.Markdown("the end")),
            Export(Code("", Shown(("text/markdown", text))), Cell.Markdown("the end")),
            Export(Code("", Shown(("text/latex", text))), Cell.Markdown("the end")),
        })
        {
            if (closed is not null) Assert.StartsWith(closed, markdown);
            else Assert.Contains("because it would reach over the text after it", markdown);
            Assert.Equal(typeof(ParagraphBlock), Blocks(markdown)[^1]);
            Assert.EndsWith("\n\nthe end\n", markdown);
        }
    }

    [Theory]
    [InlineData("[a]\n\n[a]: b")]
    [InlineData("- a\n  - b")]
    [InlineData("> a")]
    [InlineData("|a|\n|-|\n|1|")]
    [InlineData("<div>\n\n**x**")]
    [InlineData("$$\nx\n$$")]
    [InlineData("x $a$ \\$ `y` <b>")]
    public void OtherTextIsAsItIs(string text) =>
        Assert.Equal($"{text}\n\nthe end\n", Export(Cell.Markdown(text), Cell.Markdown("the end")));

    [Theory]
    [InlineData("```\n# x")]
    [InlineData("# x\n\n# y")]
    [InlineData("<p>a\r\rb</p>&#13;&#13;# c")]
    [InlineData("x<!-- \n\n# x")]
    public void HtmlDoesNotBecomeMarkdown(string html) =>
        Assert.All(Blocks(Export(Code("", Shown(("text/html", html)), Shown(("text/html", "<b>x</b>"))))),
            kind => Assert.Equal(typeof(HtmlBlock), kind));

    [Fact]
    public void NoOutputIsLeftOutInSilence()
    {
        Assert.Contains(
            "[This output cannot be shown here: model/gltf]", Export(Code("1", Shown(("model/gltf", "?")))));
        Assert.Contains("```json\n{\n \"a\": 1\n}\n```", Export(Code("1", Shown(("application/json", "{\"a\":1}")))));
        var broken = Export(Code("1", Shown(("image/png", "!\" onerror=\"x"), ("text/plain", "a plot"))));
        Assert.Contains("[This output is shown as text, because its data (image/png) are not base64.]\na plot", broken);
        Assert.DoesNotContain("<img", broken);
    }

    [Fact]
    public void ImagesOfTheNetworkBecomeLinks() => Assert.Contains(
        "<a href=\"https://example.org/a.png\">a</a>",
        Export(Code("1", Shown(("text/html", "<img alt=a src=\"https://example.org/a.png\">")))));

    [Fact]
    public void WhatIsNestedTooDeeplyIsFenced() => Assert.Contains(
        "[This text is shown as it was written, because Markdown elements",
        Export(Cell.Markdown(new string('>', 10_000) + "x")));

    private static List<Type> Blocks(string markdown) => [.. Markdown.Parse(markdown).Select(block => block.GetType())];

    private static string Export(params Cell[] cells)
    {
        var notebook = Notebook.Create();
        foreach (var cell in cells) notebook.Add(cell);
        return MarkdownExporter.Export(notebook);
    }

    private static Cell Code(string source, params Output[] outputs)
    {
        var cell = Cell.Code(source);
        cell.SetOutputs(outputs);
        return cell;
    }

    private static Output Shown(params (string MimeType, string Value)[] data) =>
        Output.DisplayData(Output.Bundle(data.Select(one => KeyValuePair.Create(one.MimeType, one.Value))));
}
