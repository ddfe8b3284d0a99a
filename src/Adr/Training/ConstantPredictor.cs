using Adr.Data;
using Adr.Losses;
using Adr.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>The loss of a defence for a network that gives every image the same probabilities.</summary>
/// <remarks>It shows whether a defence rewards such a network for guessing evenly, or for being sure of one class and
/// wrong about the others. Let every image have the probabilities p over K classes that are equally frequent. The
/// cross-entropies are −(w/K) Σ_k log p_k, with w = 2 for ADV and 1 for TRADES. Confidence is λ_conf H(p), and
/// compactness is 0. Local smoothness by cross-entropy is λ_vat H(p), too, if the gradient flows through both sides. By
/// KL it is 0; with the logits of x detached it teaches p' = p and no more, and counts as 0 here. So let λ be
/// λ_conf + λ_vat in the first case, and λ_conf in the other two. At the even guess p = 1/K the cross-entropies curve
/// upwards by w K and the terms downwards by λ K: the guess is stable only where λ &lt; w. Otherwise every step makes
/// the network surer of some class, slowly where the two are equal: the third order, −w K² Σ δ³/6, decides. With many
/// classes, being sure of one can cost less even where the guess is stable.</remarks>
public static class ConstantPredictor
{
    /// <summary>The loss for each probability of one class; the other classes share the rest.</summary>
    /// <param name="defence">Its loss is computed. AWP and replays play no part.</param>
    /// <param name="classes">K, at least 2.</param>
    /// <param name="probabilities">Each in (0,1); 1/K is the even guess.</param>
    /// <returns>One loss, in nats, for each probability.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static double[] Losses(Defence defence, int classes, IReadOnlyList<double> probabilities)
    {
        ArgumentNullException.ThrowIfNull(defence);
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        // what the gradient sees: detached, the two forms train alike, and KL has no part that is never trained
        if (defence.Weights is { DetachLogits: true } weights)
            defence = defence.WithWeights(weights with { Smoothness = SmoothnessForm.KullbackLeibler });
        return [.. probabilities.Select(At)];

        double At(double probability)
        {
            if (probability is not (> 0 and < 1))
                throw new ArgumentOutOfRangeException(
                    nameof(probabilities), probability, "A probability must be in (0,1).");
            using var scope = NewDisposeScope();
            using var noGraph = no_grad();
            var rest = Math.Log((1 - probability) / (classes - 1));
            var logits = full([1, classes], rest, ScalarType.Float64); // [1,K]
            logits[0, 0] = Math.Log(probability);
            using var network = new Network(logits);
            var oneOfEach = OneOfEach(classes);
            return defence.ComputeLoss(network, oneOfEach, oneOfEach.Images).Total.item<double>();
        }
    }

    /// <summary>One image of each class.</summary>
    internal static Batch OneOfEach(int classes) => new(zeros([classes, 1, 1, 1], ScalarType.Float64),
        arange(classes, dtype: ScalarType.Int64), [.. Enumerable.Range(0, classes).Select(k => (long)k)]);

    /// <summary>A network whose one parameter is its output, logits [1,K]; its latent is 0.</summary>
    internal sealed class Network : Classifier
    {
        private readonly Parameter _logits;

        internal Network(Tensor logits) : base("constant predictor", (int)logits.shape[1], [1, 1, 1])
        {
            _logits = nn.Parameter(logits.clone());
            register_parameter("logits", _logits);
        }

        /// <inheritdoc/>
        public override (Tensor Latent, Tensor Logits) Represent(Tensor images) =>
            (zeros(images.shape[0], 1, dtype: _logits.dtype), _logits.expand(images.shape[0], Classes));
    }
}
