using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Models;
using Adr.Testing;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

/// <summary>Decision regions against boundaries whose distance from a point is known.</summary>
public static class DecisionRegionsTests
{
    /// <summary>Class 1 lies on the right of x = edge or, tilted, above x + y = 2 edge.</summary>
    private sealed class Line(double edge, bool tilted) : nn.Module<Tensor, Tensor>("line")
    {
        public override Tensor forward(Tensor images)
        {
            using var scope = NewDisposeScope();
            var points = images.flatten(1);                                          // [B,2]
            var beyond = tilted ? points.sum(1) - 2 * edge : points.select(1, 0) - edge;
            return stack([zeros_like(beyond), 20 * beyond], 1).MoveToOuterDisposeScope();
        }
    }

    /// <summary>A line, and points of both classes on both sides of it.</summary>
    public sealed record Case(int Seed, Norm Norm, double Epsilon, bool IsTilted, int BatchSize)
    {
        public static Arbitrary<Case> Any { get; } = Arb.From(
            from seed in Gen.Choose(0, 1000)
            from norm in Gen.Elements(Norm.Linf, Norm.L2, Norm.L1)
            from epsilon in Gen.Choose(1, 20)
            from tilted in Gen.Elements(false, true)
            from batch in Gen.Choose(1, 12)
            select new Case(seed, norm, epsilon / 100.0, tilted && norm == Norm.Linf, batch));

        internal Dataset Points() => new("points", SplitMix.Tensor(Seed, 0, 1, 12, 1, 1, 2),
            SplitMix.Labels(Seed + 1, 12, 2), ["left", "right"]);
    }

    [Law(MaxTest = 25, Arbitrary = [typeof(Case)])]
    public static void A_point_is_robust_if_its_boundary_is_further_away_than_the_radius(Case sample)
    {
        using var scope = NewDisposeScope();
        using var model = new Line(0.5, sample.IsTilted);
        using var data = sample.Points();
        var threat = new ThreatModel(sample.Norm, sample.Epsilon, Bounds.Unit);
        var options = new EvaluationOptions { BatchSize = sample.BatchSize };
        var regions = Evaluating.With(model, data, options, "line",
            e => DecisionRegions.Evaluate(e, new Pgd(threat, 30, sample.Epsilon / 5), count: 3));
        for (var i = 0; i < data.Count; i++)
        {
            double x = regions.Clean[i, 0], y = regions.Clean[i, 1];
            Assert.Equal((data.Images[i, 0, 0, 0].item<float>(), data.Images[i, 0, 0, 1].item<float>()),
                ((float)x, (float)y));
            var beyond = sample.IsTilted ? x + y - 1 : x - 0.5;
            var distance = sample.IsTilted ? Math.Abs(beyond) / 2 : Math.Abs(beyond); // of L∞; of an upright line any
            if (Math.Abs(distance - sample.Epsilon) < 1e-4) continue; // rounding decides
            var isCorrect = beyond > 0 == (regions.Labels[i] == 1);
            Assert.Equal(isCorrect, regions.Correct[i]);
            Assert.Equal(isCorrect && distance > sample.Epsilon, regions.RobustOnGrid[i]);
            Assert.Equal(isCorrect && distance > sample.Epsilon, regions.Robust[i]);
            var moved = tensor(new[] { regions.Adversarial[i, 0] - x, regions.Adversarial[i, 1] - y });
            Assert.InRange(Length(sample.Norm, moved), 0, sample.Epsilon + 1e-6);
        }
        Assert.Equal(Proportion.Of(regions.RobustOnGrid), regions.GridAccuracy);
        Assert.Equal((Proportion.Of(regions.Correct), Proportion.Of(regions.Robust)),
            (regions.Natural, regions.RobustAccuracy));
    }

    private static double Length(Norm norm, Tensor moved) => norm switch
    {
        Norm.Linf => moved.abs().max().item<double>(),
        Norm.L1 => moved.abs().sum().item<double>(),
        _ => moved.pow(2).sum().sqrt().item<double>(),
    };

    [Fact]
    public static void Every_place_has_the_probabilities_of_the_model_there()
    {
        using var scope = NewDisposeScope();
        using var model = new ToyMlp(3, classes: 3);
        using var data = ToyPoints.Blobs(9);
        model.train();
        var regions = Evaluating.With(model, data, null, "toy",
            e => DecisionRegions.Evaluate(e, new Fgsm(ThreatModel.Linf(0.1)), count: 4));
        Assert.True(model.training); // as before
        model.eval();
        using var noGraph = no_grad();
        Assert.Equal([0.125, 0.375, 0.625, 0.875], regions.Places);
        for (var i = 0; i < 4; i++)
            for (var j = 0; j < 4; j++)
            {
                float[] place = [(float)regions.Places[j], (float)regions.Places[i]]; // x and y
                var expected = Close.Doubles(
                    model.call(tensor(place, [1, 1, 1, 2])).to(ScalarType.Float64).softmax(1));
                for (var k = 0; k < 3; k++)
                    Close.Number(expected[k], regions.Probabilities[i, j, k], 1e-6, $"class {k} at ({i}, {j})");
                var (answer, probability) = regions.At(i, j);
                Assert.Equal(Array.IndexOf(expected, expected.Max()), answer);
                Assert.Equal(regions.Probabilities[i, j, answer], probability);
            }
    }

    [Fact]
    public static void Images_and_too_small_a_grid_are_refused()
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        using var stripes = EvaluationCase.Stripes(1, 4);
        using var toy = new ToyMlp(1);
        using var moons = ToyPoints.Moons(4);
        var attack = new Fgsm(ThreatModel.Linf(0.1));
        Assert.Contains("images [1,6,6]", Assert.Throws<ArgumentException>("evaluator",
            () => Evaluating.With(model, stripes, null, null, e => DecisionRegions.Evaluate(e, attack))).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("count",
            () => Evaluating.With(toy, moons, null, null, e => DecisionRegions.Evaluate(e, attack, 1)));
    }
}
