using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The points of a batch that a minimum-norm attack still works on, and the nearest misclassified candidate of every point.</summary>
/// <remarks>
/// A point is offered nothing once it is finished, whether or not it is left out yet: so its result does not depend on the others. Nor does
/// it depend on how margins are rounded: a candidate on the boundary, misclassified by rounding alone, counts only where it is less than
/// half as far as any other. So it does for points that lie on the boundary as they are.
/// </remarks>
internal sealed class BoundaryPoints : RemainingPoints
{
    private readonly ThreatModel _threat;
    private readonly BestCandidate _nearest;    // by closeness, the distance times −1
    private readonly BestCandidate _onBoundary; // of those that are misclassified within rounding

    /// <summary>The points of a batch that are not misclassified as they are; its tensors go to the open scope.</summary>
    /// <param name="origin">[B,C,H,W].</param>
    /// <param name="labels">[B].</param>
    /// <param name="clean">The logits of the clean images [B,K].</param>
    /// <param name="threat">Says what is near.</param>
    internal BoundaryPoints(Tensor origin, Tensor labels, Tensor clean, ThreatModel threat) : base(origin, labels)
    {
        (_threat, _nearest, _onBoundary) = (threat, new BestCandidate(origin), new BestCandidate(origin));
        using var scope = NewDisposeScope();
        Watch(clean);
        Finish(PointMargins.Margins(clean, labels).gt(0));
        LeaveDone(all: true);
    }

    private BoundaryPoints(BoundaryPoints others) : base(others) =>
        (_threat, _nearest, _onBoundary) = (others._threat, others._nearest, others._onBoundary);

    /// <summary>The nearest misclassified candidates of the whole batch [B,C,H,W], the clean images where there was none; NaN after a number that is not finite.</summary>
    internal Tensor Nearest
    {
        get
        {
            using var scope = NewDisposeScope();
            var isMuchNearer = _onBoundary.Scores.gt(0.5 * _nearest.Scores);
            return Marked(where(PerPoint.Spread(isMuchNearer, _nearest.Points), _onBoundary.Points, _nearest.Points)).MoveToOuterDisposeScope();
        }
    }

    /// <summary>The points that are left, for another search: what ends there does not end here.</summary>
    internal BoundaryPoints Again() => new(this);

    /// <summary>Takes over the candidates that are misclassified and nearer.</summary>
    /// <param name="candidates">[b,C,H,W].</param>
    /// <param name="logits">Theirs [b,K].</param>
    /// <param name="confidence">The margin that counts as misclassified.</param>
    /// <returns>Which were misclassified, of points that are not finished [b].</returns>
    internal Tensor Offer(Tensor candidates, Tensor logits, double confidence = 0)
    {
        using var scope = NewDisposeScope();
        Watch(logits);
        var margins = PointMargins.Of(logits, Labels);
        var wrong = margins.Margin.gt(0).logical_and(margins.Margin.ge(confidence)).logical_and(Done.logical_not());
        var sure = margins.AreSure();
        var closeness = -_threat.Distance(candidates, Origin);
        Take(_nearest, wrong.logical_and(sure));
        Take(_onBoundary, wrong.logical_and(sure.logical_not()));
        return wrong.MoveToOuterDisposeScope();

        void Take(BestCandidate best, Tensor which) => best.Offer(candidates, where(which, closeness, full_like(closeness, double.NegativeInfinity)), Positions);
    }

    /// <summary>Ends the search for some of the points.</summary>
    /// <param name="which">[b], bool.</param>
    internal void Finish(Tensor which) => Done.logical_or_(which);

    /// <summary>Ends the search for the points whose candidate is misclassified beyond rounding, and within ε.</summary>
    /// <param name="candidates">[b,C,H,W].</param>
    /// <param name="logits">Theirs [b,K].</param>
    internal void FinishWithinEpsilon(Tensor candidates, Tensor logits)
    {
        using var scope = NewDisposeScope();
        Finish(PointMargins.Of(logits, Labels).AreSure().logical_and(_threat.Distance(candidates, Origin).le(_threat.Epsilon)));
    }

    /// <summary>Leaves out the points that are finished, when they are many enough. What stays goes to the scope outside the open one, which ends with the step.</summary>
    /// <param name="all">Whether to leave out even a few, as between two runs.</param>
    /// <returns>Where the points that are left stand among those before [b']; null where none was left out.</returns>
    internal Tensor? LeaveFinished(bool all = false) => LeaveDone(all);
}
