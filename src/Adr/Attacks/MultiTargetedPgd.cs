using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>PGD towards each other class in turn; an example is robust if it withstands all of them (Gowal et al. 2019,
/// "An alternative surrogate loss for PGD-based adversarial testing").</summary>
/// <remarks>It succeeds where the model gives any wrong class, not the target alone. Of all runs an example keeps the
/// iterate with the largest margin.</remarks>
public sealed class MultiTargetedPgd : Attack
{
    private double? _fixedStepSize; // null where the step size follows ε

    /// <summary>Sets up the attack; by default 20 steps from one random start for each target, as in the authors'
    /// repository.</summary>
    /// <param name="threat">What the attacker may do.</param>
    /// <param name="steps">Gradient steps for each target, at least 1.</param>
    /// <param name="stepSize">α &gt; 0 for images in [0,1]; null for 2.5 ε/steps.</param>
    /// <param name="loss">What is increased for a target.</param>
    /// <param name="restarts">Runs for each target, each from its own random start.</param>
    /// <param name="keep">Worst, or EarlyStop, which finds as many for less.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public MultiTargetedPgd(
        ThreatModel threat,
        int steps = 20,
        double? stepSize = null,
        TargetedLoss loss = TargetedLoss.Margin,
        int restarts = 1,
        KeptIterate keep = KeptIterate.Worst)
        : base($"MT-PGD-{steps}", threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        StepSizes.Check(stepSize, threat);
        Require.Defined(loss);
        Require.Defined(keep);
        Require.That(keep != KeptIterate.Last, keep,
            "Runs towards different targets end in different places: use KeptIterate.Worst or EarlyStop.");
        (Steps, _fixedStepSize, Loss, Restarts, Keep) = (steps, stepSize, loss, restarts, keep);
    }

    /// <inheritdoc/>
    public override int Steps { get; }

    /// <summary>The step size α, for images in [0,1].</summary>
    public double StepSize => _fixedStepSize ?? 2.5 * Threat.Epsilon / Steps;

    /// <summary>What is increased for a target.</summary>
    public TargetedLoss Loss { get; }

    /// <summary>Runs for each target.</summary>
    public int Restarts { get; }

    /// <summary>Which iterate an example keeps.</summary>
    public KeptIterate Keep { get; }

    /// <inheritdoc/>
    public override Attack ScaledTo(double epsilon)
    {
        var scaled = (MultiTargetedPgd)base.ScaledTo(epsilon);
        scaled._fixedStepSize = StepSizes.Scaled(_fixedStepSize, Threat.Epsilon, epsilon);
        return scaled;
    }

    /// <inheritdoc/>
    public override Tensor Perturb(AttackContext context)
    {
        var classes = context.Forward(context.Images.narrow(0, 0, 1)).shape[1];
        for (long other = 0; other < classes - 1; other++)
            for (var run = 0; run < Restarts && context.Count > 0; run++)
            {
                using var scope = context.Run();
                // the other-th class of those that are not y
                using var targets = context.Keep(context.Labels.le(other).to(ScalarType.Int64) + other);
                using var x = context.Keep(
                    Threat.RandomStart(context.Images, context.Seeds.Fork((int)other * Restarts + run)));
                Func<Tensor, Tensor> loss = Loss == TargetedLoss.Margin
                    ? logits => AttackLosses.TargetedMargin(logits, context.Labels, targets.Rows)
                    : logits => -AttackLosses.CrossEntropy(logits, targets.Rows);
                Pgd.Climb(context, x, loss, Threat, Steps, StepSize, momentum: 0, Keep);
                if (context.Count > 0)
                    context.Offer(x.Rows, context.Forward(x.Rows), stopEarly: Keep == KeptIterate.EarlyStop);
            }
        return context.Best;
    }
}

/// <summary>What <see cref="MultiTargetedPgd"/> increases for a target t.</summary>
public enum TargetedLoss
{
    /// <summary>z_t − z_y (Gowal et al. 2019).</summary>
    Margin,

    /// <summary>−CE(logits, t), as the evaluation of the authors' repository has it.</summary>
    CrossEntropy,
}
