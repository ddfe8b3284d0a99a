using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The classes that are not a point's own.</summary>
internal static class OtherClasses
{
    /// <summary>By their logits, the likeliest first.</summary>
    /// <param name="logits">[B,K].</param>
    /// <param name="labels">[B].</param>
    /// <returns>[B,K − 1], int64.</returns>
    internal static Tensor Ranked(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var own = labels.unsqueeze(1);                                                                       // [B,1]
        var ranks = logits.scatter(1, own, full_like(own, double.PositiveInfinity, logits.dtype)).argsort(1, descending: true); // [B,K]: y comes first
        return ranks.narrow(1, 1, ranks.shape[1] - 1).MoveToOuterDisposeScope();
    }
}
