using Adr.Attacks;
using Adr.Testing;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

[Properties(Arbitrary = [typeof(ExampleSeedsTests.Points)])]
public static class ExampleSeedsTests
{
    /// <summary>A seed, and points from anywhere in a data set.</summary>
    public sealed record Points(long Seed, long[] Indices)
    {
        public static Arbitrary<Points> Any { get; } = Arb.From(
            from seed in Gen.Choose(int.MinValue, int.MaxValue)
            from count in Gen.Choose(1, 8)
            from indices in Gen.Choose(0, 60_000).ArrayOf(count)
            select new Points((long)seed * 3, [.. indices]));

        public override string ToString() => $"seed {Seed}, points {string.Join(", ", Indices)}";
    }

    [Law]
    public static void Noise_of_a_point_depends_on_its_index_alone(Points sample)
    {
        using var scope = NewDisposeScope();
        var seeds = new ExampleSeeds(sample.Seed, sample.Indices);
        var (uniform, normal) = (seeds.Uniform([sample.Indices.Length, 2, 3], -1, 1, CPU),
            seeds.Normal([sample.Indices.Length, 2, 3], CPU));
        for (var i = 0; i < sample.Indices.Length; i++)
        {
            var alone = new ExampleSeeds(sample.Seed, [sample.Indices[i]]);
            Close.Same(uniform.narrow(0, i, 1), alone.Uniform([1, 2, 3], -1, 1, CPU), "uniform");
            Close.Same(normal.narrow(0, i, 1), alone.Normal([1, 2, 3], CPU), "normal");
            Close.Same(normal.narrow(0, i, 1), seeds.Select([i]).Normal([1, 2, 3], CPU), "selected");
        }
    }

    [Law]
    public static void Other_seeds_other_points_and_other_streams_have_other_noise(Points sample)
    {
        using var scope = NewDisposeScope();
        double[] Noise(ExampleSeeds seeds) => Close.Doubles(seeds.Uniform([1, 8], 0, 1, CPU));
        var seeds = new ExampleSeeds(sample.Seed, [sample.Indices[0]]);
        double[][] all = [Noise(seeds), Noise(seeds with { Seed = sample.Seed + 1 }),
            Noise(new(sample.Seed, [sample.Indices[0] + 1])), Noise(seeds.Fork(0)), Noise(seeds.Fork(1)),
            Noise(seeds.Fork(0).Fork(0))];
        for (var i = 0; i < all.Length; i++)
            for (var j = 0; j < i; j++)
                Assert.DoesNotContain(all[i].Zip(all[j]), pair => pair.First == pair.Second);
    }

    [Fact] // bounds are five standard errors of 200,000 numbers
    public static void Numbers_have_their_distribution()
    {
        using var scope = NewDisposeScope();
        var seeds = ExampleSeeds.Sequence(12, 2000);
        var uniform = Close.Doubles(seeds.Uniform([2000, 100], -2, 4, CPU));
        Assert.All(uniform, v => Assert.InRange(v, -2, 4));
        Assert.Equal(1, uniform.Average(), 5 * 1.732 / Math.Sqrt(uniform.Length));
        Assert.Equal(3, uniform.Average(v => (v - 1) * (v - 1)), 5 * 2.683 / Math.Sqrt(uniform.Length));
        var normal = Close.Doubles(seeds.Normal([2000, 100], CPU));
        Assert.Equal(0, normal.Average(), 5 / Math.Sqrt(normal.Length));
        Assert.Equal(1, normal.Average(v => v * v), 5 * 1.414 / Math.Sqrt(normal.Length));
        Assert.Equal(3, normal.Average(v => v * v * v * v), 5 * 9.8 / Math.Sqrt(normal.Length));
        // neighbours and points are uncorrelated: a mean of products of independent numbers
        Assert.Equal(0, normal.Zip(normal.Skip(1), (a, b) => a * b).Average(), 5 / Math.Sqrt(normal.Length));
        Assert.Equal(0, normal.Zip(normal.Skip(100), (a, b) => a * b).Average(), 5 / Math.Sqrt(normal.Length));
    }

    [Fact]
    public static void A_shape_without_a_row_per_point_is_refused()
    {
        var seeds = ExampleSeeds.Sequence(1, 3);
        Assert.Equal("shape", Assert.Throws<ArgumentException>(() => seeds.Uniform([2, 4], 0, 1, CPU)).ParamName);
        Assert.Equal("shape", Assert.Throws<ArgumentException>(() => seeds.Normal([], CPU)).ParamName);
        Assert.Throws<ArgumentNullException>(() => new ExampleSeeds(1, null!));
    }
}
