using Adr.Attacks;
using Adr.Models;
using Adr.Testing;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

[Properties(Arbitrary = [typeof(HyperplaneProjectionTests.Planes)])]
public static class HyperplaneProjectionTests
{
    /// <summary>Points in a box, normals with zeros, equal entries and entries of any size, and gaps from none to out
    /// of reach.</summary>
    public sealed record Planes(int Points, int Width, Norm Norm, Bounds Bounds, double Scale, int Seed)
    {
        public static Arbitrary<Planes> Any { get; } = Arb.From(
            from points in Gen.Choose(1, 6)
            from width in Gen.Choose(1, 40)
            from norm in Gen.Elements(Norm.Linf, Norm.L2, Norm.L1)
            from bounds in Gen.Elements(Bounds.Unit, new Bounds(-1, 1), new Bounds(-0.5, 3))
            from scale in Gen.Elements(1e-20, 1e-4, 1.0, 1e4, 1e18)
            from seed in Gen.Choose(0, 1_000_000)
            select new Planes(points, width, norm, bounds, scale, seed));

        internal Tensor X =>
            SplitMix.Tensor(3L * Seed, Bounds.Low - 0.2 * Bounds.Range, Bounds.High + 0.2 * Bounds.Range, Points, 1, 1,
            Width).clamp_(Bounds.Low, Bounds.High);

        // a third zero, a third of three sizes only; the first normal of some samples is zero
        internal Tensor Normals
        {
            get
            {
                var values = SplitMix.Uniform(3L * Seed + 1, (long)Points * Width)
                    .Select((u, i) => (i + Seed) % 3 switch
                {
                    0 => 0f,
                    1 => 2 * u - 1,
                    _ => (float)(Math.Round(3 * u) / 2 - 0.75),
                }).ToArray();
                if (Seed % 5 == 0) Array.Clear(values, 0, Width);
                return tensor(values, Points, 1, 1, Width) * Scale;
            }
        }

        // shares of what the box allows: 0, a part, just all of it, more
        internal double[] Gaps
        {
            get
            {
                var (x, w) = (Close.Doubles(X), Close.Doubles(Normals));
                var shares = SplitMix.Uniform(3L * Seed + 2, Points);
                return [.. Enumerable.Range(0, Points).Select(point =>
                {
                    var sign = (Seed + point) % 2 == 0 ? 1 : -1;
                    var reach = Coordinates(point).Sum(i => Math.Abs(w[i]) * Room(x[i], sign * Math.Sign(w[i])));
                    var share = ((Seed + point) % 7) switch { 0 => 0, 1 => 1, 2 => 1.5, 3 => 1e-6, _ => shares[point] };
                    // where the normal is zero, a gap that nothing can close
                    return sign * (reach > 0 ? share * reach : share);
                })];
            }
        }

        internal IEnumerable<int> Coordinates(int point) => Enumerable.Range(point * Width, Width);

        internal double Room(double x, int direction) => direction > 0 ? Bounds.High - x : direction < 0 ? x
            - Bounds.Low : 0;

        internal double Length(IEnumerable<double> d) =>
            Norm switch { Norm.Linf => d.Max(Math.Abs), Norm.L1 => d.Sum(Math.Abs), _ => Math.Sqrt(d.Sum(v => v * v)) };

        internal double[] Ways() => Ways(Close.Doubles(Normals), Gaps);

        // of all points, by one projection
        internal double[] Ways(double[] normals, double[] gaps)
        {
            var (x, ways, projection) = (Close.Doubles(X), new double[Points * Width],
                new HyperplaneProjection(Width, Norm, Bounds));
            for (var point = 0; point < Points; point++) projection.Shortest(Own(x, point), Own(normals, point),
                gaps[point], Own(ways, point));
            return ways;
        }

        internal Span<double> Own(double[] values, int point) => values.AsSpan(point * Width, Width);
    }

    [Law(MaxTest = 150)]
    public static void Stays_in_the_box_and_comes_to_the_plane_or_as_near_as_the_box_allows(Planes s)
    {
        using var scope = NewDisposeScope();
        var (x, w, d, gaps) = (Close.Doubles(s.X), Close.Doubles(s.Normals), s.Ways(), s.Gaps);
        for (var point = 0; point < s.Points; point++)
        {
            foreach (var i in s.Coordinates(point)) Assert.InRange(x[i] + d[i], s.Bounds.Low - 1e-12,
                s.Bounds.High + 1e-12);
            var reach = s.Coordinates(point)
                .Sum(i => Math.Abs(w[i]) * s.Room(x[i], Math.Sign(gaps[point]) * Math.Sign(w[i])));
            var come = s.Coordinates(point).Sum(i => w[i] * d[i]);
            Close.Number(Math.Sign(gaps[point]) * Math.Min(Math.Abs(gaps[point]), reach), come, 1e-9,
                $"⟨w, d⟩ of point {point}", floor: 1e-6 * s.Scale);
        }
    }

