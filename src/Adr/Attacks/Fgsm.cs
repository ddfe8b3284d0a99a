namespace Adr.Attacks;

/// <summary>Fast gradient sign method: x' = P(x + ε · sign ∇CE(x)) (Goodfellow et al. 2015, eq. 1); under L2, ε ·
/// g/‖g‖₂.</summary>
public sealed class Fgsm : Pgd
{
    /// <summary>One step of length ε from the image.</summary>
    /// <param name="threat">What the attacker may do.</param>
    /// <param name="loss">What is increased; not <see cref="AttackLoss.KullbackLeibler"/>.</param>
    public Fgsm(ThreatModel threat, AttackLoss loss = AttackLoss.CrossEntropy)
        : base("FGSM", threat, steps: 1, stepSize: null, restarts: 1, KeptIterate.Last, loss, AttackStart.None,
            momentum: 0)
    {
    }

    private protected override double DefaultStepSize => Threat.Epsilon;
}
