using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Projected gradient ascent over a threat model: the one loop of FGSM, BIM, MIM and PGD.</summary>
/// <remarks>From a start, or from several, a <see cref="ProjectedAscent"/> (Madry et al. 2018, eq. 2 and section 2.1).</remarks>
public abstract class GradientAttack : Attack
{
    private readonly double? _fixedStepSize;

    /// <summary>Sets up the loop.</summary>
    /// <param name="name">The name in tables.</param>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">The number of gradient steps, at least 1.</param>
    /// <param name="stepSize">α &gt; 0 in pixel units; null for <see cref="DefaultStepSize"/>, which then follows ε.</param>
    /// <param name="restarts">The number of runs, each from its own random start, at least 1; a point keeps the run with the largest margin.</param>
    /// <param name="keep">Which iterate a point keeps.</param>
    /// <param name="loss">What is increased.</param>
    /// <param name="start">Where a run starts.</param>
    /// <param name="momentum">μ ≥ 0 of MI-FGSM: the step follows g ← μ g + ∇/‖∇‖₁; 0 for the gradient itself.</param>
    /// <exception cref="ArgumentException">A number is out of range; several restarts have no random start; or <see cref="AttackLoss.KullbackLeibler"/> starts at x, where its gradient is 0.</exception>
    protected GradientAttack(string name, ThreatModel threat, int steps, double? stepSize, int restarts, KeptIterate keep, AttackLoss loss, AttackStart start, double momentum = 0)
        : base(name, threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        if (!Enum.IsDefined(keep)) throw new ArgumentOutOfRangeException(nameof(keep), keep, "Expected a member of KeptIterate.");
        if (!Enum.IsDefined(loss)) throw new ArgumentOutOfRangeException(nameof(loss), loss, "Expected a member of AttackLoss.");
        if (!Enum.IsDefined(start)) throw new ArgumentOutOfRangeException(nameof(start), start, "Expected a member of AttackStart.");
        if (!(momentum >= 0 && double.IsFinite(momentum))) throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "The momentum must be a finite number ≥ 0.");
        if (restarts > 1 && start == AttackStart.None)
            throw new ArgumentException($"{restarts} restarts from the image itself are {restarts} times the same run. Choose a random start, or 1 restart.", nameof(restarts));
        if (loss == AttackLoss.KullbackLeibler && start == AttackStart.None)
            throw new ArgumentException("KL(p(x) ‖ p(x')) has gradient 0 at x' = x, so the attack would not move. Start at AttackStart.Gaussian, as TRADES does.", nameof(start));
        (Steps, _fixedStepSize, Restarts, Keep, Loss, Start, Momentum) = (steps, FixedStep.Checked(stepSize), restarts, keep, loss, start, momentum);
    }

    /// <inheritdoc/>
    public override int Steps { get; }

    /// <inheritdoc/>
    public override string? FallbackFor(int classes) => Loss.FallbackFor(classes);

    /// <summary>The step size α, in pixel units.</summary>
    public double StepSize => _fixedStepSize ?? DefaultStepSize;

    /// <summary>The step size where none was given.</summary>
    protected virtual double DefaultStepSize => 2.5 * Threat.Epsilon / Steps;

    /// <summary>The number of runs.</summary>
    public int Restarts { get; }

    /// <summary>Which iterate a point keeps.</summary>
    public KeptIterate Keep { get; }

    /// <summary>What is increased.</summary>
    public AttackLoss Loss { get; }

    /// <summary>Where a run starts.</summary>
    public AttackStart Start { get; }

    /// <summary>The momentum μ; 0 for none.</summary>
    public double Momentum { get; }

    /// <summary>The step size as given: null where it follows ε.</summary>
    protected double? FixedStepSize => _fixedStepSize;

    /// <summary>The fixed step size scaled to another radius; null where it follows ε, or where the present radius is 0.</summary>
    protected double? StepSizeAt(double epsilon) => FixedStep.Scaled(_fixedStepSize, Threat.Epsilon, epsilon);

    /// <inheritdoc/>
    protected internal sealed override Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var points = new AttackedPoints(origin, labels, Keep);
        var clean = Loss == AttackLoss.KullbackLeibler ? cost.Ask(model, origin) : null; // constant over the steps
        var ascent = new ProjectedAscent(Threat, Steps, StepSize, Momentum, points);
        for (var run = 0; run < Restarts && points.Count > 0; run++)
        {
            var objective = new PointObjective(model, PointLoss.Of(Loss, points.Labels, clean is null ? null : points.Of(clean)), cost);
            var last = ascent.Climb(StartingPoint(points, seeds.Fork(run)), objective, Keep != KeptIterate.Last, cancellation);
            if (Keep == KeptIterate.Last && Restarts == 1) return points.Marked(last);
            if (points.Count > 0) points.Offer(last, objective.Logits(last));
            last.Dispose();
        }
        return points.Best;
    }

    private Tensor StartingPoint(AttackedPoints points, PointSeeds seeds)
    {
        using var scope = NewDisposeScope();
        var (origin, own) = (points.Origin, points.Of(seeds));
        return (Start switch
        {
            AttackStart.Random => Threat.RandomStart(origin, own),
            AttackStart.Gaussian => Threat.Project(origin + 0.001 * own.Normal(origin.shape, origin.device), origin),
            _ => origin.clone(),
        }).MoveToOuterDisposeScope();
    }
}
