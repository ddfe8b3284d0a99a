using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Losses;

/// <summary>The losses that ADR's terms (<see cref="AdrLoss"/>) are added to.</summary>
/// <remarks>All are scalars, means over the batch. The gradient flows through every tensor that is given. p(x) =
/// softmax(logits of x).</remarks>
public static class Loss
{
    /// <summary>Cross-entropy: mean_i −log p(x_i)_{y_i}.</summary>
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

    /// <summary>MART's boosted cross-entropy: mean_i CE(x'_i, y_i) − log(1.0001 − max_{k≠y} p_k(x'_i) + 10⁻¹²) (Wang et
    /// al. 2020, eq. 8, with the constants of their code).</summary>
    /// <param name="adversarialLogits">Logits of x' [B,K], K ≥ 2.</param>
    /// <param name="labels">y [B], int64.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described.</exception>
    public static Tensor BoostedCrossEntropy(Tensor adversarialLogits, Tensor labels)
    {
        LossInput.Matrix(adversarialLogits, "logits");
        LossInput.Labels(labels, adversarialLogits.shape[0]);
        var classes = adversarialLogits.shape[1];
        if (classes < 2)
            throw new ArgumentException("A margin needs at least two classes.", nameof(adversarialLogits));
        using var scope = NewDisposeScope();
        var logProbabilities = nn.functional.log_softmax(adversarialLogits, 1);                 // [B,K]
        var isLabel = nn.functional.one_hot(labels, classes).to(ScalarType.Bool);               // [B,K]
        var largestOther = logProbabilities.exp().masked_fill(isLabel, 0).amax([1L]);           // [B], in [0,1]
        var ofLabel = logProbabilities.gather(1, labels.unsqueeze(1)).squeeze(1);               // [B], ≤ 0
        return (-ofLabel - (1.0001 - largestOther + 1e-12).log()).mean().MoveToOuterDisposeScope();
    }

    /// <summary>TRADES' regulariser: mean_i KL(p(x_i) ‖ p(x'_i)) (Zhang et al. 2019, eq. 5).</summary>
    /// <param name="logits">Logits of x [B,K].</param>
    /// <param name="adversarialLogits">Logits of x' [B,K].</param>
    /// <returns>A scalar ≥ 0, up to rounding; its gradient flows through both arguments.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described.</exception>
    public static Tensor TradesDivergence(Tensor logits, Tensor adversarialLogits)
    {
        LossInput.SameMatrices(logits, adversarialLogits, "logits");
        using var scope = NewDisposeScope();
        var logClean = nn.functional.log_softmax(logits, 1);                                    // [B,K]
        var logAdversarial = nn.functional.log_softmax(adversarialLogits, 1);                   // [B,K]
        return (logClean.exp() * (logClean - logAdversarial)).sum(1).mean().MoveToOuterDisposeScope();
    }

    /// <summary>MART's regulariser: mean_i KL(p(x_i) ‖ p(x'_i)) · (1.0000001 − p_y(x_i)) (Wang et al. 2020, eq. 11),
    /// with p(x') + 1e-12 and the other constant of their code.</summary>
    /// <param name="logits">Logits of x [B,K].</param>
    /// <param name="adversarialLogits">Logits of x' [B,K].</param>
    /// <param name="labels">y [B], int64.</param>
    /// <returns>A scalar ≥ 0, up to rounding; its gradient flows through both arguments.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described.</exception>
    public static Tensor MartDivergence(Tensor logits, Tensor adversarialLogits, Tensor labels)
    {
        LossInput.SameMatrices(logits, adversarialLogits, "logits");
        LossInput.Labels(labels, logits.shape[0]);
        using var scope = NewDisposeScope();
        var logClean = nn.functional.log_softmax(logits, 1);                                    // [B,K]
        var clean = logClean.exp();                                                             // [B,K], in [0,1]
        var logAdversarial = (nn.functional.softmax(adversarialLogits, 1) + 1e-12).log();       // [B,K]
        var divergences = (clean * (logClean - logAdversarial)).sum(1);                         // [B], ≥ 0
        var unsure = 1.0000001 - clean.gather(1, labels.unsqueeze(1)).squeeze(1);               // [B], in [0,1]
        return (divergences * unsure).mean().MoveToOuterDisposeScope();
    }
}

/// <summary>Shape checks of the losses. They read sizes only, so they cost nothing on a device.</summary>
internal static class LossInput
{
    internal static void SameMatrices(Tensor clean, Tensor adversarial, string what)
    {
        ArgumentNullException.ThrowIfNull(clean);
        Matrix(adversarial, what);
        if (!clean.shape.SequenceEqual(adversarial.shape))
            throw new ArgumentException(
                $"The {what} of x and x' must have the same shape, but are {Shape(clean)} and {Shape(adversarial)}.");
    }

    internal static void Matrix(Tensor values, string what)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.shape.Length != 2 || values.numel() == 0)
            throw new ArgumentException($"The {what} must be a matrix [B,K] with B, K ≥ 1, but the shape is "
                + $"{Shape(values)}. Flatten a latent first.");
    }

    internal static void Labels(Tensor labels, long examples)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.dtype != ScalarType.Int64 || labels.shape.Length != 1 || labels.shape[0] != examples)
            throw new ArgumentException(
                $"The labels must be int64 [{examples}], but are {labels.dtype} {Shape(labels)}.", nameof(labels));
    }

    private static string Shape(Tensor tensor) => $"[{string.Join(",", tensor.shape)}]";
}
