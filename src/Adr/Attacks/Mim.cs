namespace Adr.Attacks;

/// <summary>Momentum iterative method, MI-FGSM: g ← μ g + ∇/‖∇‖₁, x' ← P(x' + α · sign g), from the image itself (Dong et al. 2018, algorithm 1).</summary>
public sealed class Mim : GradientAttack
{
    /// <summary>Sets up the attack.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">The number of gradient steps, at least 1.</param>
    /// <param name="stepSize">α &gt; 0 in pixel units; null for ε/steps, as in the paper, which then follows ε.</param>
    /// <param name="momentum">μ &gt; 0.</param>
    /// <param name="keep">Which iterate a point keeps; by default the last, as in the paper. For evaluation the others can only find more.</param>
    /// <param name="loss">What is increased; not <see cref="AttackLoss.KullbackLeibler"/>.</param>
    public Mim(ThreatModel threat, int steps = 10, double? stepSize = null, double momentum = 1.0, KeptIterate keep = KeptIterate.Last, AttackLoss loss = AttackLoss.CrossEntropy)
        : base($"MIM-{steps}", threat, steps, stepSize, restarts: 1, keep, loss, AttackStart.None, momentum)
    {
        if (momentum == 0) throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "Without momentum MIM is BIM: take that.");
    }

    /// <inheritdoc/>
    protected override double DefaultStepSize => Threat.Epsilon / Steps;

    /// <inheritdoc/>
    /// <remarks>A given step size stays; the default one follows ε.</remarks>
    public override Attack WithThreat(ThreatModel threat) => new Mim(threat, Steps, FixedStepSize, Momentum, Keep, Loss);

    /// <inheritdoc/>
    public override Attack ScaledTo(double epsilon) => new Mim(Threat.WithEpsilon(epsilon), Steps, StepSizeAt(epsilon), Momentum, Keep, Loss);
}
