using Adr.Attacks;
using Adr.Models;
using Adr.Testing;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Adr.Tests.Attacks;

[Properties(Arbitrary = [typeof(TrustRegionStepTests.Problem)])]
public static class TrustRegionStepTests
{
    /// <summary>A generated problem: random points with many on the box's edge, normals with zeros, every size of c and
    /// r.</summary>
    /// <param name="Share">Of what can be reached: beyond ±1 it cannot.</param>
    /// <param name="Still">Whether the step begins at the origin.</param>
    public sealed record Problem(
        Norm Norm, int Width, Bounds Bounds, double Scale, double Zeros, double Share, double Radius, bool Still,
        int Seed)
    {
        public static Arbitrary<Problem> Any { get; } = Arb.From(
            from norm in Gen.Elements(Norm.Linf, Norm.L2)
            from width in Gen.Elements(1, 2, 3, 5, 12, 40, 200)
            from bounds in Gen.Elements(Bounds.Unit, new Bounds(-1, 1), new Bounds(-0.5, 3))
            from scale in Gen.Elements(1e-6, 1, 1, 1000)
            from zeros in Gen.Elements(0, 0.3, 0.9)
            from share in Gen.Elements(-1.5, -0.9, -0.3, -1e-3, 0, 1e-9, 0.01, 0.2, 0.5, 0.95, 1, 1.5)
            from radius in Gen.Elements(1e-7, 1e-3, 0.05, 0.3, 1, 3, 100)
            from still in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
            from seed in Gen.Choose(0, 1_000_000)
            select new Problem(norm, width, bounds, scale, zeros, share, radius, still, seed));

        internal double[] Origin { get; } = Pixels(1, Width, Bounds, Seed);

        internal double[] X { get; } = Pixels(Still ? 1 : 2, Width, Bounds, Seed);

        internal double[] Normal { get; } = Normals(SplitMix.Uniform(5L * Seed + 4, Width), Scale, Zeros, Seed);

        internal double Level =>
            Share * Normal.Zip(X, (b, x) => Math.Abs(b * (b * Share > 0 ? Bounds.High - x : Bounds.Low - x))).Sum();

        private static double[] Pixels(int stream, int width, Bounds bounds, int seed) =>
        [
            .. SplitMix.Uniform(5L * seed + stream, width)
                .Select(u => Math.Clamp(bounds.Low + bounds.Range * (1.5 * u - 0.25), bounds.Low, bounds.High)),
        ];

        private static double[] Normals(float[] coins, double scale, double zeros, int seed) =>
        [
            .. SplitMix.Uniform(5L * seed + 3, coins.Length).Select((u, i) =>
                coins[i] < zeros ? 0 : scale * (2.0 * u - 1) * Math.Pow(10, -3 * (i % 3 == 0 ? coins[i] : 0))),
        ];

        internal double[] Solve() =>
            [.. TrustRegionStep.Of(Norm, X.Length, Bounds).Solve(Origin, X, Normal, Level, Radius)];

        internal double Along(double[] d) => Normal.Zip(d, (b, v) => b * v).Sum();

        internal double Size => Normal.Sum(b => Math.Abs(b)) * Bounds.Range;

        internal double Distance(double[] d)
        {
            double[] left = [.. d.Select((v, i) => X[i] + v - Origin[i])];
            return Norm == Norm.Linf ? left.Max(Math.Abs) : Length(left);
        }

        /// <summary>Whether d lies in the box and in the region.</summary>
        internal bool Allows(double[] d) =>
            Length(d) <= Radius * (1 + 1e-9)
                && !d.Where((v, i) => X[i] + v < Bounds.Low - 1e-12 * Bounds.Range || X[i] + v > Bounds.High + 1e-12
                * Bounds.Range).Any();

        internal bool Meets(double[] d) => Math.Abs(Along(d) - Level) <= 1e-10 * (Size + Math.Abs(Level));
    }

    private static double Length(IEnumerable<double> values) => Math.Sqrt(values.Sum(v => v * v));

