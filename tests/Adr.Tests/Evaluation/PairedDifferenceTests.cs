using Adr.Evaluation;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Tests.Evaluation;

public static class PairedDifferenceTests
{
    [Fact] // of 100 points 20 and 10 are only one's: with half a point in each cell 20.5 and 10.5 of 102
    public static void Interval_is_that_of_Agresti_and_Min()
    {
        var difference = new PairedDifference(20, 10, 100);
        Assert.Equal(0.1, difference.Value, 12);
        var half = 1.959963984540054 * Math.Sqrt(31 - 100.0 / 102) / 102;
        Assert.Equal(10 / 102.0 - half, difference.Low, 12);
        Assert.Equal(10 / 102.0 + half, difference.High, 12);
        Assert.InRange(new PairedDifference(4, 0, 20).Low, double.NegativeInfinity, 0); // four of twenty decide nothing
    }

    /// <summary>Which sides are right at each point: none, the first, the second or both.</summary>
    public sealed record Points(int[] Right)
    {
        public static Arbitrary<Points> Any { get; } = Arb.From(
            from count in Gen.Choose(1, 60)
            from right in Gen.Choose(0, 3).ArrayOf(count)
            select new Points(right),
            points => from count in Enumerable.Range(1, points.Right.Length - 1)
                      select new Points(points.Right[..count]));

        public override string ToString() => string.Concat(Right);
    }

    [Law(Arbitrary = [typeof(Points)])]
    public static void Turns_with_its_sides_and_ignores_where_both_agree(Points points)
    {
        bool[] first = [.. points.Right.Select(p => p is 1 or 3)], second = [.. points.Right.Select(p => p is 2 or 3)];
        var (one, other) = (PairedDifference.Of(first, second), PairedDifference.Of(second, first));
        Assert.Equal(one.Value, -other.Value, 12);
        Assert.Equal(one.Low, -other.High, 12);
        Assert.Equal(Proportion.Of(first).Value - Proportion.Of(second).Value, one.Value, 12);
        Assert.True(one.Low < one.Value && one.Value < one.High);
    }

    [Fact]
    public static void Needs_the_same_points()
    {
        Assert.Throws<ArgumentException>(() => PairedDifference.Of([true], [true, false]));
        Assert.Throws<ArgumentException>(() => PairedDifference.Of([], []));
    }
}
