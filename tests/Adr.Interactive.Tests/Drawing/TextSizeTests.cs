using Adr.Interactive.Drawing;
using Adr.Testing;
using FsCheck.Fluent;

namespace Adr.Interactive.Tests.Drawing;

public class TextSizeTests
{
    [Fact]
    public void Lines_keep_every_word_in_order_and_fit_unless_one_word_is_too_long()
    {
        var words = Gen.Choose(1, 12).SelectMany(n => Gen.Elements('a', 'W', 'i', 'ε', '%').ArrayOf(n)).Select(letters => new string(letters));
        var law = Gen.Choose(0, 20).SelectMany(n => words.ArrayOf(n)).SelectMany(text => Gen.Choose(10, 400).Select(width => (text, width)));
        Law.Holds(law, pair =>
        {
            var lines = TextSize.Lines(string.Join(' ', pair.text), 12, pair.width);
            Assert.Equal(pair.text, lines.SelectMany(line => line.Split(' ')));
            Assert.All(lines, line => Assert.True(TextSize.Width(line, 12) <= pair.width || !line.Contains(' ')));
            for (var i = 1; i < lines.Count; i++) // no line ends before it must
                Assert.True(TextSize.Width($"{lines[i - 1]} {lines[i].Split(' ')[0]}", 12) > pair.width);
        }, 300);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void No_text_has_no_line(string? text) => Assert.Empty(TextSize.Lines(text, 12, 100));
}
