namespace Adr.Attacks;

/// <summary>Fast gradient sign method: x' = P(x + ε · sign ∇CE(x)) (Goodfellow et al. 2015, eq. 1); under L2, ε · g/‖g‖₂.</summary>
public sealed class Fgsm : GradientAttack
{
    /// <summary>One step of length ε from the image.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="loss">What is increased; not <see cref="AttackLoss.KullbackLeibler"/>.</param>
    public Fgsm(ThreatModel threat, AttackLoss loss = AttackLoss.CrossEntropy)
        : base("FGSM", threat, steps: 1, stepSize: threat is { Epsilon: > 0 } ? threat.Epsilon : null, restarts: 1, KeptIterate.Last, loss, AttackStart.None)
    {
    }

    /// <inheritdoc/>
    public override Attack WithThreat(ThreatModel threat) => new Fgsm(threat, Loss);
}
