using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>For each point the candidate with the largest score so far, such as its margin or its closeness; the earlier one where they are equal.</summary>
internal sealed class BestCandidate
{
    internal BestCandidate(Tensor origin)
    {
        Points = origin.clone();
        Scores = full([origin.shape[0]], double.NegativeInfinity, origin.dtype, origin.device);
    }

    /// <summary>The best candidates [B,C,H,W]; the origin before the first <see cref="Offer"/>.</summary>
    internal Tensor Points { get; }

    /// <summary>Their scores [B]; −∞ before the first <see cref="Offer"/>.</summary>
    internal Tensor Scores { get; }

    /// <summary>Takes over the candidates that are better.</summary>
    /// <param name="candidate">[b,C,H,W].</param>
    /// <param name="scores">[b]; one of −∞ is never taken.</param>
    /// <param name="positions">Which points of the batch these are [b]; null for all.</param>
    internal void Offer(Tensor candidate, Tensor scores, Tensor? positions = null)
    {
        using var scope = NewDisposeScope();
        var best = positions is null ? Scores : Scores.index_select(0, positions);
        var better = scores.le(best).logical_not();                                                      // [b]; a NaN is taken, so that it is noticed
        PerPoint.Put(Points, better, candidate, positions);
        PerPoint.Put(Scores, better, scores, positions);
    }
}
