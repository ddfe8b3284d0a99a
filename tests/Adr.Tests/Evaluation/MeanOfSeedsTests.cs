using Adr.Evaluation;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Tests.Evaluation;

public static class MeanOfSeedsTests
{
    [Fact] // by hand: deviation 1, t = 4.3027 with 2 degrees of freedom, divided by √3
    public static void Interval_is_Students()
    {
        var mean = new MeanOfSeeds([1, 2, 3]);
        Assert.Equal((2, 2.4842), (mean.Mean, Math.Round(mean.HalfWidth!.Value, 4)));
        Assert.Equal((-0.4842, 4.4842), (Math.Round(mean.Low, 4), Math.Round(mean.High, 4)));
    }

    [Fact]
    public static void One_seed_has_no_interval()
    {
        var one = new MeanOfSeeds([0.4]);
        Assert.Null(one.HalfWidth);
        Assert.Equal((double.NegativeInfinity, double.PositiveInfinity), (one.Low, one.High));
        Assert.Throws<ArgumentException>(() => new MeanOfSeeds([]));
    }

    [Fact] // two seeds may give the same count by chance
    public static void Seeds_that_agree_have_none_either()
    {
        Assert.Null(new MeanOfSeeds([0.922, 0.922]).HalfWidth);
        Assert.Null(new MeanOfSeeds([0.1 + 0.2, 0.3]).HalfWidth); // but for rounding
    }

    /// <summary>What two seeds or more have given.</summary>
    public sealed record Values(int[] Numbers)
    {
        public static Arbitrary<Values> Any { get; } = Arb.From(
            from count in Gen.Choose(2, 40)
            from numbers in Gen.Choose(-1000, 1000).ArrayOf(count)
            select new Values(numbers),
            values => from count in Enumerable.Range(2, values.Numbers.Length - 2)
                      select new Values(values.Numbers[..count]));

        public override string ToString() => string.Join(", ", Numbers);
    }

    [Law(Arbitrary = [typeof(Values)])]
    public static void Moves_and_scales_with_the_values(Values values)
    {
        var mean = new MeanOfSeeds([.. values.Numbers.Select(value => (double)value)]);
        var moved = new MeanOfSeeds([.. values.Numbers.Select(value => 3.0 * value + 7)]);
        Assert.Equal(3 * mean.Mean + 7, moved.Mean, 6);
        Assert.Equal(3 * (mean.HalfWidth ?? 0), moved.HalfWidth ?? 0, 6);
        Assert.True(mean.Low <= mean.Mean && mean.Mean <= mean.High);
    }
}
