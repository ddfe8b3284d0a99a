using Adr.Data;
using Adr.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>What a defence asks of a network that has learnt nothing yet and answers every image alike: to guess evenly, or to be sure of one class and wrong of the others.</summary>
/// <remarks>
/// Let every image have the probabilities p, of K classes that are equally frequent. The cross-entropies are −(w/K) Σ_k log p_k, with w = 2 for ADV and 1 for TRADES.
/// Confidence and local smoothness are λ H(p) each; compactness is 0. At the even guess p = 1/K the first bends up by w K and the second down by λ K, so that the guess
/// holds only where w > λ_conf + λ_vat. Otherwise every step makes the network surer of some class, slowly where the two are equal: the third order, −w K² Σ δ³/6, decides.
/// Of many classes being sure of one can be cheaper even where the guess holds. With the clean side detached local smoothness does not count: it then teaches p' = p and no more.
/// </remarks>
public static class OneAnswer
{
    /// <summary>The loss by the probability that one class is given, whatever the image; the other classes share the rest.</summary>
    /// <param name="defence">Its loss. AWP and replays play no part.</param>
    /// <param name="classes">K, at least 2.</param>
    /// <param name="probabilities">Each in (0,1); 1/K is the even guess.</param>
    /// <returns>One loss, in nats, for each probability.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static double[] Losses(Defence defence, int classes, IReadOnlyList<double> probabilities)
    {
        ArgumentNullException.ThrowIfNull(defence);
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        return [.. probabilities.Select(At)];

        double At(double probability)
        {
            if (probability is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(probabilities), probability, "A probability must be in (0,1).");
            using var scope = NewDisposeScope();
            using var noGraph = no_grad();
            var logits = full([1, classes], Math.Log((1 - probability) / (classes - 1)), ScalarType.Float64); // [1,K]
            logits[0, 0] = Math.Log(probability);
            using var network = new Network(logits);
            var oneOfEach = OneOfEach(classes);
            return defence.Assess(network, oneOfEach, oneOfEach.Images).Total.item<double>();
        }
    }

    /// <summary>One image of each class.</summary>
    internal static Batch OneOfEach(int classes) =>
        new(zeros(classes, 1, 1, 1), arange(classes, dtype: ScalarType.Int64), [.. Enumerable.Range(0, classes).Select(k => (long)k)]);

    /// <summary>A network whose one parameter is its answer, logits [1,K]; its latent is 0.</summary>
    internal sealed class Network : Classifier
    {
        private readonly Parameter _logits;

        internal Network(Tensor logits) : base("one answer", (int)logits.shape[1], [1, 1, 1])
        {
            _logits = nn.Parameter(logits.clone());
            register_parameter("logits", _logits);
        }

        /// <inheritdoc/>
        public override (Tensor Latent, Tensor Logits) Represent(Tensor images) =>
            (zeros(images.shape[0], 1, dtype: _logits.dtype), _logits.expand(images.shape[0], Classes));
    }
}
