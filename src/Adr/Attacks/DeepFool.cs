using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>DeepFool: straight steps to the nearest decision boundary, made flat, until the example is misclassified
/// (Moosavi-Dezfooli et al. 2016, algorithm 2; section 3.3 for L∞).</summary>
/// <remarks>
/// x = clip(x₀ + (1 + overshoot) Σ r), where each r leads from the iterate to the boundary, a ten-thousandth of the box
/// further. Fast, and not the nearest: <see cref="Fab"/> finds nearer images. An example that is misclassified is
/// finished.
/// </remarks>
public sealed class DeepFool : MinimumNormAttack
{
    private const double Further = 1e-4; // as the authors' code has it: a step of length 0 would never end

    /// <summary>Sets up the attack; the defaults are the authors'.</summary>
    /// <param name="threat">Norm (L∞ or L2) and box; ε matters to <see cref="Attack.Perturb"/> alone.</param>
    /// <param name="steps">Steps at most, at least 1; each takes two forward passes of an example and a gradient for
    /// each of the other candidates.</param>
    /// <param name="overshoot">How far beyond the boundary the sum of the steps leads, as a share of it, ≥ 0.</param>
    /// <param name="candidates">How many classes are considered, the own one and the likeliest others on clean images,
    /// at least 2; at most K are there.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the norm is L1.</exception>
    public DeepFool(
        ThreatModel threat,
        int steps = 50,
        double overshoot = 0.02,
        int candidates = 10) : base("DeepFool", threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(candidates, 2);
        Require.That(overshoot >= 0 && double.IsFinite(overshoot), overshoot,
            "The overshoot must be a finite number ≥ 0, a share such as 0.02.");
        (Steps, Overshoot, Candidates) = (steps, overshoot, candidates);
    }

    /// <summary>Steps at most.</summary>
    public override int Steps { get; }

    /// <summary>How far beyond the boundary the sum of the steps leads, as a share of it.</summary>
    public double Overshoot { get; }

    /// <summary>How many classes are considered, the own one among them, where there are so many.</summary>
    public int Candidates { get; }

    /// <inheritdoc/>
    protected override void CheckThreat(ThreatModel threat)
    {
        if (threat.Norm == Norm.L1)
            throw new ArgumentException("DeepFool is made for L∞ and L2; for L1 use Fab or FabTargeted.",
                nameof(threat));
    }

    /// <inheritdoc/>
    public override Tensor Search(AttackContext context)
    {
        var clean = context.Forward(context.Images);
        var ranked = OtherClasses.Ranked(clean, context.Labels);
        using var others = context.Keep(ranked.narrow(1, 0, Math.Min(Candidates - 1, ranked.shape[1])));
        context.FinishMisclassified(clean);
        var boundary = new Boundary(context, others, Threat);
        var farthest = Threat.Bounds.Range * Math.Sqrt(PerExample.Coordinates(context.Images)); // the box's diagonal
        using var x = context.Keep(context.Images);
        using var way = context.Keep(zeros_like(context.Images)); // Σ r
        for (var step = 0; step < Steps && context.Count > 0; step++)
        {
            using var scope = context.Step();
            var plane = boundary.NearestTo(x.Rows);
            // finite where the gradient is zero
            var length = (plane.Distance + Further * Threat.Bounds.Range).clamp_max(farthest).to(x.Rows.dtype);
            way.Rows.add_(PerExample.Spread(length, x.Rows) * Threat.AscentDirection(plane.Normal, x.Rows));
            x.Set((context.Images + (1 + Overshoot) * way.Rows).clamp(Threat.Bounds.Low, Threat.Bounds.High));
            context.Finish(context.OfferNearest(x.Rows, context.Forward(x.Rows), Threat));
        }
        return context.Nearest;
    }
}
