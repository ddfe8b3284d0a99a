using Adr.Evaluation;
using Adr.Testing;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;

namespace Adr.Tests.Evaluation;

[Properties(Arbitrary = [typeof(ProportionTests.Count)])]
public static class ProportionTests
{
    /// <summary>Some of few or of many, often none or all.</summary>
    public sealed record Count(int Successes, int Total)
    {
        public static Arbitrary<Count> Any { get; } = Arb.From(
            from total in Gen.Frequency((1, Gen.Choose(1, 20)), (1, Gen.Choose(1, 100_000)))
            from successes in Gen.Frequency((3, Gen.Choose(0, total)), (1, Gen.Elements(0, total)))
            select new Count(successes, total));
    }

    [Fact] // the script finds the ends by bisection from the definition, not by the closed form
    public static void Interval_is_Wilsons()
    {
        using var fixture = Fixture.Load("wilson");
        var (cases, intervals) = (Close.Longs(fixture["cases"]), Close.Doubles(fixture["intervals"]));
        for (var i = 0; i < cases.Length / 2; i++)
        {
            var proportion = new Proportion((int)cases[2 * i], (int)cases[2 * i + 1]);
            Assert.Equal(intervals[2 * i], proportion.Low, 1e-9);
            Assert.Equal(intervals[2 * i + 1], proportion.High, 1e-9);
        }
    }

    [Law(MaxTest = 500)]
    public static void Interval_contains_the_value_and_stays_in_the_unit_interval(Count sample)
    {
        var p = new Proportion(sample.Successes, sample.Total);
        Assert.InRange(p.Low, 0, p.Value);
        Assert.InRange(p.High, p.Value, 1);
        Assert.True(p.High > p.Low);
    }

    [Law(MaxTest = 300)]
    public static void Interval_mirrors_when_successes_and_failures_change_places(Count sample)
    {
        var (p, q) = (new Proportion(sample.Successes, sample.Total),
            new Proportion(sample.Total - sample.Successes, sample.Total));
        Assert.Equal(1 - p.Low, q.High, 1e-12);
        Assert.Equal(1 - p.High, q.Low, 1e-12);
    }

    [Law(MaxTest = 300)]
    public static void Interval_shrinks_as_points_are_added(Count sample)
    {
        if (sample.Total > 10_000) return;
        var (p, q) = (new Proportion(sample.Successes, sample.Total),
            new Proportion(10 * sample.Successes, 10 * sample.Total));
        Assert.True(q.High - q.Low < p.High - p.Low);
    }

    [Fact]
    public static void Counts_true_values() => Assert.Equal(new Proportion(2, 3), Proportion.Of([true, false, true]));

    [Fact]
    public static void Of_no_points_nothing_is_known()
    {
        var none = new Proportion(0, 0);
        Assert.Equal((double.NaN, 0, 1), (none.Value, none.Low, none.High));
    }

    [Theory, InlineData(-1, 3), InlineData(4, 3), InlineData(0, -1)]
    public static void Counts_that_cannot_be_are_refused(int successes, int total) =>
        Assert.Equal("Successes",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Proportion(successes, total)).ParamName);
}
