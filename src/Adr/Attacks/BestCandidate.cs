using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>For each point the candidate with the largest margin so far; the earlier one where they are equal.</summary>
internal sealed class BestCandidate
{
    private readonly Tensor _margins; // [B]

    internal BestCandidate(Tensor origin)
    {
        Points = origin.clone();
        _margins = full([origin.shape[0]], double.NegativeInfinity, origin.dtype, origin.device);
    }

    /// <summary>The best candidates [B,C,H,W]; the origin before the first <see cref="Offer"/>.</summary>
    internal Tensor Points { get; }

    /// <summary>Takes over the candidates that are better.</summary>
    internal void Offer(Tensor candidate, Tensor margins)
    {
        using var scope = NewDisposeScope();
        var better = margins.le(_margins).logical_not();                                                     // [B]; a NaN is taken, so that it is noticed
        var mask = better.view([better.shape[0], .. Enumerable.Repeat(1L, candidate.shape.Length - 1)]);     // [B,1,1,1]
        Points.copy_(where(mask, candidate, Points));
        _margins.copy_(where(better, margins, _margins));
    }
}
