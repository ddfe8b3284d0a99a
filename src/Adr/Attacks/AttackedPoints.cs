using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The points of a batch that an attack still works on, and the best candidate of every point.</summary>
internal sealed class AttackedPoints
{
    private const double LeastShare = 0.125; // leaving points out costs a copy of the others: not for a few

    private readonly BestCandidate _best;
    private readonly bool _leaves;
    private readonly Tensor _flaw; // [1]: 0, or NaN after a number that is not finite
    private Tensor _done;          // [b], whether a point was broken clearly

    /// <summary>All points of a batch.</summary>
    /// <param name="origin">[B,C,H,W].</param>
    /// <param name="labels">[B].</param>
    /// <param name="keep">Whether broken points are left alone.</param>
    internal AttackedPoints(Tensor origin, Tensor labels, KeptIterate keep)
    {
        (Origin, Labels, _best, _leaves) = (origin, labels, new BestCandidate(origin), keep == KeptIterate.Broken);
        _done = zeros([origin.shape[0]], dtype: ScalarType.Bool, device: origin.device);
        _flaw = zeros([1L], dtype: origin.dtype, device: origin.device);
    }

    /// <summary>How many points are left.</summary>
    internal long Count => Origin.shape[0];

    /// <summary>Their images [b,C,H,W].</summary>
    internal Tensor Origin { get; private set; }

    /// <summary>Their labels [b].</summary>
    internal Tensor Labels { get; private set; }

    /// <summary>Where they stand in the batch [b]; null while all are left.</summary>
    internal Tensor? Positions { get; private set; }

    /// <summary>The best candidates of the whole batch [B,C,H,W]; NaN after a number that is not finite.</summary>
    internal Tensor Best => Marked(_best.Points);

    /// <summary>Looks out for numbers that are not finite, without waiting for the device: sign(NaN) is 0 and would hide them.</summary>
    internal void Watch(Tensor numbers)
    {
        using var scope = NewDisposeScope();
        _flaw.add_((0 * numbers).sum());
    }

    /// <summary>The result itself, or NaN after a number that is not finite.</summary>
    internal Tensor Marked(Tensor result) => result + _flaw;

    /// <summary>Takes over the candidates that are better.</summary>
    /// <param name="candidates">[b,C,H,W].</param>
    /// <param name="logits">Theirs [b,K].</param>
    internal void Offer(Tensor candidates, Tensor logits)
    {
        using var scope = NewDisposeScope();
        Watch(logits);
        var margins = PointMargins.Of(logits, Labels);
        _best.Offer(candidates, margins.Margin, Positions);
        _done.logical_or_(margins.AreClear());
    }

    /// <summary>Leaves out the points that were broken, when they are many enough. What stays goes to the scope outside the open one, which ends with the step.</summary>
    /// <param name="all">Whether to leave out even a few, as between two runs.</param>
    /// <returns>Where the points that are left stand among those before [b']; null where none was left out.</returns>
    internal Tensor? LeaveBroken(bool all = false)
    {
        if (!_leaves || Count == 0) return null;
        var broken = _done.sum().item<long>();
        if (broken == 0 || (!all && broken < Math.Min(Count, LeastShare * Count))) return null;
        var left = _done.logical_not().nonzero().squeeze(1);                        // [b']
        Positions = Keep(Positions is null ? left.clone() : Positions.index_select(0, left));
        (Origin, Labels, _done) = (Keep(Origin.index_select(0, left)), Keep(Labels.index_select(0, left)), Keep(_done.index_select(0, left)));
        return left;

        static Tensor Keep(Tensor t) => t.MoveToOuterDisposeScope();
    }

    /// <summary>The seeds of the points that are left, from those of the batch.</summary>
    internal PointSeeds Of(PointSeeds batch) => Positions is null ? batch : batch.Select(Positions.cpu().data<long>().ToArray().Select(i => (int)i));

    /// <summary>The rows of the points that are left, from a tensor with one row per point of the batch.</summary>
    internal Tensor Of(Tensor batch) => Positions is null ? batch : batch.index_select(0, Positions);
}
