using System.Net;
using System.Text.RegularExpressions;
using Adr.Kernel.Export;
using Adr.Testing;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Export;

public class CodeHighlighterTests
{
    private static readonly string[] Pieces =
        ["var ", "x", " = ", "\"a\"", "\"open", "'c'", "$\"{x", "}\"", "\"\"\"", "\n", "  ", "// note\n", "/* open", "*/", "#r \"A.dll\"\n", "#!time\n", "#if X\n", "#endif\n", "class C", "{", "}", "<", ">", "&", "0x1F", "1.5f", "await ", "@", "é", "🙂", ";"];

    [Fact]
    public void Any_code_even_broken_comes_out_whole() => Law.Holds(
        Gen.Elements(Pieces).ArrayOf().Select(pieces => string.Concat(pieces)),
        code => Assert.Equal(code, WebUtility.HtmlDecode(Regex.Replace(CodeHighlighter.Highlight(code), "<span class=\"[a-z]\">|</span>", ""))),
        cases: 500);

    [Theory]
    [InlineData("new Pgd(10)", "t", "Pgd")]
    [InlineData("model.Forward(x)", "m", "Forward")]
    [InlineData("record Batch(int Count);", "t", "Batch")]
    [InlineData("Math.Max(1, 2)", "t", "Math")]
    [InlineData("x is null", "k", "is")]
    [InlineData("'c'", "s", "&#39;c&#39;")]
    public void Parts_are_marked(string code, string kind, string part) =>
        Assert.Contains($"<span class=\"{kind}\">{part}</span>", CodeHighlighter.Highlight(code));
}