    [Law(MaxTest = 150)] // an independent solver: the multiplier by bisection, in double precision
    public static void Is_as_short_as_bisection_finds(Planes s)
    {
        using var scope = NewDisposeScope();
        var (x, w, d, gaps) = (Close.Doubles(s.X), Close.Doubles(s.Normals), s.Ways(), s.Gaps);
        for (var point = 0; point < s.Points; point++)
        {
            var own = s.Coordinates(point).Where(i => w[i] != 0).ToArray();
            if (own.Length == 0) continue;
            var (gap, largest) = (Math.Abs(gaps[point]), own.Max(i => Math.Abs(w[i])));
            double RoomOf(int i) => s.Room(x[i], Math.Sign(gaps[point]) * Math.Sign(w[i]));
            // L1 spends its length where a unit gives most: all coordinates above a threshold go their room, so the
            // length is found by the threshold
            double Move(int i, double level) => s.Norm switch
            {
                Norm.Linf => Math.Min(level, RoomOf(i)),
                Norm.L2 => Math.Min(level * Math.Abs(w[i]) / largest, RoomOf(i)),
                _ => Math.Abs(w[i]) / largest > 1 - level ? RoomOf(i) : 0,
            };
            double Gives(double level) => own.Sum(i => Math.Abs(w[i]) * Move(i, level));
            var (low, high) = (0.0, s.Norm == Norm.L1 ? 1 : 1e9);
            for (var halving = 0; halving < 300; halving++)
            {
                var middle = (low + high) / 2;
                if (Gives(middle) < gap) low = middle;
                else high = middle;
            }
            var moves = own.Select(i => Move(i, high)).ToArray();
            var expected = s.Length(moves);
            // at an L1 threshold several equal coordinates start at once; what they give too much is given back
            if (s.Norm == Norm.L1 && Gives(high) > gap)
            {
                var threshold = (1 - high) * largest;
                var last = own.Where(i => Math.Abs(w[i]) > threshold).Min(i => Math.Abs(w[i]));
                expected -= (Gives(high) - gap) / last;
            }
            Close.Number(expected, s.Length(s.Coordinates(point).Select(i => d[i])), 1e-7,
                $"‖d‖ of point {point}", floor: 1e-6);
            if (s.Norm != Norm.Linf) continue;
            foreach (var i in own) Close.Number(Math.Sign(gaps[point]) * Math.Sign(w[i]) * Move(i, high), d[i], 1e-7,
                $"d[{i}]", floor: 1e-6);
        }
    }

    [Law(MaxTest = 150)]
    public static void Is_nothing_on_the_plane_and_where_the_normal_is_zero(Planes s)
    {
        using var scope = NewDisposeScope();
        var w = Close.Doubles(s.Normals);
        Assert.All(s.Ways(w, new double[s.Points]), d => Assert.Equal(0, d));
        Assert.All(s.Ways(new double[w.Length], [.. Enumerable.Repeat(1.0, s.Points)]), d => Assert.Equal(0, d));
        var ways = s.Ways();
        for (var i = 0; i < w.Length; i++) Assert.True(w[i] != 0 || ways[i] == 0,
            $"coordinate {i} moves by {ways[i]} for nothing.");
    }

    [Law(MaxTest = 150)]
    public static void Is_nothing_where_a_number_is_not_finite(Planes s)
    {
        using var scope = NewDisposeScope();
        var (w, gaps) = (Close.Doubles(s.Normals), s.Gaps);
        foreach (var bad in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        {
            Assert.All(s.Ways(w, [.. gaps.Select(_ => bad)]), d => Assert.Equal(0, d));
            var spoilt = (double[])w.Clone();
            spoilt[^1] = bad; // that of the last point
            var ways = s.Ways(spoilt, gaps);
            Assert.All(s.Coordinates(s.Points - 1), i => Assert.Equal(0, ways[i]));
        }
    }

    [Law(MaxTest = 150)] // its memory is that of the point before
    public static void Forgets_the_point_before(Planes s)
    {
        using var scope = NewDisposeScope();
        var (together, w, gaps) = (s.Ways(), Close.Doubles(s.Normals), s.Gaps);
        for (var point = 0; point < s.Points; point++)
        {
            var alone = new double[s.Width];
            new HyperplaneProjection(s.Width, s.Norm, s.Bounds)
                .Shortest(s.Own(Close.Doubles(s.X), point), s.Own(w, point), gaps[point], alone);
            Assert.Equal(alone, s.Own(together, point).ToArray());
        }
    }
}
