using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Losses;

public static partial class Loss
{
    /// <summary>Local smoothness (virtual adversarial training): mean_i CE(p_i, logits'_i) with p = softmax(logits), CE(p, l) = −Σ_k p_k log softmax(l)_k.</summary>
    /// <param name="logits">Logits of x [B,K].</param>
    /// <param name="adversarialLogits">Logits of x' [B,K].</param>
    /// <returns>A scalar ≥ 0.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described.</exception>
    public static Tensor LocalSmoothness(Tensor logits, Tensor adversarialLogits)
    {
        LossInput.SameMatrices(logits, adversarialLogits, "logits");
        using var scope = NewDisposeScope();
        var crossEntropy = -(nn.functional.softmax(logits, 1) * nn.functional.log_softmax(adversarialLogits, 1)).sum(1); // [B]
        return crossEntropy.mean().MoveToOuterDisposeScope();
    }
}
