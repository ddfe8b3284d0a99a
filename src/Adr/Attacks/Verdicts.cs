using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>What a model answered at candidates, as numbers on the CPU.</summary>
/// <param name="Margin">max over k ≠ y of logits_k, minus logits_y [b].</param>
/// <param name="Least">The margin above which a candidate counts as misclassified [b]: more than rounding, so that it still is in another batch.</param>
internal sealed record Verdicts(double[] Margin, double[] Least)
{
    private const double LeastShare = 1e-5; // of the largest |logit|: above float's rounding

    /// <summary>Of logits [b,K].</summary>
    /// <exception cref="InvalidOperationException">One is not finite.</exception>
    internal static Verdicts Of(Tensor logits, Tensor labels, string attack)
    {
        using var scope = NewDisposeScope();
        var margins = PointMargins.Of(logits, labels);
        var (margin, largest) = (PerPoint.Numbers(margins.Margin), PerPoint.Numbers(margins.Largest));
        if (!margin.All(double.IsFinite)) throw new InvalidOperationException($"{attack} met logits that are not finite. Check that the model's weights are finite.");
        return new Verdicts(margin, [.. largest.Select(size => LeastShare * size)]);
    }

    /// <summary>Whether a candidate is misclassified.</summary>
    internal bool IsWrong(int point) => Margin[point] > Least[point];
}
