using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The loop of projected gradient ascent, from one start.</summary>
/// <remarks>
/// x⁰ = start(x);  xᵗ⁺¹ = P(xᵗ + α · v(∇ loss(xᵗ))), where P is <see cref="ThreatModel.Project"/> and v is
/// <see cref="ThreatModel.AscentDirection"/> (Madry et al. 2018, eq. 2). With momentum v follows g ← μ g + ∇/‖∇‖₁ (Dong et al. 2018, eq. 6).
/// </remarks>
internal sealed class ProjectedAscent(ThreatModel threat, int steps, double stepSize, double momentum, AttackedPoints points)
{
    /// <summary>Climbs.</summary>
    /// <param name="start">x⁰ [b,C,H,W]; it is freed on the way.</param>
    /// <param name="objective">The loss of the points that are left.</param>
    /// <param name="offers">Whether each iterate is a candidate for the points, and broken ones are left out; not the last, whose logits nobody has asked for.</param>
    /// <param name="cancellation">Stops before the next step.</param>
    /// <returns>The last iterates of the points that are left [b',C,H,W].</returns>
    internal Tensor Climb(Tensor start, PointObjective objective, bool offers, CancellationToken cancellation)
    {
        var x = start;
        using var velocity = momentum > 0 ? new PointState(zeros_like(x)) : null;
        for (var step = 0; step < steps && points.Count > 0; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var ascent = objective.Ascend(x);
            points.Watch(ascent.Gradient);
            if (offers) points.Offer(x, ascent.Logits);
            var direction = velocity is null ? ascent.Gradient : Accumulate(velocity.Rows, ascent.Gradient);
            var next = threat.Project(x + stepSize * threat.AscentDirection(direction, x), points.Origin);
            if (offers && points.LeaveBroken() is { } left)
            {
                (next, objective) = (next.index_select(0, left), objective.Select(left));
                velocity?.Select(left);
            }
            x.Dispose();
            x = next.MoveToOuterDisposeScope();
        }
        return x;
    }

    // 0 where the gradient is
    private Tensor Accumulate(Tensor velocity, Tensor gradient)
    {
        var length = gradient.abs().flatten(1).sum(1).clamp_min(1e-30);
        return velocity.mul_(momentum).add_(gradient / PerPoint.Spread(length, gradient));
    }
}
