using Adr.Kernel.Jupyter;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Jupyter;

public class CodePointsTests
{
    /// <summary>Text of one, two and half characters, and a place in it or behind its end.</summary>
    public sealed record Place(string Text, int Points)
    {
        public static Arbitrary<Place> Any { get; } = Arb.From(
            from text in Gen.Elements("a", "é", "🙂", "𝑥", "\ud83d", "\ude42", "\n").ListOf().Select(string.Concat)
            from points in Gen.Choose(0, text.Length + 2)
            select new Place(text, points),
            place => from at in Enumerable.Range(0, place.Text.Length)
                     select place with { Text = place.Text.Remove(at, 1) });

        // half a character cannot be written
        public override string ToString() => $"{Points} in {string.Join(' ', Text.Select(unit => $"{(int)unit:x4}"))}";
    }

    [Law(MaxTest = 500, Arbitrary = [typeof(Place)])]
    public void There_and_back_is_the_same_place(Place place)
    {
        var (text, points) = place;
        var runes = text.EnumerateRunes().Count();
        var units = CodePoints.ToUnits(text, points);
        Assert.InRange(units, 0, text.Length);
        Assert.Equal(Math.Min(points, runes), CodePoints.OfUnits(text, units));
        Assert.False(
            units > 0 && units < text.Length && char.IsSurrogatePair(text[units - 1], text[units]),
            "a place inside a character");
    }

    [Theory]
    [InlineData("🙂.To", 2, 3)] // Jupyter's 2 is behind the dot
    [InlineData("abc", 9, 3)]
    public void Examples(string text, int points, int units) => Assert.Equal(units, CodePoints.ToUnits(text, points));
}
