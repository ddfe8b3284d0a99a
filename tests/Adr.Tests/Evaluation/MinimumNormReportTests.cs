using Adr.Attacks;
using Adr.Evaluation;
using Adr.Testing;
using Adr.Tests.Attacks;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

[Properties(Arbitrary = [typeof(MinimumNormReportTests.Distances)])]
public static class MinimumNormReportTests
{
    /// <summary>Distances of any kind: wrong as it is, found, not found.</summary>
    public sealed record Distances(double[] Values)
    {
        public static Arbitrary<Distances> Any { get; } = Arb.From(
            from count in Gen.Choose(1, 30)
            from values in Gen.Elements(0, 0.05, 0.1, 0.1, 0.25, 0.5, 2.0, double.PositiveInfinity).ArrayOf(count)
            select new Distances(values),
            distances => from count in Enumerable.Range(1, distances.Values.Length - 1)
                         select new Distances(distances.Values[..count]));

        public override string ToString() => string.Join(", ", Values);
    }

    private static MinimumNormReport Report(params double[] distances) =>
        new("tiny", "stripes", "line", ThreatModel.L2(1), distances, new long[distances.Length], ["top"], 1, 10, 0,
            "cpu");

    public static class Numbers
    {
        [Law]
        public static void Robust_accuracy_and_quantiles_are_two_sides_of_one_count(Distances any)
        {
            var distances = any.Values;
            var report = Report(distances);
            Assert.Equal(distances.Count(d => d > 0), report.Natural.Successes);
            Assert.Equal(distances.Count(d => d < double.PositiveInfinity), report.Found.Successes);
            for (var k = 1; k <= distances.Length; k++)
            {
                var quantile = report.Quantile((double)k / distances.Length);
                Assert.Contains(quantile, distances);
                Assert.True(distances.Count(d => d <= quantile) >= k);
                Assert.True(distances.Count(d => d < quantile) < k);
            }
            Assert.Equal(report.Quantile(0.5), report.Median);
        }

        [Law]
        public static void Curve_never_rises_and_begins_at_natural_accuracy(Distances any)
        {
            var distances = any.Values;
            var curve = RobustnessCurve.Of(Report(distances), [0.5, 0, 0.1, 0.07, 3]);
            Assert.Equal([0, 0.07, 0.1, 0.5, 3], curve.Points.Select(point => point.Epsilon));
            Assert.Equal(Report(distances).Natural, curve.Points[0].RobustAccuracy);
            Assert.All(curve.Points.Zip(curve.Points.Skip(1)),
                pair => Assert.True(pair.First.RobustAccuracy.Successes >= pair.Second.RobustAccuracy.Successes));
            Assert.Equal(distances.Count(double.IsPositiveInfinity), curve.Points[^1].RobustAccuracy.Successes);
        }

        [Fact]
        public static void Median_of_points_that_were_not_found_is_infinite() =>
            Assert.Equal(double.PositiveInfinity, Report(0.1, double.PositiveInfinity, double.PositiveInfinity).Median);

        [Theory, InlineData(0.0), InlineData(1.5), InlineData(double.NaN)]
        public static void Shares_out_of_range_are_refused(double share) =>
            Assert.Throws<ArgumentOutOfRangeException>(() => Report(0.1).Quantile(share));

        [Fact]
        public static void Numbers_that_are_no_distances_are_refused()
        {
            Assert.Throws<ArgumentException>(() => Report(0.1, double.NaN));
            Assert.Throws<ArgumentException>(() => Report(-0.1));
            Assert.Throws<ArgumentException>(() => Report());
            Assert.Throws<ArgumentOutOfRangeException>(() => Report(0.1).RobustAccuracyAt(double.NaN));
            Assert.Equal("epsilons",
                Assert.Throws<ArgumentException>(() => RobustnessCurve.Of(Report(0.1), [0.1, 0.1])).ParamName);
        }
    }

    public static class OfAModel
    {
        [Theory, InlineData(Norm.Linf), InlineData(Norm.L2), InlineData(Norm.L1)]
        public static void Distances_are_those_that_the_attack_finds_point_by_point(Norm norm)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(41, 60);
            var attack = new LineSearch(new ThreatModel(norm, 0.1, Adr.Models.Bounds.Unit),
                farthest: norm switch { Norm.Linf => 0.5, Norm.L2 => 3, _ => 12 });
            var report = Evaluating.With(model, data, new() { BatchSize = 7, Seed = 3 }, "tiny",
                e => MinimumNormReport.Evaluate(e, attack));
            Assert.True(model.training);

            var right = Margins.Of(model, data.Images, data.Labels).Select(margin => margin < 0).ToArray();
            var found = Close.Doubles(attack.Find(model, data.Images, data.Labels,
                ExampleSeeds.Sequence(3, 60)).Distance);
            for (var i = 0; i < 60; i++)
            {
                if (!right[i]) Assert.Equal(0, report.Distances[i]);
                else if (double.IsFinite(found[i])) Close.Number(found[i], report.Distances[i], 1e-5, $"point {i}");
                else Assert.Equal(double.PositiveInfinity, report.Distances[i]);
            }
            // under L1 the line leads along one pixel
            Assert.InRange(report.Found.Value, norm == Norm.L1 ? 0.03 : 0.3, 1);
            Assert.Equal(Robustness.Evaluate(model, data, [], name: "tiny").Natural, report.Natural);
            // one gradient, each radius, and two looks, for every right point
            var attacked = right.Count(r => r);
            Assert.Equal((attacked, 23L * attacked), (report.Backwards, report.Forwards));
            Assert.Equal(("20", norm switch { Norm.Linf => "0.5", Norm.L2 => "3", _ => "12" }),
                (report.Settings["steps"], report.Settings["farthest"]));
        }

        [Fact] // the fixed-budget face of the same attack must agree with the curve
        public static void Curve_agrees_with_an_evaluation_at_each_radius()
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(43, 50);
            var attack = new LineSearch(ThreatModel.Linf(0.1), farthest: 0.5);
            var curve = RobustnessCurve.Of(Evaluating.With(model, data, null, "tiny",
                e => MinimumNormReport.Evaluate(e, attack)), [0, 0.06, 0.13, 0.3]);
            foreach (var (epsilon, robust) in curve.Points.Skip(1))
            {
                // beyond its ε the attack still offers its find, projected: that may break a point or two more
                var alone = Robustness.Evaluate(model, data, [attack.ScaledTo(epsilon)],
                    name: "tiny").WorstCase.Successes;
                Assert.InRange(alone, robust.Successes - 3, robust.Successes + 1);
            }
        }

        [Fact]
        public static void Is_read_back_as_it_was_written()
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(43, 10);
            var report = Evaluating.With(model, data, null, "tiny",
                e => MinimumNormReport.Evaluate(e, new LineSearch(ThreatModel.Linf(0.1), 3, 0.1)));
            Assert.Contains(double.PositiveInfinity, report.Distances);
            report.Save(folder["deep/distances.json"]);
            var read = MinimumNormReport.Load(folder["deep/distances.json"]);
            Assert.Equal(report.Distances, read.Distances);
            Assert.Equal(report.ToJson().ToJsonString(), read.ToJson().ToJsonString());
        }
    }
}
