using Adr.Attacks;
using Adr.Models;
using Adr.Testing;
using Adr.Tests.Reference;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

[Properties(Arbitrary = [typeof(AttackCase)])]
public static class ThreatModelTests
{
    /// <summary>Anything finite: near the image, at the ball's edge, or far away.</summary>
    private static Tensor Candidate(AttackCase sample, int stream = 11)
    {
        var reach = sample.Epsilon * new[] { 0.5, 1, 3, 1000 }[sample.Seed % 4];
        return sample.Images + SplitMix.Tensor(7L * sample.Seed + stream, -reach, reach, sample.Images.shape);
    }

    public static class Project
    {
        [Law(MaxTest = 60)]
        public static void Gives_points_of_the_ball_and_the_box(AttackCase s)
        {
            using var scope = NewDisposeScope();
            var projected = s.Threat.Project(Candidate(s), s.Images);
            Feasible.Assert(s.Threat, Close.Doubles(s.Images), Close.Doubles(projected), s.Points);
        }

        [Law(MaxTest = 60)]
        public static void Is_idempotent(AttackCase s)
        {
            using var scope = NewDisposeScope();
            var once = s.Threat.Project(Candidate(s), s.Images);
            var twice = s.Threat.Project(once, s.Images);
            if (s.Norm == Norm.Linf) Close.Same(once, twice, "projected twice");
            else Close.Tensor(once, twice, 1e-6, "projected twice");
        }

        [Law(MaxTest = 60)]
        public static void Leaves_feasible_points_where_they_are(AttackCase s)
        {
            using var scope = NewDisposeScope();
            var noise = SplitMix.Tensor(7L * s.Seed + 12, -1, 1, s.Images.shape);
            var width = noise.numel() / (double)s.Points;
            var length = s.Norm switch { Norm.Linf => 1, Norm.L1 => width, _ => Math.Sqrt(width) };
            var feasible = (s.Images + 0.999 * s.Epsilon / length * noise).clamp(s.Bounds.Low, s.Bounds.High);
            var projected = s.Threat.Project(feasible, s.Images);
            if (s.Norm == Norm.Linf) Close.Same(feasible, projected, "a feasible point");
            else Close.Tensor(feasible, projected, 1e-6, "a feasible point");
        }

        [Law(MaxTest = 60)] // an independent definition: the projection is the feasible point nearest to the candidate
        public static void Linf_and_L1_find_no_farther_point_than_any_other_feasible_one(AttackCase s)
        {
            using var scope = NewDisposeScope();
            s = s with { Norm = s.Norm == Norm.L2 ? Norm.L1 : s.Norm };
            var (candidate, other) = (Candidate(s), s.Threat.Project(Candidate(s, 13), s.Images));
            double Distance(Tensor p) => (p - candidate).to(ScalarType.Float64).norm().item<double>();
            Assert.True(Distance(s.Threat.Project(candidate, s.Images)) <= Distance(other) + 1e-5);
        }

        [Law(MaxTest = 60)] // where the box is far, the L2 projection has a closed form, coordinate by coordinate
        public static void L2_shortens_the_perturbation_and_keeps_its_direction(AttackCase s)
        {
            using var scope = NewDisposeScope();
            var threat = new ThreatModel(Norm.L2, s.Epsilon, new Bounds(-1e6, 1e6));
            var candidate = Candidate(s);
            var (x, c, p) = (Close.Doubles(s.Images), Close.Doubles(candidate),
                Close.Doubles(threat.Project(candidate, s.Images)));
            var width = x.Length / s.Points;
            for (var point = 0; point < s.Points; point++)
            {
                var range = Enumerable.Range(point * width, width);
                var length = Math.Sqrt(range.Sum(i => (c[i] - x[i]) * (c[i] - x[i])));
                var factor = Math.Min(1, s.Epsilon / length);
                foreach (var i in range) Assert.Equal(x[i] + factor * (c[i] - x[i]), p[i], 2e-6 * (1 + Math.Abs(x[i])));
            }
        }

        // soft thresholding within the room to the box; the threshold by bisection, in double precision
        [Law(MaxTest = 60)]
        public static void L1_is_the_soft_threshold_that_just_fits(AttackCase s)
        {
            using var scope = NewDisposeScope();
            var threat = new ThreatModel(Norm.L1, s.Epsilon, s.Bounds);
            var candidate = Candidate(s);
            var (x, c, p) = (Close.Doubles(s.Images), Close.Doubles(candidate),
                Close.Doubles(threat.Project(candidate, s.Images)));
            var width = x.Length / s.Points;
            for (var point = 0; point < s.Points; point++)
            {
                var range = Enumerable.Range(point * width, width).ToArray();
                double Moved(int i, double threshold) =>
                    Math.Clamp(Math.Abs(c[i] - x[i]) - threshold, 0, c[i] > x[i] ? s.Bounds.High - x[i] : x[i]
                    - s.Bounds.Low);
                var (low, high) = (0.0, range.Max(i => Math.Abs(c[i] - x[i])));
                if (range.Sum(i => Moved(i, 0)) <= s.Epsilon) high = 0;
                for (var halving = 0; halving < 200; halving++)
                {
                    var middle = (low + high) / 2;
                    if (range.Sum(i => Moved(i, middle)) > s.Epsilon) low = middle;
                    else high = middle;
                }
                foreach (var i in range) Assert.Equal(x[i] + Math.Sign(c[i] - x[i]) * Moved(i, high), p[i],
                    1e-6 * Math.Max(1, s.Bounds.Range));
            }
        }

