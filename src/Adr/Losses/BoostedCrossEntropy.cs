using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Losses;

public static partial class Loss
{
    /// <summary>MART's boosted cross-entropy: mean_i CE(x'_i, y_i) − log(1.0001 − max_{k≠y} p_k(x'_i) + 10⁻¹²) (Wang et al. 2020, eq. 8, with the constants of their code).</summary>
    /// <param name="adversarialLogits">Logits of x' [B,K], K ≥ 2.</param>
    /// <param name="labels">y [B], int64.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described.</exception>
    public static Tensor BoostedCrossEntropy(Tensor adversarialLogits, Tensor labels)
    {
        LossInput.Matrix(adversarialLogits, "logits");
        LossInput.Labels(labels, adversarialLogits.shape[0]);
        if (adversarialLogits.shape[1] < 2) throw new ArgumentException("The margin between classes needs at least two of them.", nameof(adversarialLogits));
        using var scope = NewDisposeScope();
        var logProbabilities = nn.functional.log_softmax(adversarialLogits, 1);                                    // [B,K]
        var truth = nn.functional.one_hot(labels, adversarialLogits.shape[1]).to(ScalarType.Bool);
        var largestOther = logProbabilities.exp().masked_fill(truth, 0).amax([1L]);                                // [B]
        var ofTruth = logProbabilities.gather(1, labels.unsqueeze(1)).squeeze(1);                                  // [B]
        return (-ofTruth - (1.0001 - largestOther + 1e-12).log()).mean().MoveToOuterDisposeScope();
    }
}
