using System.Net;
using System.Text.RegularExpressions;
using Adr.Kernel.Export;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Export;

public class CodeHighlighterTests
{
    /// <summary>Pieces of C# in any order.</summary>
    public sealed record Code(string[] Pieces)
    {
        public static Arbitrary<Code> Any { get; } =
            Gen.Elements(Known).ToArbitrary().Array().Convert(pieces => new Code(pieces), code => code.Pieces);

        public override string ToString() => string.Concat(Pieces);
    }

    private static readonly string[] Known =
        [
            "var ", "x", " = ", "\"a\"", "\"open", "'c'", "$\"{x", "}\"", "\"\"\"", "\n", "  ", "// note\n", "/* open",
            "*/", "#r \"A.dll\"\n", "#!time\n", "#if X\n", "#endif\n", "class C", "{", "}", "<", ">", "&", "0x1F",
            "1.5f", "await ", "@", "é", "🙂", ";",
        ];

    [Law(MaxTest = 500, Arbitrary = [typeof(Code)])]
    public void Any_code_even_broken_comes_out_whole(Code code)
    {
        var html = CodeHighlighter.Highlight(code.ToString());
        Assert.Equal(code.ToString(), WebUtility.HtmlDecode(Regex.Replace(html, "<span class=\"[a-z]\">|</span>", "")));
    }

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
