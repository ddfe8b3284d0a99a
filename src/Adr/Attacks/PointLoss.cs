using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>A loss of each point, as a function of the logits: what an attack increases.</summary>
internal sealed class PointLoss
{
    private const double Tiny = 1e-12; // as the reference implementation of Auto-Attack has it

    private readonly Func<Tensor, Tensor[], Tensor> _formula;
    private readonly Tensor[] _constants; // [B,…] each, one row per point: labels, targets, clean probabilities

    private PointLoss(Func<Tensor, Tensor[], Tensor> formula, params Tensor[] constants) => (_formula, _constants) = (formula, constants);

    /// <summary>The loss of a public attack.</summary>
    /// <param name="loss">Which.</param>
    /// <param name="labels">[B].</param>
    /// <param name="clean">The logits of the clean images [B,K], for <see cref="AttackLoss.KullbackLeibler"/> only.</param>
    internal static PointLoss Of(AttackLoss loss, Tensor labels, Tensor? clean = null) => loss switch
    {
        AttackLoss.CrossEntropy => CrossEntropy(labels),
        AttackLoss.Margin => Margin(labels),
        AttackLoss.LogitRatio => LogitRatio(labels),
        _ => KullbackLeibler(clean ?? throw new ArgumentNullException(nameof(clean))),
    };

    /// <summary>CE(logits, y).</summary>
    internal static PointLoss CrossEntropy(Tensor labels) =>
        new((logits, c) => nn.functional.cross_entropy(logits, c[0], reduction: nn.Reduction.None), labels);

    /// <summary>max over k ≠ y of z_k, minus z_y.</summary>
    internal static PointLoss Margin(Tensor labels) => new((logits, c) => PointMargins.Margins(logits, c[0]), labels);

    /// <summary>KL(p(x) ‖ p(x')) but for H(p(x)), a constant.</summary>
    internal static PointLoss KullbackLeibler(Tensor clean) =>
        new((logits, c) => -(c[0] * nn.functional.log_softmax(logits, 1)).sum(1), nn.functional.softmax(clean, 1));

    /// <summary>DLR: (max over k ≠ y of z_k, minus z_y) / (z₍₁₎ − z₍₃₎) (Croce and Hein 2020, eq. 6). The margin alone where there are 2 classes.</summary>
    internal static PointLoss LogitRatio(Tensor labels) => new((logits, c) =>
    {
        var margin = PointMargins.Margins(logits, c[0]);
        if (logits.shape[1] < 3) return margin;
        var largest = logits.topk(3, 1).values;                                                                  // [b,3]
        return margin / (largest.select(1, 0) - largest.select(1, 2) + Tiny);
    }, labels);

    /// <summary>z_t − z_y (Gowal et al. 2019, section 4).</summary>
    internal static PointLoss TargetedMargin(Tensor labels, Tensor targets) => new((logits, c) => Difference(logits, c[0], c[1]), labels, targets);

    /// <summary>−CE(logits, t).</summary>
    internal static PointLoss TargetedCrossEntropy(Tensor targets) =>
        new((logits, c) => -nn.functional.cross_entropy(logits, c[0], reduction: nn.Reduction.None), targets);

    /// <summary>Targeted DLR: (z_t − z_y) / (z₍₁₎ − (z₍₃₎ + z₍₄₎)/2) (Croce and Hein 2020, eq. 7). The difference alone where there are fewer than 4 classes.</summary>
    internal static PointLoss TargetedLogitRatio(Tensor labels, Tensor targets) => new((logits, c) =>
    {
        var difference = Difference(logits, c[0], c[1]);
        if (logits.shape[1] < 4) return difference;
        var largest = logits.topk(4, 1).values;                                                                  // [b,4]
        return difference / (largest.select(1, 0) - 0.5 * (largest.select(1, 2) + largest.select(1, 3)) + Tiny);
    }, labels, targets);

    /// <summary>The loss of each point [b].</summary>
    internal Tensor At(Tensor logits) => _formula(logits, _constants);

    /// <summary>That of some of the points; its tensors go to the scope outside the open one.</summary>
    /// <param name="positions">Where they stand among these [b].</param>
    internal PointLoss Select(Tensor positions) =>
        new(_formula, [.. _constants.Select(constant => constant.index_select(0, positions).MoveToOuterDisposeScope())]);

    private static Tensor Difference(Tensor logits, Tensor labels, Tensor targets) =>
        (logits.gather(1, targets.unsqueeze(1)) - logits.gather(1, labels.unsqueeze(1))).squeeze(1);
}
