using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Projected gradient ascent over a threat model: the one loop of FGSM, BIM and PGD.</summary>
/// <remarks>
/// x⁰ = start(x);  xᵗ⁺¹ = P(xᵗ + α · v(∇ loss(xᵗ))), where P is <see cref="ThreatModel.Project"/> and v is
/// <see cref="ThreatModel.AscentDirection"/> (Madry et al. 2018, eq. 2 and section 2.1).
/// </remarks>
public abstract class GradientAttack : Attack
{
    private readonly double? _stepSize;

    /// <summary>Sets up the loop.</summary>
    /// <param name="name">The name in tables.</param>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">The number of gradient steps, at least 1.</param>
    /// <param name="stepSize">α &gt; 0 in pixel units; null for 2.5 ε/steps, which then follows ε.</param>
    /// <param name="restarts">The number of runs, each from its own random start, at least 1; a point keeps the run with the largest margin.</param>
    /// <param name="keep">Which iterate a point keeps.</param>
    /// <param name="loss">What is increased.</param>
    /// <param name="start">Where a run starts.</param>
    /// <exception cref="ArgumentException">A number is out of range; several restarts have no random start; or <see cref="AttackLoss.KullbackLeibler"/> starts at x, where its gradient is 0.</exception>
    protected GradientAttack(string name, ThreatModel threat, int steps, double? stepSize, int restarts, KeptIterate keep, AttackLoss loss, AttackStart start)
        : base(name, threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        if (stepSize is { } step && !(step > 0 && double.IsFinite(step)))
            throw new ArgumentOutOfRangeException(nameof(stepSize), step, "The step size must be a finite number > 0, in pixel units.");
        if (!Enum.IsDefined(keep)) throw new ArgumentOutOfRangeException(nameof(keep), keep, "Expected a member of KeptIterate.");
        if (!Enum.IsDefined(loss)) throw new ArgumentOutOfRangeException(nameof(loss), loss, "Expected a member of AttackLoss.");
        if (!Enum.IsDefined(start)) throw new ArgumentOutOfRangeException(nameof(start), start, "Expected a member of AttackStart.");
        if (restarts > 1 && start == AttackStart.None)
            throw new ArgumentException($"{restarts} restarts from the image itself are {restarts} times the same run. Choose a random start, or 1 restart.", nameof(restarts));
        if (loss == AttackLoss.KullbackLeibler && start == AttackStart.None)
            throw new ArgumentException("KL(p(x) ‖ p(x')) has gradient 0 at x' = x, so the attack would not move. Start at AttackStart.Gaussian, as TRADES does.", nameof(start));
        (Steps, _stepSize, Restarts, Keep, Loss, Start) = (steps, stepSize, restarts, keep, loss, start);
    }

    /// <inheritdoc/>
    public override int Steps { get; }

    /// <summary>The step size α, in pixel units.</summary>
    public double StepSize => _stepSize ?? 2.5 * Threat.Epsilon / Steps;

    /// <summary>The number of runs.</summary>
    public int Restarts { get; }

    /// <summary>Which iterate a point keeps.</summary>
    public KeptIterate Keep { get; }

    /// <summary>What is increased.</summary>
    public AttackLoss Loss { get; }

    /// <summary>Where a run starts.</summary>
    public AttackStart Start { get; }

    /// <summary>The step size as given: null where it follows ε.</summary>
    protected double? FixedStepSize => _stepSize;

    /// <summary>The fixed step size scaled to another radius; null where it follows ε, or where the present radius is 0.</summary>
    protected double? StepSizeAt(double epsilon) =>
        _stepSize is { } step && Threat.Epsilon > 0 && epsilon > 0 ? step * epsilon / Threat.Epsilon : null;

    /// <inheritdoc/>
    protected sealed override Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var points = new AttackedPoints(model, Loss, origin, labels, cost);
        var wantMargins = Keep != KeptIterate.Last;
        var flaw = zeros([1L], dtype: origin.dtype, device: origin.device); // 0, or NaN after a gradient that is not finite: sign(NaN) is 0 and would hide it
        for (var run = 0; run < Restarts && points.Count > 0; run++)
        {
            var x = StartingPoint(origin, seeds.Fork(run));
            if (points.Positions is { } left) x = x.index_select(0, left);
            for (var step = 0; step < Steps && points.Count > 0; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var (gradient, margins) = points.Objective.Ascend(x, wantMargins);
                flaw.add_((0 * gradient).sum());
                if (margins is not null) points.Offer(x, margins);
                var previous = x;
                x = Threat.Project(x + StepSize * Threat.AscentDirection(gradient), points.Origin);
                if (Keep == KeptIterate.Broken) x = points.LeaveBroken(x);
                x.MoveToOuterDisposeScope();
                previous.Dispose();
            }
            if (!wantMargins && Restarts == 1) return x + flaw;
            if (points.Count > 0) points.Offer(x, points.Objective.Margins(x));
            x.Dispose();
        }
        return points.Best + flaw;
    }

    private Tensor StartingPoint(Tensor origin, PointSeeds seeds)
    {
        using var scope = NewDisposeScope();
        return (Start switch
        {
            AttackStart.Random => Threat.RandomStart(origin, seeds),
            AttackStart.Gaussian => Threat.Project(origin + 0.001 * seeds.Normal(origin.shape, origin.device), origin),
            _ => origin.clone(),
        }).MoveToOuterDisposeScope();
    }
}
