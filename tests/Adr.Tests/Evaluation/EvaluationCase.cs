using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Native;
using Adr.Tests.Attacks;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

/// <summary>A valid evaluation: a data set, a model that is mostly right on it, attacks, options.</summary>
public sealed record EvaluationCase(int Points, int BatchSize, double Epsilon, Norm Norm, string[] Attacks, int Seed)
{
    public static Arbitrary<EvaluationCase> Any { get; } = Arb.From(
        from points in Gen.Choose(1, 40)
        from batch in Gen.Choose(1, 50)
        from epsilon in Gen.Elements(0.02, 0.06, 0.1, 0.2)
        from norm in Gen.Elements(Norm.Linf, Norm.L2)
        from attacks in Gen.Elements(AttackTable.Rows.Where(row => row.Norms.Contains(Norm.Linf))
            .Select(row => row.Name).ToArray()).ArrayOf().Resize(3)
        from seed in Gen.Choose(0, 1_000_000)
        select new EvaluationCase(points, batch, norm == Norm.L2 ? 4 * epsilon : epsilon, norm, attacks, seed));

    // trained once: the laws are about the evaluation, not about training
    private static readonly Lazy<double[][]> TrainedWeights = new(Train);

    internal ThreatModel Threat => new(Norm, Epsilon, Adr.Models.Bounds.Unit);

    internal Attack[] MakeAttacks() => [.. Attacks.Select(name => AttackTable.Row(name).Make(Threat))];

    internal Dataset Data() => Stripes(Seed + 17, Points);

    internal EvaluationOptions Options => new() { BatchSize = BatchSize, Seed = Seed };

    public override string ToString() =>
        $"{Points} points in batches of {BatchSize}, {Threat}, seed {Seed}: {string.Join(", ", Attacks)}";

    /// <summary>The trained model, in training mode.</summary>
    internal static TinyClassifier Model()
    {
        var weights = TrainedWeights.Value; // before autograd goes off
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var model = new TinyClassifier(1);
        foreach (var (parameter, values) in model.parameters().Zip(weights))
            parameter.copy_(tensor(values, parameter.shape).to(ScalarType.Float32));
        return model;
    }

    /// <summary>Three classes in 6×6: a pair of bright rows at the top, in the middle, or at the bottom, in noise that
    /// makes a few points hard.</summary>
    internal static Dataset Stripes(long seed, int count)
    {
        using var scope = NewDisposeScope();
        var labels = SplitMix.Labels(seed, count, 3);
        var rows = arange(6, dtype: ScalarType.Int64).div(2, RoundingMode.floor).view(1, 1, 6, 1);
        var bright = rows.eq(labels.view(count, 1, 1, 1)).to(ScalarType.Float32);
        var images = (SplitMix.Tensor(seed + 1, 0, 0.7, count, 1, 6, 6) + 0.3 * bright).clamp(0, 1);
        return new Dataset("stripes", images, labels, ["top", "middle", "bottom"]);
    }

    private static double[][] Train()
    {
        using var scope = NewDisposeScope();
        using var data = Stripes(5, 256);
        using var model = new TinyClassifier(1);
        Tensor[] parameters = [.. model.parameters()];
        for (var step = 0; step < 250; step++)
        {
            using var inner = NewDisposeScope();
            var gradients = Gradients.Of(nn.functional.cross_entropy(model.call(data.Images), data.Labels),
                parameters.Select(p => ("a parameter", (Tensor)p)));
            using var noGraph = no_grad();
            foreach (var (parameter, gradient) in parameters.Zip(gradients)) parameter.sub_(0.2 * gradient);
        }
        return [.. parameters.Select(Close.Doubles)];
    }
}
