using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Losses;

public static partial class Loss
{
    /// <summary>Cross-entropy: mean_i −log softmax(logits_i)_{y_i}.</summary>
    /// <param name="logits">[B,K].</param>
    /// <param name="labels">[B], int64, in 0 … K − 1.</param>
    /// <returns>A scalar ≥ 0.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described.</exception>
    public static Tensor CrossEntropy(Tensor logits, Tensor labels)
    {
        LossInput.Matrix(logits, "logits");
        LossInput.Labels(labels, logits.shape[0]);
        return nn.functional.cross_entropy(logits, labels);
    }
}