    /// <summary>By bisection alone, in another way than the code under test: the shortest step to the boundary within
    /// [low, high], or null where it is out of reach.</summary>
    private static double[]? Nearest(double[] to, double[] normal, double[] low, double[] high, double level)
    {
        var (below, above) = (-1e18, 1e18);
        for (var k = 0; k < 400; k++)
        {
            var middle = Math.Abs(below) > 1e-3 && Math.Abs(above) > 1e-3 && below * above > 0 ? Math.Sign(below)
                * Math.Sqrt(below * above) : (below + above) / 2;
            if (At(middle).Zip(normal, (d, b) => d * b).Sum() < level) below = middle;
            else above = middle;
        }
        var found = At(above);
        return Math.Abs(found.Zip(normal, (d, b) => d * b).Sum() - level) <= 1e-10
            * (normal.Sum(Math.Abs) * 4 + Math.Abs(level)) ? found : null;

        double[] At(double multiplier) =>
            [.. to.Select((a, i) => Math.Min(Math.Max(a + multiplier * normal[i], low[i]), high[i]))];
    }

    [Law(MaxTest = 2000)]
    public static void Is_allowed_always(Problem problem)
    {
        var step = problem.Solve();
        Assert.True(step.All(double.IsFinite));
        Assert.True(problem.Allows(step), $"length {Length(step):R} of {problem.Radius:R}");
    }

    [Law(MaxTest = 300)]
    public static void Reaches_the_boundary_where_that_can_be_reached_and_goes_as_far_as_it_can_where_not(
        Problem problem)
    {
        var step = problem.Solve();
        var (low, high) = Box(problem);
        var shortest = problem.Normal.All(b => b == 0) ? null : Nearest(new double[step.Length], problem.Normal, low,
            high, problem.Level);
        if (shortest is not null && Length(shortest) <= problem.Radius * (1 - 1e-9))
        {
            Assert.True(problem.Meets(step), $"b·d is {problem.Along(step):R}, not {problem.Level:R}");
        }
        else if (shortest is null || Length(shortest) > problem.Radius * (1 + 1e-9))
        {
            // max b·d within box and region: clip(s·b), found here by bisection on s
            var (sign, from, to) = (Math.Sign(problem.Level), 0.0, 1e18);
            for (var k = 0; k < 400; k++)
            {
                var middle = from > 1e-12 ? Math.Sqrt(from * to) : (from + to) / 2;
                if (Length(Climb(middle)) <= problem.Radius) from = middle;
                else to = middle;
            }
            var best = sign * problem.Along(Climb(from));
            Assert.InRange(sign * problem.Along(step), best - 1e-9 * (Math.Abs(best) + problem.Size * 1e-3),
                Math.Abs(problem.Level) + 1e-9 * problem.Size);

            double[] Climb(double s) =>
                [.. problem.Normal.Select((b, i) => Math.Min(Math.Max(sign * s * b, low[i]), high[i]))];
        }
    }

    [Law(MaxTest = 150)]
    public static void Is_as_near_as_a_plain_search_finds(Problem problem)
    {
        var step = problem.Solve();
        if (!problem.Meets(step) || problem.Normal.All(b => b == 0) || IsAtTheEnd(problem)) return;
        var (low, high) = Box(problem);
        double[] way = [.. problem.Origin.Zip(problem.X, (o, x) => o - x)];
        // L∞: bisection on ε, L2: on t, each with a bisection within
        var (bad, good) = problem.Norm == Norm.Linf ? (0.0, 2 * problem.Bounds.Range) : (1.0, 0.0);
        for (var k = 0; k < 60; k++)
        {
            var middle = k == 0 ? bad : (bad + good) / 2;
            if (Try(middle) is { } found && Length(found) <= problem.Radius) good = middle;
            else bad = middle;
        }
        if (Try(good) is not { } best || Length(best) > problem.Radius) return; // on the edge of what can be reached
        Assert.InRange(problem.Distance(step), 0, problem.Distance(best) + 2e-6 * problem.Bounds.Range);

        double[]? Try(double parameter) => problem.Norm == Norm.Linf
            ? Nearest(new double[step.Length], problem.Normal,
                [.. low.Select((l, i) => Math.Max(l, way[i] - parameter))],
                [.. high.Select((h, i) => Math.Min(h, way[i] + parameter))], problem.Level)
            : Nearest([.. way.Select(w => parameter * w)], problem.Normal, low, high, problem.Level);
    }

