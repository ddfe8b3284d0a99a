using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Losses;

public static partial class Loss
{
    /// <summary>MART's regulariser: mean_i KL(p(x_i) ‖ p(x'_i)) · (1.0000001 − p_y(x_i)) (Wang et al. 2020, eq. 11, with the constant of their code).</summary>
    /// <param name="logits">Logits of x [B,K].</param>
    /// <param name="adversarialLogits">Logits of x' [B,K].</param>
    /// <param name="labels">y [B], int64.</param>
    /// <returns>A scalar ≥ 0, up to rounding; its gradient flows through both sides.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described.</exception>
    public static Tensor MartDivergence(Tensor logits, Tensor adversarialLogits, Tensor labels)
    {
        LossInput.SameMatrices(logits, adversarialLogits, "logits");
        LossInput.Labels(labels, logits.shape[0]);
        using var scope = NewDisposeScope();
        var logClean = nn.functional.log_softmax(logits, 1);                                                                       // [B,K]
        var clean = logClean.exp();
        var divergence = (clean * (logClean - nn.functional.log_softmax(adversarialLogits, 1))).sum(1);                           // [B]
        var unsure = 1.0000001 - clean.gather(1, labels.unsqueeze(1)).squeeze(1);                                                  // [B]
        return (divergence * unsure).mean().MoveToOuterDisposeScope();
    }
}