        [Law(MaxTest = 60)]
        public static void With_epsilon_zero_gives_the_origin(AttackCase s)
        {
            using var scope = NewDisposeScope();
            Close.Same(s.Images, s.Threat.WithEpsilon(0).Project(Candidate(s), s.Images), "ε = 0");
        }
    }

    public static class AscentDirection
    {
        // ⟨g, v⟩ = ‖g‖ in the dual norm, with ‖v‖ ≤ 1: no other step of length 1 climbs faster;
        // under L1, no other that is spread evenly over 5 % of the pixels
        [Law(MaxTest = 60)]
        public static void Climbs_fastest_among_the_unit_steps(AttackCase s)
        {
            using var scope = NewDisposeScope();
            var gradient = SplitMix.Tensor(7L * s.Seed + 14, -1, 1, s.Images.shape) * Math.Pow(10, s.Seed % 9 - 4);
            var (g, v) = (Close.Doubles(gradient), Close.Doubles(s.Threat.AscentDirection(gradient)));
            var width = g.Length / s.Points;
            for (var point = 0; point < s.Points; point++)
            {
                var range = Enumerable.Range(point * width, width).ToArray();
                var climb = range.Sum(i => g[i] * v[i]);
                var dual = s.Norm switch
                {
                    Norm.Linf => range.Sum(i => Math.Abs(g[i])),
                    Norm.L1 => range.Select(i => Math.Abs(g[i])).OrderDescending().Take(Math.Max(1, width / 20))
                        .Average(),
                    _ => Math.Sqrt(range.Sum(i => g[i] * g[i])),
                };
                var length = s.Norm switch { Norm.Linf => range.Max(i => Math.Abs(v[i])),
                    Norm.L1 => range.Sum(i => Math.Abs(v[i])), _ => Math.Sqrt(range.Sum(i => v[i] * v[i])) };
                Close.Number(dual, climb, 1e-6, "⟨g, v⟩", floor: 0);
                Close.Number(1, length, 1e-6, "‖v‖");
            }
        }

        [Law(MaxTest = 60)]
        public static void Under_L1_leaves_out_the_pixels_that_the_box_stops(AttackCase s)
        {
            using var scope = NewDisposeScope();
            var threat = new ThreatModel(Norm.L1, s.Epsilon, s.Bounds);
            var gradient = SplitMix.Tensor(7L * s.Seed + 15, -1, 1, s.Images.shape);
            var (g, x, v) = (Close.Doubles(gradient), Close.Doubles(s.Images),
                Close.Doubles(threat.AscentDirection(gradient, s.Images)));
            for (var i = 0; i < g.Length; i++)
                Assert.True(v[i] == 0 || (v[i] > 0 ? x[i] < (float)s.Bounds.High : x[i] > (float)s.Bounds.Low),
                    $"pixel {i} at {x[i]} shall move by {v[i]}.");
            Assert.All(v.Chunk(g.Length / s.Points), point => Assert.InRange(point.Sum(Math.Abs), 0, 1.000001));
        }

        [Law(MaxTest = 10)]
        public static void Is_zero_where_the_gradient_is_zero(AttackCase s)
        {
            using var scope = NewDisposeScope();
            Assert.All(Close.Doubles(s.Threat.AscentDirection(zeros_like(s.Images))), v => Assert.Equal(0.0, v));
        }

        [Theory, InlineData(1e-30), InlineData(1e-22), InlineData(1e25)] // squares of these leave the range of float
        public static void Is_not_lost_for_tiny_or_huge_gradients(double scale)
        {
            using var scope = NewDisposeScope();
            var gradient = tensor(new[] { 3f, -4f }).view(1, 1, 1, 2) * scale;
            Assert.Equal([1.0, -1.0], Close.Doubles(ThreatModel.Linf(1).AscentDirection(gradient)));
            Close.Tensor(tensor(new[] { 0.6f, -0.8f }).view(1, 1, 1, 2), ThreatModel.L2(1).AscentDirection(gradient),
                1e-5, "direction");
        }
    }

