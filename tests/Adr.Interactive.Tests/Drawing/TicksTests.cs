using System.Globalization;
using Adr.Interactive.Drawing;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Adr.Interactive.Tests.Drawing;

[Properties(Arbitrary = [typeof(TicksTests.Span)])]
public class TicksTests
{
    /// <summary>Two different ends of any size.</summary>
    public sealed record Span(double Low, double High)
    {
        public static Arbitrary<Span> Any { get; } = Arb.From(
            from low in Gen.Choose(-100000, 100000)
            from width in Gen.Choose(1, 100000)
            from power in Gen.Choose(-6, 6)
            select new Span(low * Math.Pow(10, power - 3), (low + width) * Math.Pow(10, power - 3)));
    }

    [Law(MaxTest = 500)]
    public void Ticks_lie_in_the_range_at_even_distances(Span range)
    {
        var ticks = Ticks.Between(range.Low, range.High, 6);
        var slack = (range.High - range.Low) * 1e-4;
        Assert.InRange(ticks.Count, 2, 7);
        Assert.All(ticks, tick => Assert.InRange(tick.At, range.Low - slack, range.High + slack));
        var steps = ticks.Zip(ticks.Skip(1), (a, b) => b.At - a.At).ToArray();
        Assert.All(steps, step => Assert.Equal(steps[0], step, slack));
    }

    [Law(MaxTest = 500)]
    public void Labels_tell_neighbours_apart_and_say_where_they_stand(Span range)
    {
        var ticks = Ticks.Between(range.Low, range.High, 6);
        var step = ticks[1].At - ticks[0].At;
        Assert.Equal(ticks.Count, ticks.Select(tick => tick.Label).Distinct().Count());
        var stands = (string label) => double.Parse(label.Replace('−', '-'), CultureInfo.InvariantCulture);
        Assert.All(ticks, tick => Assert.Equal(tick.At, stands(tick.Label), step * 0.06));
    }

    [Theory]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0, 0.4, "0 0.1 0.2 0.3 0.4")]
    [InlineData(-0.5, 0.5, "−0.4 −0.2 0 0.2 0.4")]
    [InlineData(1, 10, "2 4 6 8 10")]
    [InlineData(0, 1.25, "0 0.25 0.50 0.75 1.00 1.25")]
    [InlineData(-0.00010133, -9.986e-05, "−0.00010125 −0.000101 −0.00010075 −0.0001005 −0.00010025 −1e−4")]
    [InlineData(0, 5e8, "0 1e+8 2e+8 3e+8 4e+8 5e+8")]
    public void Known_ranges(double low, double high, string expected) =>
        Assert.Equal(expected, string.Join(' ', Ticks.Between(low, high, 6).Select(tick => tick.Label)));

    [Theory]
    [InlineData(1, 3, "1 2 3")]
    [InlineData(1, 20, "5 10 15 20")]
    [InlineData(1, 100, "20 40 60 80 100")]
    public void Whole_numbers_only(double low, double high, string expected) =>
        Assert.Equal(expected, string.Join(' ', Ticks.Between(low, high, 7, whole: true).Select(tick => tick.Label)));

    public class Range
    {
        [Fact]
        public void Of_nothing_is_the_unit_range() =>
            Assert.Equal((0, 1), Rounded(Ticks.Range([double.NaN], null, null, 0)));

        [Fact]
        public void Of_one_value_has_room_on_both_sides() =>
            Assert.Equal((4.5, 5.5), Rounded(Ticks.Range([5], null, null, 0)));

        [Fact]
        public void Of_sizes_does_not_fall_below_zero() =>
            Assert.Equal((0, 2.1), Rounded(Ticks.Range([0.02, 2], null, null, 0.05), 1));

        [Fact]
        public void Keeps_fixed_ends() => Assert.Equal((0, 1), Rounded(Ticks.Range([-5, 7], 0, 1, 0.05)));

        private static (double, double) Rounded((double Low, double High) range, int decimals = 6) =>
            (Math.Round(range.Low, decimals), Math.Round(range.High, decimals));
    }
}
