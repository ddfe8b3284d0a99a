using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>How wrong a model is on each point.</summary>
/// <param name="Margin">max over k ≠ y of logits_k, minus logits_y [B]: positive where a point is misclassified.</param>
/// <param name="Largest">max over k of |logits_k| [B].</param>
internal sealed record PointMargins(Tensor Margin, Tensor Largest)
{
    private const double ClearShare = 0.01; // more than bfloat16's rounding, so that float32 agrees
    private const double SureShare = 1e-6;  // float32's rounding, so that another batch size agrees

    /// <summary>Of logits [B,K]; the tensors go to the scope outside the open one.</summary>
    internal static PointMargins Of(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        return new PointMargins(Out(Margins(logits, labels)), Out(logits.abs().amax([1L])));

        static Tensor Out(Tensor t) => t.MoveToOuterDisposeScope().MoveToOuterDisposeScope();
    }

    /// <summary>The margins alone, differentiable.</summary>
    internal static Tensor Margins(Tensor logits, Tensor labels)
    {
        var label = labels.unsqueeze(1);                                                                 // [B,1]
        var others = logits.scatter(1, label, full_like(label, double.NegativeInfinity, logits.dtype));  // [B,K], -inf at y
        return others.amax([1L]) - logits.gather(1, label).squeeze(1);                                   // [B]
    }

    /// <summary>Where a point is misclassified beyond doubt [B].</summary>
    internal Tensor AreClear() => Margin.gt(Largest * ClearShare);

    /// <summary>Where a point is misclassified, and would be in another batch too [B].</summary>
    internal Tensor AreSure() => Margin.gt(Largest * SureShare);

    /// <summary>Where a point is misclassified, or lies on the boundary but for rounding [B].</summary>
    internal Tensor AreReached() => Margin.gt(Largest * -SureShare);
}
