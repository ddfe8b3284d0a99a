using Adr.Kernel.Export;

namespace Adr.Kernel.Tests.Export;

public class AnsiTextTests
{
    [Theory]
    [InlineData("a < b", "a &lt; b")]
    [InlineData("\u001b[1;31mbold red\u001b[0m plain", "<span class=\"ansi-bold ansi-red\">bold red</span> plain")]
    [InlineData("\u001b[31mred\u001b[mplain", "<span class=\"ansi-red\">red</span>plain")]
    [InlineData("\u001b[38;5;31mx\u001b[38;2;1;31;32my\u001b[48;5;1mz", "xyz")] // a colour's number is no code
    [InlineData("\u001b[38;5;31;1mx", "<span class=\"ansi-bold\">x</span>")]
    [InlineData("\u001b[2Kcleared\u001b[", "cleared")]
    [InlineData("😀 \u001b[32m😀", "😀 <span class=\"ansi-green\">😀</span>")]
    [InlineData("100 %\r 20", " 20 %")] // as on a terminal
    [InlineData("\u001b[31m10 %\u001b[0m\r\u001b[32m20 %\u001b[0m", "<span class=\"ansi-green\">20 %</span>")]
    public void IsHtmlOfWhatATerminalShows(string text, string html) => Assert.Equal(html, AnsiText.ToHtml(text));

    [Theory]
    [InlineData("a < b", "a < b")]
    [InlineData("\u001b[1;31mbold\u001b[0m \u001b[2Kplain\u001b[", "bold plain")]
    [InlineData("10 %\r20 %\n", "20 %\n")]
    public void IsPlainTextOfWhatATerminalShows(string text, string plain) =>
        Assert.Equal(plain, AnsiText.ToPlain(text));
}