    public static class RandomStart
    {
        [Law(MaxTest = 60)]
        public static void Lies_in_the_ball_and_in_the_box(AttackCase s)
        {
            using var scope = NewDisposeScope();
            var start = s.Threat.RandomStart(s.Images, s.Seeds);
            Feasible.Assert(s.Threat, Close.Doubles(s.Images), Close.Doubles(start), s.Points);
        }

        [Fact] // 4,000 points of 8 pixels: bounds are five standard errors
        public static void Fills_the_ball_evenly()
        {
            using var scope = NewDisposeScope();
            const int count = 4000, width = 8;
            var origin = zeros(count, 1, 2, 4);
            var wide = new Bounds(-5, 5);

            var linf = Close.Doubles(new ThreatModel(Norm.Linf, 0.5, wide)
                .RandomStart(origin, ExampleSeeds.Sequence(3, count)));
            Assert.Equal(0, linf.Average(), 5 * 0.2887 / Math.Sqrt(linf.Length));
            // var of U²: (0.5²)²·4/45
            Assert.Equal(0.25 / 3, linf.Average(v => v * v), 5 * 0.0745 / Math.Sqrt(linf.Length));

            var l2 = Close.Doubles(new ThreatModel(Norm.L2, 0.5, wide)
                .RandomStart(origin, ExampleSeeds.Sequence(3, count)));
            var radii = Enumerable.Range(0, count)
                .Select(p => Math.Sqrt(l2.Skip(p * width).Take(width).Sum(v => v * v)) / 0.5).ToArray();
            // uniform in the ball: (r/ε)^d is uniform in [0,1], of mean 1/2 and deviation 0.2887
            Assert.Equal(0.5, radii.Average(r => Math.Pow(r, width)), 5 * 0.2887 / Math.Sqrt(count));
            for (var i = 0; i < width; i++)
                Assert.Equal(0, Enumerable.Range(0, count).Average(p => l2[p * width + i]),
                    5 * 0.5 / Math.Sqrt(width * count));

            var l1 = Close.Doubles(new ThreatModel(Norm.L1, 0.5, wide)
                .RandomStart(origin, ExampleSeeds.Sequence(3, count)));
            var sums = l1.Chunk(width).Select(point => point.Sum(Math.Abs) / 0.5).ToArray();
            Assert.Equal(0.5, sums.Average(r => Math.Pow(r, width)), 5 * 0.2887 / Math.Sqrt(count));
            // |δ| has mean and deviation below ε/d
            Assert.Equal(0, l1.Average(), 5 * 0.5 / width / Math.Sqrt(l1.Length));
            // each pixel's share of the sum is Beta(1, d − 1), of mean 1/d and of second moment 2/(d(d + 1))
            Assert.Equal(2.0 / (width * (width + 1)),
                l1.Chunk(width).Average(point => point.Average(v => Math.Pow(v / point.Sum(Math.Abs), 2))), 0.001);
        }
    }

    public static class Distance
    {
        [Law(MaxTest = 60)]
        public static void Is_the_norm_of_the_perturbation(AttackCase s)
        {
            using var scope = NewDisposeScope();
            var candidate = Candidate(s);
            var (x, c, d) = (Close.Doubles(s.Images), Close.Doubles(candidate),
                Close.Doubles(s.Threat.Distance(candidate, s.Images)));
            var width = x.Length / s.Points;
            for (var point = 0; point < s.Points; point++)
            {
                var deltas = Enumerable.Range(point * width, width).Select(i => Math.Abs(c[i] - x[i])).ToArray();
                Close.Number(s.Norm switch { Norm.Linf => deltas.Max(), Norm.L1 => deltas.Sum(),
                    _ => Math.Sqrt(deltas.Sum(v => v * v)) }, d[point], 1e-5, "distance");
            }
        }
    }

    public static class Arguments
    {
        [Theory, InlineData(-0.1), InlineData(double.NaN), InlineData(double.PositiveInfinity)]
        public static void An_epsilon_that_is_no_radius_is_refused(double epsilon)
        {
            Assert.Equal("Epsilon",
                Assert.Throws<ArgumentOutOfRangeException>(() => ThreatModel.Linf(epsilon)).ParamName);
            Assert.ThrowsAny<ArgumentException>(() => ThreatModel.L2(1).WithEpsilon(epsilon));
        }

        [Fact]
        public static void A_norm_or_a_box_that_is_none_is_refused()
        {
            Assert.Equal("Norm",
                Assert.Throws<ArgumentOutOfRangeException>(() => new ThreatModel((Norm)7, 0.1, Bounds.Unit)).ParamName);
            Assert.ThrowsAny<ArgumentException>(() => new ThreatModel(Norm.L2, 0.1, new Bounds(1, 1)));
            Assert.ThrowsAny<ArgumentException>(() => new ThreatModel(Norm.L2, 0.1, new Bounds(0, double.NaN)));
        }
    }
}
