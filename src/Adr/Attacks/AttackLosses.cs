using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>What an attack increases, for each example.</summary>
public enum AttackLoss
{
    /// <summary>CE(logits', y), as in PGD (Madry et al. 2018).</summary>
    CrossEntropy,

    /// <summary>KL(p(x) ‖ p(x')), the inner maximisation of TRADES (Zhang et al. 2019, eq. 5). It needs no label, but a
    /// start away from x: at x its gradient is 0.</summary>
    KullbackLeibler,

    /// <summary>max over k ≠ y of logits'_k, minus logits'_y (Carlini and Wagner 2017): positive when x' is
    /// misclassified.</summary>
    Margin,

    /// <summary>The difference-of-logits ratio: the margin over z₍₁₎ − z₍₃₎, the largest minus the third largest logit
    /// (Croce and Hein 2020, eq. 6). It does not change when the logits are scaled or shifted. With 2 classes, where it
    /// has no meaning, it is the margin itself.</summary>
    Dlr,
}

/// <summary>The formulas of the losses that attacks increase, each for every example: [B] from logits [B,K].</summary>
public static class AttackLosses
{
    private const double Tiny = 1e-12; // as in the reference implementation of Auto-Attack

    /// <summary>CE(z, y).</summary>
    public static Tensor CrossEntropy(Tensor logits, Tensor labels) =>
        nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.None);

    /// <summary>max over k ≠ y of z_k, minus z_y.</summary>
    public static Tensor Margin(Tensor logits, Tensor labels)
    {
        var label = labels.unsqueeze(1);                                                                // [B,1]
        // [B,K], −∞ at y
        var others = logits.scatter(1, label, full_like(label, double.NegativeInfinity, logits.dtype));
        return others.amax([1L]) - logits.gather(1, label).squeeze(1);                                  // [B]
    }

    /// <summary>KL(p(x) ‖ p(x')) up to H(p(x)), a constant.</summary>
    /// <param name="logits">Logits of x' [B,K].</param>
    /// <param name="clean">p(x) [B,K].</param>
    public static Tensor KullbackLeibler(Tensor logits, Tensor clean) =>
        -(clean * nn.functional.log_softmax(logits, 1)).sum(1);

    /// <summary>DLR: (max over k ≠ y of z_k, minus z_y) / (z₍₁₎ − z₍₃₎) (Croce and Hein 2020, eq. 6); the margin with 2
    /// classes.</summary>
    public static Tensor Dlr(Tensor logits, Tensor labels)
    {
        var margin = Margin(logits, labels);
        if (logits.shape[1] < 3) return margin;
        var largest = logits.topk(3, 1).values;                                                         // [B,3]
        return margin / (largest.select(1, 0) - largest.select(1, 2) + Tiny);
    }

    /// <summary>z_t − z_y (Gowal et al. 2019, section 4).</summary>
    public static Tensor TargetedMargin(Tensor logits, Tensor labels, Tensor targets) =>
        (logits.gather(1, targets.unsqueeze(1)) - logits.gather(1, labels.unsqueeze(1))).squeeze(1);

    /// <summary>Targeted DLR: (z_t − z_y) / (z₍₁₎ − (z₍₃₎ + z₍₄₎)/2) (Croce and Hein 2020, eq. 7); z_t − z_y with fewer
    /// than 4 classes.</summary>
    public static Tensor TargetedDlr(Tensor logits, Tensor labels, Tensor targets)
    {
        var difference = TargetedMargin(logits, labels, targets);
        if (logits.shape[1] < 4) return difference;
        var largest = logits.topk(4, 1).values;                                                         // [B,4]
        return difference / (largest.select(1, 0) - 0.5 * (largest.select(1, 2) + largest.select(1, 3)) + Tiny);
    }

    /// <summary>A loss that labels decide: any but <see cref="AttackLoss.KullbackLeibler"/>.</summary>
    public static Tensor Of(AttackLoss loss, Tensor logits, Tensor labels) => loss switch
    {
        AttackLoss.CrossEntropy => CrossEntropy(logits, labels),
        AttackLoss.Margin => Margin(logits, labels),
        AttackLoss.Dlr => Dlr(logits, labels),
        _ => throw new ArgumentOutOfRangeException(nameof(loss), loss,
            "This loss does not follow from logits and labels alone."),
    };

    /// <summary>What is increased instead because a model has few classes; null where the loss is what its name
    /// says.</summary>
    internal static string? FallbackFor(this AttackLoss loss, int classes) => loss == AttackLoss.Dlr && classes < 3
        ? $"DLR needs 3 classes, but there are {classes}: the margin was increased instead."
        : null;
}

