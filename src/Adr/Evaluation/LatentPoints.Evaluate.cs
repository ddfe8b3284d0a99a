using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Native;
using static TorchSharp.torch;

namespace Adr.Evaluation;

public sealed partial record LatentPoints
{
    /// <summary>Represents every image and its adversarial example, and lays both out in one plane.</summary>
    /// <param name="model">The model; it runs in evaluation mode and is afterwards as before.</param>
    /// <param name="data">The points, at least 2; a few hundred make a readable picture.</param>
    /// <param name="attack">The attack on every point.</param>
    /// <param name="options">How to run; null for the defaults. Images are not saved here.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <param name="projection">How they are laid out. Default: the first two principal components of all of them. t-SNE has the perplexity 30, or less where there are few points.</param>
    /// <exception cref="ArgumentException">There is one point only, or model, data, attack and options do not fit together.</exception>
    public static LatentPoints Evaluate(Classifier model, Dataset data, Attack attack, EvaluationOptions? options = null, CancellationToken cancellation = default, Projection projection = Projection.PrincipalComponents)
    {
        ArgumentNullException.ThrowIfNull(attack);
        using var subject = new Subject(model, data, options, [attack]);
        if (data.Count < 2) throw new ArgumentException($"Principal components need at least 2 points, but {data.Name} has {data.Count}.", nameof(data));
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var (clean, adversarial) = Latents(subject, attack, cancellation); // [N,D] each
        var labels = PointLabels.Of(data);
        var (plane, explained) = LayOut(cat([clean, adversarial], 0), projection); // [2N,2]
        var (within, between) = PairDistances(clean, adversarial, data.Labels.cpu());
        return new LatentPoints(
            Matrix(plane.narrow(0, 0, data.Count)), Matrix(plane.narrow(0, data.Count, data.Count)), labels,
            (clean - adversarial).abs().mean([1L]).Values<double>(), data.ClassNames,
            explained, within, between) { Projection = projection };
    }

    private static (Tensor Plane, (double, double) Explained) LayOut(Tensor points, Projection projection)
    {
        if (projection == Projection.TSne) return (new TSne { Perplexity = Math.Min(30, (points.shape[0] - 1) / 4.0) }.Embed(points), (double.NaN, double.NaN));
        var components = PrincipalComponents.Of(points);
        return (components.Project(points), components.Explained);
    }

    private static (Tensor Clean, Tensor Adversarial) Latents(Subject subject, Attack attack, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var (clean, adversarial) = (new List<Tensor>(), new List<Tensor>());
        foreach (var (images, attacked, _, _) in subject.Attacked(attack, null, new AttackCost(), cancellation))
        {
            clean.Add(Latent(subject.Model, images).MoveToOuterDisposeScope()); // out of the batch's scope
            adversarial.Add(Latent(subject.Model, attacked).MoveToOuterDisposeScope());
        }
        return (cat(clean, 0).MoveToOuterDisposeScope(), cat(adversarial, 0).MoveToOuterDisposeScope());
    }

    // [B,D] in float64 on the CPU
    private static Tensor Latent(Classifier model, Tensor images) =>
        model.Represent(images).Latent.flatten(1).cpu().to(ScalarType.Float64);

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
            var distances = cdist(adversarial.narrow(0, row, rows), clean, p: 1) / coordinates;                 // [rows,N]
            var equal = labels.narrow(0, row, rows).unsqueeze(1).eq(labels.unsqueeze(0)).to(ScalarType.Float64); // [rows,N]
            var own = (adversarial.narrow(0, row, rows) - clean.narrow(0, row, rows)).abs().mean([1L]).sum();   // the pairs i = j
            var equalPairs = (long)equal.sum().item<double>();
            within = (within.Sum + ((equal * distances).sum() - own).item<double>(), within.Pairs + equalPairs - rows);
            between = (between.Sum + ((1 - equal) * distances).sum().item<double>(), between.Pairs + rows * points - equalPairs);
        }
        return (Mean(within), Mean(between));
    }

    private static double Mean((double Sum, long Pairs) total) => total.Pairs == 0 ? double.NaN : total.Sum / total.Pairs;

    private static float[,] Matrix(Tensor points)
    {
        using var scope = NewDisposeScope();
        var values = points.to(ScalarType.Float32).Values<float>();
        var matrix = new float[points.shape[0], 2];
        Buffer.BlockCopy(values, 0, matrix, 0, values.Length * sizeof(float));
        return matrix;
    }
}
