using Adr.Interactive.Drawing;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Interactive.Tests.Drawing;

public class TextSizeTests
{
    /// <summary>Up to twenty words, and the width that they have.</summary>
    public sealed record Paragraph(string[] Words, int Width)
    {
        private static readonly Gen<string> Word =
            from length in Gen.Choose(1, 12)
            from letters in Gen.Elements('a', 'W', 'i', 'ε', '%').ArrayOf(length)
            select new string(letters);

        public static Arbitrary<Paragraph> Any { get; } = Arb.From(
            from count in Gen.Choose(0, 20)
            from words in Word.ArrayOf(count)
            from width in Gen.Choose(10, 400)
            select new Paragraph(words, width),
            paragraph => from at in Enumerable.Range(0, paragraph.Words.Length)
                         select paragraph with { Words = [.. paragraph.Words.Where((_, i) => i != at)] });

        public override string ToString() => $"{Width} wide: {string.Join(' ', Words)}";
    }

    [Law(MaxTest = 300, Arbitrary = [typeof(Paragraph)])]
    public void Lines_keep_every_word_in_order_and_fit_unless_one_word_is_too_long(Paragraph sample)
    {
        var lines = TextSize.Lines(string.Join(' ', sample.Words), 12, sample.Width);
        Assert.Equal(sample.Words, lines.SelectMany(line => line.Split(' ')));
        Assert.All(lines, line => Assert.True(TextSize.Width(line, 12) <= sample.Width || !line.Contains(' ')));
        for (var i = 1; i < lines.Count; i++) // no line ends before it must
            Assert.True(TextSize.Width($"{lines[i - 1]} {lines[i].Split(' ')[0]}", 12) > sample.Width);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void No_text_has_no_line(string? text) => Assert.Empty(TextSize.Lines(text, 12, 100));
}
