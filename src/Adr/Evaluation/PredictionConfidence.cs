using Adr.Attacks;
using Adr.Native;
using TorchSharp;
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
public sealed record PredictionConfidence(
    string Model,
    string DataSet,
    string Attack,
    int Classes,
    double[] CleanConfidence,
    double[] AdversarialConfidence,
    double[] CleanEntropy,
    double[] AdversarialEntropy)
{
    /// <summary>Measures every example.</summary>
    /// <param name="evaluator">Model and data.</param>
    /// <param name="attack">The attack on every example.</param>
    /// <exception cref="ArgumentException">The attack does not suit the model.</exception>
    public static PredictionConfidence Evaluate(Evaluator evaluator, Attack attack)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        using var noGraph = no_grad();
        var (clean, adversarial) = (new List<double>(), new List<double>());
        var (cleanEntropy, adversarialEntropy) = (new List<double>(), new List<double>());
        foreach (var (images, attacked, _) in evaluator.Attacked(attack, null, new AttackCost()))
        {
            Measure(images, clean, cleanEntropy);
            Measure(attacked, adversarial, adversarialEntropy);
        }
        return new PredictionConfidence(evaluator.Name, evaluator.Data.Name, attack.Name, evaluator.Data.Classes,
            [.. clean], [.. adversarial], [.. cleanEntropy], [.. adversarialEntropy]);

        void Measure(Tensor images, List<double> confidence, List<double> entropy)
        {
            using var scope = NewDisposeScope();
            var logs = evaluator.Logits(images).to(ScalarType.Float64).log_softmax(1);  // [B,K]
            confidence.AddRange(logs.exp().amax([1L]).Values<double>());
            entropy.AddRange((-(logs.exp() * logs).sum([1L])).Values<double>());
        }
    }
}
