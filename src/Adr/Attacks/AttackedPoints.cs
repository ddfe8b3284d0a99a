using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The points of a batch that a fixed-budget attack still works on, and the best candidate of every point.</summary>
internal sealed class AttackedPoints : RemainingPoints
{
    private readonly BestCandidate _best;
    private readonly bool _leaves;

    /// <summary>All points of a batch.</summary>
    /// <param name="origin">[B,C,H,W].</param>
    /// <param name="labels">[B].</param>
    /// <param name="keep">Whether broken points are left alone.</param>
    internal AttackedPoints(Tensor origin, Tensor labels, KeptIterate keep) : base(origin, labels) =>
        (_best, _leaves) = (new BestCandidate(origin), keep == KeptIterate.Broken);

    /// <summary>The best candidates of the whole batch [B,C,H,W]; NaN after a number that is not finite.</summary>
    internal Tensor Best => Marked(_best.Points);

    /// <summary>Takes over the candidates that are better.</summary>
    /// <param name="candidates">[b,C,H,W].</param>
    /// <param name="logits">Theirs [b,K].</param>
    internal void Offer(Tensor candidates, Tensor logits)
    {
        using var scope = NewDisposeScope();
        Watch(logits);
        var margins = PointMargins.Of(logits, Labels);
        // a point that is done is left alone, whether or not it is left out yet: so its result does not depend on the others
        _best.Offer(candidates, _leaves ? margins.Margin.masked_fill(Done, double.NegativeInfinity) : margins.Margin, Positions);
        Done.logical_or_(margins.AreClear());
    }

    /// <summary>Leaves out the points that were broken clearly, when they are many enough. What stays goes to the scope outside the open one, which ends with the step.</summary>
    /// <param name="all">Whether to leave out even a few, as between two runs.</param>
    /// <returns>Where the points that are left stand among those before [b']; null where none was left out.</returns>
    internal Tensor? LeaveBroken(bool all = false) => _leaves ? LeaveDone(all) : null;
}
