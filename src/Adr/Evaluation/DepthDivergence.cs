using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>How far adversarial examples travel from their images at each depth of a network: the observation that the paper starts from (section 3.1).</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Attack">The attack's name.</param>
/// <param name="Points">How many images.</param>
/// <param name="Layers">"input" first, then every layer but the logits, in their order.</param>
public sealed record DepthDivergence(string Model, string DataSet, string Attack, int Points, IReadOnlyList<LayerDivergence> Layers)
{
    /// <summary>Measures every layer.</summary>
    /// <param name="model">A network in named layers; it runs in evaluation mode and is afterwards as before.</param>
    /// <param name="name">The model's name in tables.</param>
    /// <param name="data">The points, at least 2. Every layer of all of them is held in memory.</param>
    /// <param name="attack">The attack on every point.</param>
    /// <param name="options">How to run; null for the defaults. Images are not saved here.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <exception cref="ArgumentException">There is one point only, or model, data, attack and options do not fit together.</exception>
    public static DepthDivergence Evaluate(StagedClassifier model, string name, Dataset data, Attack attack, EvaluationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(attack);
        using var subject = new Subject(model, data, options, [attack]);
        if (data.Count < 2) throw new ArgumentException($"Distances between points need at least 2 of them, but {data.Name} has {data.Count}.", nameof(data));
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        string[] layers = ["input", .. model.Layers];
        var clean = layers.Select(_ => new List<Tensor>()).ToArray();
        var adversarial = layers.Select(_ => new List<Tensor>()).ToArray();
        foreach (var (images, attacked, _, _) in subject.Attacked(attack, null, new AttackCost(), cancellation))
        {
            Keep(clean, images);
            Keep(adversarial, attacked);
        }
        return new DepthDivergence(name, data.Name, attack.Name, data.Count,
            [.. layers.Select((layer, i) => LayerDivergence.Of(layer, cat(clean[i], 0), cat(adversarial[i], 0), data.Labels.cpu()))]);

        void Keep(List<Tensor>[] to, Tensor images)
        {
            to[0].Add(images.flatten(1).cpu().MoveToOuterDisposeScope());
            var activations = model.Activations(images);
            for (var i = 0; i < activations.Count; i++) to[i + 1].Add(activations[i].Latent.cpu().MoveToOuterDisposeScope());
        }
    }
}
