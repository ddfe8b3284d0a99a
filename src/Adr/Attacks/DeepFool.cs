using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>DeepFool: straight steps to the nearest decision boundary, made flat, until the point is misclassified (Moosavi-Dezfooli et al. 2016, algorithm 2; section 3.3 for L∞).</summary>
/// <remarks>
/// x = clip(x₀ + (1 + overshoot) Σ r), where each r leads from the iterate to the boundary, a ten-thousandth of the box further. Fast, and
/// not the nearest: <see cref="Fab"/> finds nearer images. A point that is misclassified is left alone.
/// </remarks>
public sealed class DeepFool : MinimumNormAttack
{
    private const double Further = 1e-4; // as the authors' code has it: a step of length 0 would never end

    /// <summary>Sets up the attack; the defaults are the authors'.</summary>
    /// <param name="threat">Norm (L∞ or L2) and box; ε matters to <see cref="Attack.Perturb"/> alone.</param>
    /// <param name="steps">Steps at most, at least 1; each takes two looks at a point and a gradient for each of the other candidates.</param>
    /// <param name="overshoot">How far beyond the boundary the sum of the steps leads, as a share of it, ≥ 0.</param>
    /// <param name="candidates">How many classes are looked at, the own one and the likeliest others on clean images, at least 2; at most K are there.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the norm is L1.</exception>
    public DeepFool(ThreatModel threat, int steps = 50, double overshoot = 0.02, int candidates = 10) : base("DeepFool", threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(candidates, 2);
        if (!(overshoot >= 0 && double.IsFinite(overshoot))) throw new ArgumentOutOfRangeException(nameof(overshoot), overshoot, "The overshoot must be a finite number ≥ 0, a share such as 0.02.");
        if (threat.Norm == Norm.L1) throw new ArgumentException("DeepFool is made for L∞ and L2; for L1 take Fab or FabTargeted.", nameof(threat));
        (Steps, Overshoot, Candidates) = (steps, overshoot, candidates);
    }

    /// <summary>Steps at most.</summary>
    public override int Steps { get; }

    /// <summary>How far beyond the boundary the sum of the steps leads, as a share of it.</summary>
    public double Overshoot { get; }

    /// <summary>How many classes are looked at, the own one among them, where there are so many.</summary>
    public int Candidates { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The norm is L1.</exception>
    public override Attack WithThreat(ThreatModel threat) => new DeepFool(threat, Steps, Overshoot, Candidates);

    /// <inheritdoc/>
    protected internal override Tensor Search(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var clean = cost.Ask(model, origin);
        var points = new BoundaryPoints(origin, labels, clean, Threat);
        var others = OtherClasses.Ranked(clean, labels);
        var boundary = new Boundary(model, points.Labels, points.Of(others.narrow(1, 0, Math.Min(Candidates - 1, others.shape[1]))), Threat, cost);
        var farthest = Threat.Bounds.Range * Math.Sqrt(PerPoint.Coordinates(origin)); // the box' diagonal
        using var x = new PointState(points.Origin);
        using var way = new PointState(zeros_like(points.Origin)); // Σ r
        for (var step = 0; step < Steps && points.Count > 0; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var plane = boundary.NearestTo(x.Rows);
            points.Watch(plane.Normal);
            var length = (plane.Distance + Further * Threat.Bounds.Range).clamp_max(farthest).to(x.Rows.dtype); // finite where the gradient is zero
            way.Rows.add_(PerPoint.Spread(length, x.Rows) * Threat.AscentDirection(plane.Normal, x.Rows));
            x.Set((points.Origin + (1 + Overshoot) * way.Rows).clamp(Threat.Bounds.Low, Threat.Bounds.High));
            points.Finish(points.Offer(x.Rows, boundary.Logits(x.Rows)));
            if (points.LeaveFinished() is not { } left) continue;
            x.Select(left);
            way.Select(left);
            boundary = boundary.Select(left);
        }
        return points.Nearest;
    }
}
