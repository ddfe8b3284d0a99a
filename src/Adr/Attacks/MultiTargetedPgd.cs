using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>What <see cref="MultiTargetedPgd"/> increases for a target t.</summary>
public enum TargetedLoss
{
    /// <summary>z_t − z_y (Gowal et al. 2019).</summary>
    Margin,

    /// <summary>−CE(logits, t), as the evaluation of the paper's repository has it.</summary>
    CrossEntropy,
}

/// <summary>PGD towards each other class in turn; a point is robust if it stands against all of them (Gowal et al. 2019, "An alternative surrogate loss for PGD-based adversarial testing").</summary>
/// <remarks>It succeeds where the model answers any wrong class, not the target alone. Of all runs a point keeps the iterate with the largest margin.</remarks>
public sealed class MultiTargetedPgd : Attack
{
    private readonly double? _stepSize;

    /// <summary>Sets up the attack; 20 steps from one random start for each target, as in the paper's repository.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">Gradient steps for each target, at least 1.</param>
    /// <param name="stepSize">α &gt; 0 in pixel units; null for 2.5 ε/steps, which then follows ε.</param>
    /// <param name="loss">What is increased.</param>
    /// <param name="restarts">Runs for each target, each from its own random start.</param>
    /// <param name="keep">Worst, or Broken, which breaks as many points for less.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public MultiTargetedPgd(ThreatModel threat, int steps = 20, double? stepSize = null, TargetedLoss loss = TargetedLoss.Margin, int restarts = 1, KeptIterate keep = KeptIterate.Worst)
        : base($"MT-PGD-{steps}", threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        if (!Enum.IsDefined(loss)) throw new ArgumentOutOfRangeException(nameof(loss), loss, "Expected a member of TargetedLoss.");
        if (keep is not (KeptIterate.Worst or KeptIterate.Broken))
            throw new ArgumentOutOfRangeException(nameof(keep), keep, "Runs towards different targets end in different places: keep the worst iterate, or stop where a point is broken.");
        (Steps, _stepSize, Loss, Restarts, Keep) = (steps, FixedStep.Checked(stepSize), loss, restarts, keep);
    }

    /// <inheritdoc/>
    public override int Steps { get; }

    /// <summary>The step size α, in pixel units.</summary>
    public double StepSize => _stepSize ?? 2.5 * Threat.Epsilon / Steps;

    /// <summary>What is increased.</summary>
    public TargetedLoss Loss { get; }

    /// <summary>Runs for each target.</summary>
    public int Restarts { get; }

    /// <summary>Which iterate a point keeps.</summary>
    public KeptIterate Keep { get; }

    /// <inheritdoc/>
    /// <remarks>A given step size stays; the default one follows ε.</remarks>
    public override Attack WithThreat(ThreatModel threat) => new MultiTargetedPgd(threat, Steps, _stepSize, Loss, Restarts, Keep);

    /// <inheritdoc/>
    public override Attack ScaledTo(double epsilon) => new MultiTargetedPgd(Threat.WithEpsilon(epsilon), Steps,
        FixedStep.Scaled(_stepSize, Threat.Epsilon, epsilon), Loss, Restarts, Keep);

    /// <inheritdoc/>
    protected internal override Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var points = new AttackedPoints(origin, labels, Keep);
        var ascent = new ProjectedAscent(Threat, Steps, StepSize, momentum: 0, points);
        var classes = cost.Ask(model, origin.narrow(0, 0, 1)).shape[1];
        for (long other = 0; other < classes - 1; other++)
            for (var run = 0; run < Restarts && points.Count > 0; run++)
            {
                // the other-th class of those that are not y
                var targets = points.Labels.le(other).to(ScalarType.Int64) + other;
                var loss = Loss == TargetedLoss.Margin ? PointLoss.TargetedMargin(points.Labels, targets) : PointLoss.TargetedCrossEntropy(targets);
                var objective = new PointObjective(model, loss, cost);
                var last = ascent.Climb(Threat.RandomStart(points.Origin, points.Of(seeds).Fork((int)other * Restarts + run)), objective, offers: true, cancellation);
                if (points.Count > 0) Finish(points, last, objective);
                last.Dispose();
            }
        return points.Best;
    }

    private static void Finish(AttackedPoints points, Tensor last, PointObjective objective)
    {
        using var scope = NewDisposeScope();
        points.Offer(last, objective.Logits(last));
        points.LeaveBroken(all: true);
    }
}
