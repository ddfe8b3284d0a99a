namespace Adr.Attacks;

/// <summary>Basic iterative method: FGSM in small steps from the image itself, without a random start (Kurakin et al. 2017, section 2.2).</summary>
public sealed class Bim : GradientAttack
{
    /// <summary>Sets up the attack.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">The number of gradient steps, at least 1.</param>
    /// <param name="stepSize">α &gt; 0 in pixel units; null for 2.5 ε/steps.</param>
    /// <param name="keep">Which iterate a point keeps; by default the last, as in Madry et al. For evaluation the others can only find more.</param>
    /// <param name="loss">What is increased; not <see cref="AttackLoss.KullbackLeibler"/>.</param>
    public Bim(ThreatModel threat, int steps = 10, double? stepSize = null, KeptIterate keep = KeptIterate.Last, AttackLoss loss = AttackLoss.CrossEntropy)
        : base($"BIM-{steps}", threat, steps, stepSize, restarts: 1, keep, loss, AttackStart.None)
    {
    }

    /// <inheritdoc/>
    /// <remarks>A given step size stays; the default one follows ε.</remarks>
    public override Attack WithThreat(ThreatModel threat) => new Bim(threat, Steps, FixedStepSize, Keep, Loss);

    /// <inheritdoc/>
    public override Attack ScaledTo(double epsilon) => new Bim(Threat.WithEpsilon(epsilon), Steps, StepSizeAt(epsilon), Keep, Loss);
}
