using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The points of a batch that an attack still works on, and its look-out for numbers that are not finite.</summary>
internal abstract class RemainingPoints
{
    private const double LeastShare = 0.125; // leaving points out costs a copy of the others: not for a few

    private readonly Tensor _flaw; // [1]: 0, or NaN after a number that is not finite

    /// <summary>All points of a batch.</summary>
    /// <param name="origin">[B,C,H,W].</param>
    /// <param name="labels">[B].</param>
    private protected RemainingPoints(Tensor origin, Tensor labels)
    {
        (Origin, Labels) = (origin, labels);
        Done = zeros([origin.shape[0]], dtype: ScalarType.Bool, device: origin.device);
        _flaw = zeros([1L], dtype: origin.dtype, device: origin.device);
    }

    /// <summary>The points that are left of others, none of them done.</summary>
    private protected RemainingPoints(RemainingPoints others)
    {
        (Origin, Labels, Positions, _flaw) = (others.Origin, others.Labels, others.Positions, others._flaw);
        Done = zeros_like(others.Done);
    }

    /// <summary>How many points are left.</summary>
    internal long Count => Origin.shape[0];

    /// <summary>Their images [b,C,H,W].</summary>
    internal Tensor Origin { get; private set; }

    /// <summary>Their labels [b].</summary>
    internal Tensor Labels { get; private set; }

    /// <summary>Where they stand in the batch [b]; null while all are left.</summary>
    internal Tensor? Positions { get; private set; }

    /// <summary>Which of them may be left out [b].</summary>
    private protected Tensor Done { get; private set; }

    /// <summary>Looks out for numbers that are not finite, without waiting for the device: sign(NaN) is 0 and would hide them.</summary>
    internal void Watch(Tensor numbers)
    {
        using var scope = NewDisposeScope();
        _flaw.add_((0 * numbers).sum());
    }

    /// <summary>The result itself, or NaN after a number that is not finite.</summary>
    internal Tensor Marked(Tensor result) => result + _flaw;

    /// <summary>The seeds of the points that are left, from those of the batch.</summary>
    internal PointSeeds Of(PointSeeds batch) => Positions is null ? batch : batch.Select(Positions.Values<long>().Select(i => (int)i));

    /// <summary>The rows of the points that are left, from a tensor with one row per point of the batch.</summary>
    internal Tensor Of(Tensor batch) => Positions is null ? batch : batch.index_select(0, Positions);

    /// <summary>Leaves out the points that are done, when they are many enough. What stays goes to the scope outside the open one, which ends with the step.</summary>
    /// <param name="all">Whether to leave out even a few, as between two runs.</param>
    /// <returns>Where the points that are left stand among those before [b']; null where none was left out.</returns>
    private protected Tensor? LeaveDone(bool all)
    {
        if (Count == 0) return null;
        var done = Done.sum().item<long>();
        if (done == 0 || (!all && done < Math.Min(Count, LeastShare * Count))) return null;
        var left = Done.logical_not().nonzero().squeeze(1);                         // [b']
        Positions = Keep(Positions is null ? left.clone() : Positions.index_select(0, left));
        (Origin, Labels, Done) = (Keep(Origin.index_select(0, left)), Keep(Labels.index_select(0, left)), Keep(Done.index_select(0, left)));
        return left;

        static Tensor Keep(Tensor t) => t.MoveToOuterDisposeScope();
    }
}
