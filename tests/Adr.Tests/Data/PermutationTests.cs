using Adr.Data;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Tests.Data;

public sealed class PermutationTests
{
    /// <summary>How many items are put in order, and by which seed.</summary>
    public sealed record Items(int Count, int Seed)
    {
        public static Arbitrary<Items> Any { get; } = Arb.From(
            from count in Gen.Choose(0, 300)
            from seed in Gen.Choose(int.MinValue, int.MaxValue)
            select new Items(count, seed));
    }

    [Law(Arbitrary = [typeof(Items)])]
    public bool Holds_every_position_once(Items items) =>
        Permutation.Of(items.Count, items.Seed, 3).Order()
            .SequenceEqual(Enumerable.Range(0, items.Count).Select(i => (long)i));

    [Fact]
    public void Is_the_same_for_the_same_seed_and_epoch() =>
        Assert.Equal(Permutation.Of(1000, 7, 2), Permutation.Of(1000, 7, 2));

    [Theory]
    [InlineData(7, 3)]
    [InlineData(8, 2)]
    public void Differs_by_seed_and_by_epoch(long seed, int epoch) =>
        Assert.NotEqual(Permutation.Of(1000, 7, 2), Permutation.Of(1000, seed, epoch));

    [Fact]
    public void Is_frozen() => // computed apart, in Python: the same order on every machine
        Assert.Equal([1, 9, 6, 3, 0, 5, 7, 4, 8, 2], Permutation.Of(10, 1, 1));

    [Fact]
    public void Puts_every_item_at_every_place_equally_often()
    {
        const int count = 6, rounds = 6000;
        var seen = new int[count, count];
        for (var seed = 0; seed < rounds; seed++)
        {
            var order = Permutation.Of(count, seed);
            for (var place = 0; place < count; place++) seen[place, order[place]]++;
        }
        // χ² of each row has 5 degrees of freedom; 30 is passed by chance once in 10⁵
        for (var place = 0; place < count; place++)
        {
            var expected = rounds / (double)count;
            var distance = Enumerable.Range(0, count).Sum(item => Math.Pow(seen[place, item] - expected, 2) / expected);
            Assert.True(distance < 30, $"place {place}: χ² = {distance}");
        }
    }

    [Fact]
    public void Refuses_a_negative_count() =>
        Assert.Throws<ArgumentOutOfRangeException>("count", () => Permutation.Of(-1, 0));
}
