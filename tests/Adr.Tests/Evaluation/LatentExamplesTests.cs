using Adr.Attacks;
using Adr.Evaluation;
using Adr.Testing;
using Adr.Tests.Attacks;
using Adr.Tests.Reference;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

[Properties(Arbitrary = [typeof(EvaluationCase)])]
public static class LatentExamplesTests
{
    /// <summary>The latents of a case, computed here: z, z' as rows.</summary>
    private static (double[][] Clean, double[][] Adversarial) Latents(TinyClassifier model, Adr.Data.Dataset data,
        Attack attack, EvaluationCase sample)
    {
        using var noGraph = no_grad();
        model.eval();
        var adversarial = attack.Run(model, data.Images, data.Labels, ExampleSeeds.Sequence(sample.Seed, data.Count));
        return (Rows(model.Represent(data.Images).Latent), Rows(model.Represent(adversarial).Latent));
    }

    private static double[][] Rows(Tensor matrix) => [.. Close.Doubles(matrix).Chunk((int)matrix.shape[1])];

    private static (LatentExamples Points, double[][] Clean, double[][] Adversarial) Evaluate(EvaluationCase sample)
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        sample = sample with { Points = sample.Points + 1, BatchSize = 64 };
        using var data = sample.Data();
        var attack = new Bim(sample.Threat, 3);
        var points = Evaluating.With(model, data, sample.Options, null, e => LatentExamples.Evaluate(e, attack));
        var (clean, adversarial) = Latents(model, data, attack, sample);
        Assert.Equal(Close.Longs(data.Labels), points.Labels);
        return (points, clean, adversarial);
    }

    private static double Distance(double[] a, double[] b) =>
        a.Zip(b).Average(pair => Math.Abs(pair.First - pair.Second));

    [Law(MaxTest = 15)]
    public static void Divergences_are_distances_between_the_two_sides(EvaluationCase sample)
    {
        var (points, clean, adversarial) = Evaluate(sample);
        for (var i = 0; i < clean.Length; i++) Close.Number(Distance(clean[i], adversarial[i]),
            points.DivergenceByExample[i], 1e-5, $"point {i}");
        Close.Number(points.DivergenceByExample.Average(), points.MeanDivergence, 1e-12, "mean");
    }

    [Law(MaxTest = 15)]
    public static void Means_within_and_between_classes_are_over_pairs_of_different_points(EvaluationCase sample)
    {
        var (points, clean, adversarial) = Evaluate(sample);
        var pairs = from i in Enumerable.Range(0, clean.Length) from j in Enumerable.Range(0,
            clean.Length) where i != j select (Same: points.Labels[i] == points.Labels[j],
            Value: Distance(clean[j], adversarial[i]));
        Compare(pairs.Where(pair => pair.Same), points.WithinClass, "within");
        Compare(pairs.Where(pair => !pair.Same), points.BetweenClasses, "between");

        static void Compare(IEnumerable<(bool Same, double Value)> expected, double actual, string what)
        {
            if (expected.Any()) Close.Number(expected.Average(pair => pair.Value), actual, 1e-5, what);
            else Assert.True(double.IsNaN(actual), $"{what} should be NaN without such a pair, but is {actual}.");
        }
    }

    [Law(MaxTest = 15)] // what defines the first component: no other direction of unit length has more variance
    public static void The_first_component_has_the_largest_variance(EvaluationCase sample)
    {
        var (points, clean, adversarial) = Evaluate(sample);
        double[][] all = [.. clean, .. adversarial];
        var width = all[0].Length;
        var mean = Enumerable.Range(0, width).Select(k => all.Average(row => row[k])).ToArray();
        var total = all.Sum(row => row.Zip(mean).Sum(pair => (pair.First - pair.Second) * (pair.First - pair.Second)));
        double Projected(int k) => points.Clean.GetLength(0) is var n ? Enumerable.Range(0, n)
            .Sum(i => Math.Pow(points.Clean[i, k], 2) + Math.Pow(points.Adversarial[i, k], 2)) : 0;

        Close.Number(points.ExplainedVariance.First, Projected(0) / total, 1e-4, "first share");
        Close.Number(points.ExplainedVariance.Second, Projected(1) / total, 1e-4, "second share");
        Assert.True(points.ExplainedVariance.First >= points.ExplainedVariance.Second - 1e-12);
        Assert.InRange(points.ExplainedVariance.First + points.ExplainedVariance.Second, 0, 1 + 1e-9);
        var crossed = Enumerable.Range(0, points.Clean.GetLength(0))
            .Sum(i => (double)points.Clean[i, 0] * points.Clean[i, 1] + (double)points.Adversarial[i, 0]
            * points.Adversarial[i, 1]);
        Assert.True(Math.Abs(crossed) <= 1e-4 * total, "the components are correlated");
        for (var stream = 0; stream < 30; stream++)
        {
            var direction = SplitMix.Uniform(stream + 50, width).Select(u => 2.0 * u - 1).ToArray();
            var length = Math.Sqrt(direction.Sum(d => d * d));
            var variance = all.Sum(row =>
                Math.Pow(row.Zip(mean).Zip(direction, (pair, d) => (pair.First - pair.Second) * d / length).Sum(), 2));
            Assert.True(variance <= Projected(0) * (1 + 1e-5), "another direction has more variance");
        }
        // the projection shrinks no distance to more than it was
        for (var i = 0; i < clean.Length; i++)
        {
            var plane = Math.Pow(points.Clean[i, 0] - points.Adversarial[i, 0], 2)
                + Math.Pow(points.Clean[i, 1] - points.Adversarial[i, 1], 2);
            Assert.True(plane <= clean[i].Zip(adversarial[i]).Sum(pair => Math.Pow(pair.First - pair.Second, 2))
                * (1 + 1e-4) + 1e-9);
        }
    }

    [Fact]
    public static void One_point_alone_is_refused()
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        using var data = EvaluationCase.Stripes(7, 1);
        Assert.Equal("evaluator",
            Assert.ThrowsAny<ArgumentException>(() =>
            Evaluating.With(model, data, null, null,
            e => LatentExamples.Evaluate(e, new Fgsm(ThreatModel.Linf(0.1))))).ParamName);
        Assert.True(model.training);
    }
}
