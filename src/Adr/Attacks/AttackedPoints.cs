using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The points of a batch that an attack still works on, and the best candidate of every point.</summary>
internal sealed class AttackedPoints
{
    private const double LeastShare = 0.125; // leaving points out costs a copy of the others: not for a few

    private readonly BestCandidate _best;
    private Tensor _done; // [b], whether a point was broken clearly

    internal AttackedPoints(nn.Module<Tensor, Tensor> model, AttackLoss loss, Tensor origin, Tensor labels, AttackCost cost)
    {
        (Origin, Labels, Objective, _best) = (origin, labels, new PointObjective(model, loss, origin, labels, cost), new BestCandidate(origin));
        _done = zeros([origin.shape[0]], dtype: ScalarType.Bool, device: origin.device);
    }

    /// <summary>How many points are left.</summary>
    internal long Count => Origin.shape[0];

    /// <summary>Their images [b,C,H,W].</summary>
    internal Tensor Origin { get; private set; }

    /// <summary>Their labels [b].</summary>
    internal Tensor Labels { get; private set; }

    /// <summary>Their loss.</summary>
    internal PointObjective Objective { get; private set; }

    /// <summary>Where they stand in the batch [b]; null while all are left.</summary>
    internal Tensor? Positions { get; private set; }

    /// <summary>The best candidates of the whole batch [B,C,H,W].</summary>
    internal Tensor Best => _best.Points;

    /// <summary>Takes over the candidates that are better.</summary>
    internal void Offer(Tensor candidates, PointMargins margins)
    {
        _best.Offer(candidates, margins.Margin, Positions);
        using var scope = NewDisposeScope();
        _done.logical_or_(margins.AreClear());
    }

    /// <summary>Leaves out the points that were broken, when they are many enough. What stays goes to the scope outside the open one, which ends with the step.</summary>
    /// <param name="x">The next iterates [b,C,H,W] of all that are left.</param>
    /// <returns>Those of the points that are left afterwards.</returns>
    internal Tensor LeaveBroken(Tensor x)
    {
        var broken = _done.sum().item<long>();
        if (broken == 0 || broken < Math.Min(Count, LeastShare * Count)) return x;
        var left = _done.logical_not().nonzero().squeeze(1);                        // [b']
        Positions = Keep(Positions is null ? left : Positions.index_select(0, left));
        (Origin, Labels, _done) = (Keep(Origin.index_select(0, left)), Keep(Labels.index_select(0, left)), Keep(_done.index_select(0, left)));
        Objective = Objective.Of(Labels, left);
        return x.index_select(0, left);

        static Tensor Keep(Tensor t) => t.MoveToOuterDisposeScope();
    }
}
