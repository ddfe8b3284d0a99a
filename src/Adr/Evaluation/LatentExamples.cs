using Adr.Attacks;
using Adr.Models;
using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>The latents z of images and z' of their adversarial examples, in a plane.</summary>
/// <param name="Clean">[N,2]: z projected.</param>
/// <param name="Adversarial">[N,2]: z' projected with them.</param>
/// <param name="Labels">[N].</param>
/// <param name="DivergenceByExample">[N]: d(z, z') = mean over the D coordinates of |z − z'|, before
/// projecting.</param>
/// <param name="ClassNames">The names of the classes.</param>
/// <param name="ExplainedVariance">The share of the variance of all 2N latents that each of the two components carries,
/// in [0,1]; NaN of t-SNE.</param>
/// <param name="WithinClass">Mean of d(z_j, z'_i) over pairs i ≠ j of equal labels; NaN where there is no such
/// pair.</param>
/// <param name="BetweenClasses">Mean of d(z_j, z'_i) over pairs of different labels; NaN where there is no such
/// pair.</param>
public sealed record LatentExamples(
    float[,] Clean,
    float[,] Adversarial,
    long[] Labels,
    double[] DivergenceByExample,
    IReadOnlyList<string> ClassNames,
    (double First, double Second) ExplainedVariance,
    double WithinClass,
    double BetweenClasses)
{
    /// <summary>How they were laid out. Default: by principal components.</summary>
    public Projection Projection { get; init; }

    /// <summary>The mean of <see cref="DivergenceByExample"/>: the paper's local compactness, measured.</summary>
    public double MeanDivergence => DivergenceByExample.Average();

    /// <summary>Between / within: above 1 where classes are further apart than they are wide.</summary>
    public double SeparationRatio => BetweenClasses / WithinClass;

    /// <summary>Represents every image and its adversarial example, and lays both out in one plane.</summary>
    /// <param name="evaluator">A model that gives its latent (<see cref="ILatentModel"/>), and at least 2 examples; a
    /// few hundred make a readable picture.</param>
    /// <param name="attack">The attack on every example.</param>
    /// <param name="projection">How they are laid out. Default: the first two principal components of all of them.
    /// t-SNE has the perplexity 30, or less where there are few examples.</param>
    /// <exception cref="ArgumentException">The model gives no latent, there is one example only, or the attack does not
    /// suit the model.</exception>
    public static LatentExamples Evaluate(
        Evaluator evaluator,
        Attack attack,
        Projection projection = Projection.PrincipalComponents)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        var data = evaluator.Data;
        if (data.Count < 2)
            throw new ArgumentException(
                $"Principal components need at least 2 examples, but {data.Name} has {data.Count}.",
                nameof(evaluator));
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var (clean, adversarial) = Latents(evaluator, attack); // [N,D] each
        var (plane, explained) = LayOut(cat([clean, adversarial], 0), projection); // [2N,2]
        var (within, between) = PairDistances(clean, adversarial, data.Labels.cpu());
        return new LatentExamples(
            Matrix(plane.narrow(0, 0, data.Count)), Matrix(plane.narrow(0, data.Count, data.Count)), evaluator.Labels,
            (clean - adversarial).abs().mean([1L]).Values<double>(), data.ClassNames,
            explained, within, between) { Projection = projection };
    }

    private static (Tensor Plane, (double, double) Explained) LayOut(Tensor points, Projection projection)
    {
        if (projection == Projection.TSne) return (new TSne { Perplexity = Math.Min(30, (points.shape[0] - 1) / 4.0) }
            .Embed(points), (double.NaN, double.NaN));
        var components = PrincipalComponents.Of(points);
        return (components.Project(points), components.Explained);
    }

    private static (Tensor Clean, Tensor Adversarial) Latents(Evaluator evaluator, Attack attack)
    {
        using var scope = NewDisposeScope();
        var (clean, adversarial) = (new List<Tensor>(), new List<Tensor>());
        foreach (var (images, attacked, _) in evaluator.Attacked(attack, null, new AttackCost()))
        {
            clean.Add(Latent(evaluator, images).MoveToOuterDisposeScope()); // out of the batch's scope
            adversarial.Add(Latent(evaluator, attacked).MoveToOuterDisposeScope());
        }
        return (cat(clean, 0).MoveToOuterDisposeScope(), cat(adversarial, 0).MoveToOuterDisposeScope());
    }

    // [B,D] in float64 on the CPU
    private static Tensor Latent(Evaluator evaluator, Tensor images) =>
        evaluator.Finite(ModelFacts.Represent(evaluator.Model, images).Latent, "latents").flatten(1).cpu()
            .to(ScalarType.Float64);

    // Means of d(z_j, z'_i) over pairs i ≠ j of equal and of different labels, in strips of rows
    private static (double Within, double Between) PairDistances(Tensor clean, Tensor adversarial, Tensor labels)
    {
        const long Strip = 256;
        var (within, between) = ((Sum: 0.0, Pairs: 0L), (Sum: 0.0, Pairs: 0L));
        var (points, coordinates) = (clean.shape[0], clean.shape[1]);
        for (long row = 0; row < points; row += Strip)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(Strip, points - row);
            var distances = cdist(adversarial.narrow(0, row, rows), clean, p: 1) / coordinates; // [rows,N]
            // [rows,N]
            var equal = labels.narrow(0, row, rows).unsqueeze(1).eq(labels.unsqueeze(0)).to(ScalarType.Float64);
            // the pairs i = j
            var own = (adversarial.narrow(0, row, rows) - clean.narrow(0, row, rows)).abs().mean([1L]).sum();
            var equalPairs = (long)equal.sum().item<double>();
            within = (within.Sum + ((equal * distances).sum() - own).item<double>(), within.Pairs + equalPairs - rows);
            between = (between.Sum + ((1 - equal) * distances).sum().item<double>(), between.Pairs + rows * points
                - equalPairs);
        }
        return (Mean(within), Mean(between));
    }

    private static double Mean((double Sum, long Pairs) total) =>
        total.Pairs == 0 ? double.NaN : total.Sum / total.Pairs;

    private static float[,] Matrix(Tensor points)
    {
        using var scope = NewDisposeScope();
        var values = points.to(ScalarType.Float32).Values<float>();
        var matrix = new float[points.shape[0], 2];
        Buffer.BlockCopy(values, 0, matrix, 0, values.Length * sizeof(float));
        return matrix;
    }
}

/// <summary>How latents are laid out in a plane.</summary>
public enum Projection
{
    /// <summary>The first two principal components: a linear map, so that distances in the picture are at most those in
    /// the latent.</summary>
    PrincipalComponents,

    /// <summary>t-SNE (<see cref="Evaluation.TSne"/>): neighbours stay neighbours; sizes of and distances between
    /// groups mean nothing.</summary>
    TSne,
}
