using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Losses;

public static partial class Loss
{
    /// <summary>TRADES' regulariser: mean_i KL(p(x_i) ‖ p(x'_i)) (Zhang et al. 2019, eq. 5, as their code has it).</summary>
    /// <param name="logits">Logits of x [B,K].</param>
    /// <param name="adversarialLogits">Logits of x' [B,K].</param>
    /// <returns>A scalar ≥ 0, up to rounding; its gradient flows through both arguments.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described.</exception>
    public static Tensor TradesDivergence(Tensor logits, Tensor adversarialLogits)
    {
        LossInput.SameMatrices(logits, adversarialLogits, "logits");
        using var scope = NewDisposeScope();
        var logClean = nn.functional.log_softmax(logits, 1);
        var divergence = (logClean.exp() * (logClean - nn.functional.log_softmax(adversarialLogits, 1))).sum(1); // [B]
        return divergence.mean().MoveToOuterDisposeScope();
    }
}
