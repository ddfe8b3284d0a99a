using Adr.Kernel.Running;
using Adr.Testing;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Running;

public class TerminalTextTests
{
    [Theory]
    [InlineData("plain\ntext", "plain\ntext")]
    [InlineData("10%\r20%\r30%\ndone", "30%\ndone")]
    [InlineData("long line\rab", "abng line")]
    [InlineData("windows\r\nline\r\n", "windows\nline\n")]
    [InlineData("ab\bc\b\b\b\bx", "xc")]
    [InlineData("first\nsecond\r", "first\nsecond")]
    [InlineData("\u001b[31mred\u001b[0m and more\rshort", "short")] // a colour has no columns: the line is replaced
    [InlineData("plain and more\r\u001b[31mred\u001b[0m", "\u001b[31mred\u001b[0m")]
    [InlineData("\u001b[31mred\u001b[0m\r\nlong line\rab", "\u001b[31mred\u001b[0m\nabng line")]
    public void ReadsAsATerminalShowsIt(string written, string shown) => Assert.Equal(shown, Shown(written));

    [Fact]
    public void DoesNotDependOnHowTheTextArrives() => Law.Holds(
        Gen.Elements('a', 'b', '\r', '\n', '\b', 'é', '\u001b').ListOf().SelectMany(text => Gen.Choose(0, text.Count).Select(cut => (Text: string.Concat(text), Cut: cut))),
        arrival => Shown(arrival.Text) == Shown(arrival.Text[..arrival.Cut], arrival.Text[arrival.Cut..]));

    private static string Shown(params string[] parts)
    {
        var text = new TerminalText();
        foreach (var part in parts) text.Append(part);
        return text.ToString();
    }
}
