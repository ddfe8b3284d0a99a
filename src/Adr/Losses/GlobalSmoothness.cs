using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Losses;

public static partial class Loss
{
    /// <summary>Global smoothness: mean_ij w_ij CE(p_j, logits'_i) over all B² pairs, with p and CE as in <see cref="LocalSmoothness"/> and w_ij as in <see cref="GlobalCompactness"/>.</summary>
    /// <param name="logits">Logits of x [B,K].</param>
    /// <param name="adversarialLogits">Logits of x' [B,K].</param>
    /// <param name="labels">y [B], int64.</param>
    /// <param name="separation">s in (0,1].</param>
    /// <returns>A scalar; it may be negative.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described, or s is not in (0,1].</exception>
    public static Tensor GlobalSmoothness(Tensor logits, Tensor adversarialLogits, Tensor labels, double separation = 0.99)
    {
        LossInput.SameMatrices(logits, adversarialLogits, "logits");
        using var scope = NewDisposeScope();
        var weights = PairWeights(labels, separation, logits);                              // [B,B]
        var crossEntropies = -nn.functional.log_softmax(adversarialLogits, 1)
            .mm(nn.functional.softmax(logits, 1).t());                                  // [B,B]: CE(p_j, logits'_i)
        return (weights * crossEntropies).mean().MoveToOuterDisposeScope();
    }
}