    [Law(MaxTest = 60)]
    public static void No_other_step_that_is_allowed_is_nearer(Problem problem)
    {
        var step = problem.Solve();
        if (!problem.Meets(step) || IsAtTheEnd(problem)) return;
        var (low, high) = Box(problem);
        for (var rival = 0; rival < 20; rival++)
        {
            // a change along the boundary, small or large, put back on it within the box
            var reach = problem.Bounds.Range * Math.Pow(10, -rival % 5);
            var noise = SplitMix.Uniform(100L * problem.Seed + rival, step.Length);
            double[] to = [.. step.Select((d, i) =>
                d + (rival < 10 ? reach * (noise[i] - 0.5) : reach * (problem.Origin[i] - problem.X[i] - d)))];
            var other = problem.Normal.All(b => b == 0)
                ? [.. to.Select((v, i) => Math.Clamp(v, low[i], high[i]))]
                : Nearest(to, problem.Normal, low, high, problem.Level);
            if (other is null || !problem.Allows(other)) continue;
            Assert.True(problem.Distance(step) <= problem.Distance(other) + 2e-6 * problem.Bounds.Range,
                $"{problem.Distance(step):R} > {problem.Distance(other):R}");
        }
    }

    [Fact]
    public static void Is_the_known_one_where_neither_box_nor_region_act()
    {
        var bounds = new Bounds(-100, 100);
        double[] origin = [1, 2, -1], x = [3, 1, 0], normal = [1, -2, 2];
        // w = (−2, 1, −1), b·w = −6, ‖b‖² = 9, ‖b‖₁ = 5, c = 3: L2: w + b (c − b·w)/‖b‖² = w + b; L∞: ε = 9/5
        Expect(Norm.L2, 100, [-1, -1, 1]);
        Expect(Norm.Linf, 100, [-0.2, -0.8, 0.8]);
        // no further than the region: the shortest step is b/3, of length 1
        Expect(Norm.L2, 1, [1 / 3.0, -2 / 3.0, 2 / 3.0]);
        Expect(Norm.Linf, 1, [1 / 3.0, -2 / 3.0, 2 / 3.0]);
        Expect(Norm.L2, 0.3, [0.1, -0.2, 0.2]);
        Expect(Norm.Linf, 0.3, [0.1, -0.2, 0.2]);

        void Expect(Norm norm, double radius, double[] expected)
        {
            double[] step = [.. TrustRegionStep.Of(norm, 3, bounds).Solve(origin, x, normal, 3, radius)];
            for (var i = 0; i < 3; i++) Assert.Equal(expected[i], step[i], 1e-6);
        }
    }

    [Theory, InlineData((int)Norm.Linf), InlineData((int)Norm.L2)]
    public static void Without_a_direction_it_stays_or_goes_home(int norm)
    {
        double[] origin = [0.5, 0.5, 0.5], x = [0.7, 0.5, 0.1], none = [0, 0, 0];
        var solver = TrustRegionStep.Of((Norm)norm, 3, Bounds.Unit);
        Assert.Equal(none, solver.Solve(origin, x, none, 1, 1).ToArray());
        double[] home = [.. solver.Solve(origin, x, none, 0, 1)];
        Assert.Equal(0, home.Select((d, i) => Math.Abs(x[i] + d - origin[i])).Max(), 1e-12);
        Assert.Equal(none, solver.Solve(origin, origin, [1, -1, 2], 0, 1).ToArray());
    }

    /// <summary>Whether the level is the very end of what the box allows: there the step goes as far as it can, and
    /// need not be near as well.</summary>
    private static bool IsAtTheEnd(Problem problem)
    {
        var (low, high) = Box(problem);
        var end = problem.Normal.Select((b, i) => b * (b * problem.Level > 0 ? high[i] : low[i])).Sum();
        return problem.Level != 0 && Math.Abs(problem.Level) >= (1 - 1e-9) * Math.Abs(end);
    }

    private static (double[] Low, double[] High) Box(Problem problem) =>
        ([.. problem.X.Select(x => problem.Bounds.Low - x)], [.. problem.X.Select(x => problem.Bounds.High - x)]);
}
