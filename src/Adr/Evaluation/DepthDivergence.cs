using Adr.Attacks;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>How far adversarial examples travel from their images at each depth of a network: the observation that the
/// paper starts from (section 3.1).</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Attack">The attack's name.</param>
/// <param name="Examples">How many images.</param>
/// <param name="Layers">"input" first, then every layer but the logits, in their order.</param>
public sealed record DepthDivergence(
    string Model,
    string DataSet,
    string Attack,
    int Examples,
    IReadOnlyList<LayerDivergence> Layers)
{
    /// <summary>Measures every layer. All of them are held in memory for all examples.</summary>
    /// <param name="evaluator">A network in named layers (<see cref="StagedClassifier"/>), and at least 2
    /// examples.</param>
    /// <param name="attack">The attack on every example.</param>
    /// <exception cref="ArgumentException">The network has no named layers, there is one example only, or the attack
    /// does not suit the model.</exception>
    public static DepthDivergence Evaluate(Evaluator evaluator, Attack attack)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        var data = evaluator.Data;
        if (evaluator.Model is not StagedClassifier model)
            throw new ArgumentException(
                $"{ModelFacts.NameOf(evaluator.Model)} has no named layers: derive it from StagedClassifier.",
                nameof(evaluator));
        if (data.Count < 2)
            throw new ArgumentException(
                $"Distances between examples need at least 2 of them, but {data.Name} has {data.Count}.",
                nameof(evaluator));
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        string[] layers = ["input", .. model.Layers];
        var clean = layers.Select(_ => new List<Tensor>()).ToArray();
        var adversarial = layers.Select(_ => new List<Tensor>()).ToArray();
        foreach (var (images, attacked, _) in evaluator.Attacked(attack, null, new AttackCost()))
        {
            Keep(clean, images);
            Keep(adversarial, attacked);
        }
        return new DepthDivergence(evaluator.Name, data.Name, attack.Name, data.Count, [.. layers.Select((layer, i) =>
            LayerDivergence.Of(layer, cat(clean[i], 0), cat(adversarial[i], 0), data.Labels.cpu()))]);

        void Keep(List<Tensor>[] to, Tensor images)
        {
            to[0].Add(images.flatten(1).cpu().MoveToOuterDisposeScope());
            var activations = model.Activations(images);
            for (var i = 0; i < activations.Count; i++)
                to[i + 1].Add(evaluator.Finite(activations[i].Latent, $"outputs of {activations[i].Layer}").cpu()
                    .MoveToOuterDisposeScope());
        }
    }
}

/// <summary>One layer of <see cref="DepthDivergence"/>. Distances are d(a,b), the mean over coordinates of |a − b|;
/// only their ratios can be compared between layers or networks.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Divergence">The mean of d(z_i, z'_i): how far an attack moves an image.</param>
/// <param name="WithinClass">The mean of d(z_i, z_j) over different clean images of one class; NaN where there is no
/// such pair.</param>
/// <param name="BetweenClasses">The mean of d(z_i, z_j) over clean images of different classes; NaN where there is no
/// such pair.</param>
public sealed record LayerDivergence(string Layer, double Divergence, double WithinClass, double BetweenClasses)
{
    /// <summary>Divergence / between: 0 where attacks move nothing, 1 where they move an image as far as another class
    /// lies.</summary>
    public double Relative => Divergence / BetweenClasses;

    /// <summary>Within / between: below 1 where classes are narrower than they are apart.</summary>
    public double Width => WithinClass / BetweenClasses;

    /// <summary>From [N,D] clean and adversarial, and [N] labels, on the CPU.</summary>
    internal static LayerDivergence Of(string layer, Tensor clean, Tensor adversarial, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var apart = cdist(clean, clean, p: 1) / clean.shape[1];                                                 // [N,N]
        var equal = labels.unsqueeze(1).eq(labels.unsqueeze(0)).to(apart.dtype);                                // [N,N]
        var itself = eye(clean.shape[0], dtype: apart.dtype);
        return new LayerDivergence(layer, (clean - adversarial).abs().mean().to(ScalarType.Float64).item<double>(),
            Mean(equal - itself), Mean(1 - equal));

        double Mean(Tensor chosen)
        {
            var count = chosen.sum().to(ScalarType.Float64).item<double>();
            return count == 0 ? double.NaN : (chosen * apart).sum().to(ScalarType.Float64).item<double>() / count;
        }
    }
}
