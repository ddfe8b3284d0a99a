using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;

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