/// <summary>How far a model is from, or beyond, a wrong answer at each example.</summary>
/// <param name="Values">max over k ≠ y of logits_k, minus logits_y [B]: positive where an example is
/// misclassified.</param>
/// <param name="Largest">max over k of |logits_k| [B].</param>
internal sealed record ExampleMargins(Tensor Values, Tensor Largest)
{
    private const double ClearShare = 0.01; // far more than rounding
    private const double SureShare = 1e-6;  // float32's rounding, so that another batch size agrees

    /// <summary>Of logits [B,K].</summary>
    internal static ExampleMargins Of(Tensor logits, Tensor labels) =>
        new(AttackLosses.Margin(logits, labels), logits.abs().amax([1L]));

    /// <summary>Where an example is misclassified beyond doubt [B].</summary>
    internal Tensor AreClear() => Values.gt(Largest * ClearShare);

    /// <summary>Where an example is misclassified, and would be in another batch too [B].</summary>
    internal Tensor AreSure() => Values.gt(Largest * SureShare);

    /// <summary>Where an example is misclassified, or lies on the boundary up to rounding [B].</summary>
    internal Tensor AreReached() => Values.gt(Largest * -SureShare);
}

/// <summary>ExampleMargins as numbers on the CPU.</summary>
/// <param name="Margin">max over k ≠ y of logits_k, minus logits_y [b].</param>
/// <param name="Least">The margin above which a candidate counts as misclassified [b]: more than rounding, so that it
/// still does in another batch.</param>
internal sealed record MarginNumbers(double[] Margin, double[] Least)
{
    private const double LeastShare = 1e-5; // of the largest |logit|: above float's rounding

    /// <summary>Of logits [b,K].</summary>
    /// <exception cref="InvalidOperationException">One is not finite.</exception>
    internal static MarginNumbers Of(Tensor logits, Tensor labels, string attack)
    {
        using var scope = NewDisposeScope();
        var margins = ExampleMargins.Of(logits, labels);
        var (margin, largest) = (PerExample.Numbers(margins.Values), PerExample.Numbers(margins.Largest));
        if (!margin.All(double.IsFinite))
            throw new InvalidOperationException(
                $"The logits under {attack} are not finite. Check that the model's weights are finite.");
        return new MarginNumbers(margin, [.. largest.Select(size => LeastShare * size)]);
    }

    internal bool IsWrong(int example) => Margin[example] > Least[example];
}

/// <summary>The classes that are not an example's own.</summary>
internal static class OtherClasses
{
    /// <summary>By their logits, the likeliest first.</summary>
    /// <param name="logits">[B,K].</param>
    /// <param name="labels">[B].</param>
    /// <returns>[B,K − 1], int64.</returns>
    internal static Tensor Ranked(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var own = labels.unsqueeze(1);                                                                  // [B,1]
        var ownFirst = logits.scatter(1, own, full_like(own, double.PositiveInfinity, logits.dtype));   // [B,K]
        return ownFirst.argsort(1, descending: true).narrow(1, 1, logits.shape[1] - 1).MoveToOuterDisposeScope();
    }
}
