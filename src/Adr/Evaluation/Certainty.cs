using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Native;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>How sure a model is of its answers, right or wrong, on clean images and on adversarial ones.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Attack">The attack's name.</param>
/// <param name="Classes">The number of classes K.</param>
/// <param name="CleanConfidence">[N]: the largest probability, in [1/K,1].</param>
/// <param name="AdversarialConfidence">[N]: the same under attack.</param>
/// <param name="CleanEntropy">[N]: −Σ p log p in nats, in [0, log K].</param>
/// <param name="AdversarialEntropy">[N]: the same under attack.</param>
public sealed record Certainty(string Model, string DataSet, string Attack, int Classes, double[] CleanConfidence, double[] AdversarialConfidence, double[] CleanEntropy, double[] AdversarialEntropy)
{
    /// <summary>Measures every point.</summary>
    /// <param name="model">The model; it runs in evaluation mode and is afterwards as before.</param>
    /// <param name="name">The model's name in tables.</param>
    /// <param name="data">The points.</param>
    /// <param name="attack">The attack on every point.</param>
    /// <param name="options">How to run; null for the defaults. Images are not saved here.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <exception cref="ArgumentException">Model, data, attack and options do not fit together.</exception>
    public static Certainty Evaluate(Classifier model, string name, Dataset data, Attack attack, EvaluationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(attack);
        using var subject = new Subject(model, data, options, [attack]);
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var (clean, adversarial) = (new List<double[]>(), new List<double[]>());
        var (cleanEntropy, adversarialEntropy) = (new List<double[]>(), new List<double[]>());
        foreach (var (images, attacked, _, _) in subject.Attacked(attack, null, new AttackCost(), cancellation))
        {
            Look(images, clean, cleanEntropy);
            Look(attacked, adversarial, adversarialEntropy);
        }
        return new Certainty(name, data.Name, attack.Name, model.Classes, Flat(clean), Flat(adversarial), Flat(cleanEntropy), Flat(adversarialEntropy));

        void Look(Tensor images, List<double[]> confidence, List<double[]> entropy)
        {
            using var once = NewDisposeScope();
            var logs = model.call(images).to(ScalarType.Float64).log_softmax(1);            // [B,K]
            confidence.Add(logs.exp().amax([1L]).Values<double>());
            entropy.Add((-(logs.exp() * logs).sum([1L])).Values<double>());
        }
    }

    private static double[] Flat(List<double[]> parts) => [.. parts.SelectMany(part => part)];
}
