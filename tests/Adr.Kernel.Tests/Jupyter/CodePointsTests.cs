using Adr.Kernel.Jupyter;
using Adr.Testing;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Jupyter;

public class CodePointsTests
{
    [Fact]
    public void There_and_back_is_the_same_place() => Law.Holds(
        Gen.Elements("a", "é", "🙂", "𝑥", "\ud83d", "\ude42", "\n").ListOf().Select(string.Concat).SelectMany(text => Gen.Choose(0, text.Length + 2).Select(points => (text, points))), place =>
    {
        var (text, points) = place;
        var runes = text.EnumerateRunes().Count();
        var units = CodePoints.ToUnits(text, points);
        Assert.InRange(units, 0, text.Length);
        Assert.Equal(Math.Min(points, runes), CodePoints.OfUnits(text, units));
        Assert.False(units > 0 && units < text.Length && char.IsSurrogatePair(text[units - 1], text[units]), "a place inside a character");
    }, 500);

    [Theory]
    [InlineData("🙂.To", 2, 3)] // Jupyter's 2 is behind the dot
    [InlineData("abc", 9, 3)]
    public void Examples(string text, int points, int units) => Assert.Equal(units, CodePoints.ToUnits(text, points));
}
