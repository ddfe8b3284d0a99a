namespace Adr.Attacks;

/// <summary>Momentum iterative method, MI-FGSM: g ← μ g + ∇/‖∇‖₁, x' ← P(x' + α · sign g), from the image itself (Dong
/// et al. 2018, algorithm 1).</summary>
public sealed class Mim : Pgd
{
    /// <summary>Sets up the attack.</summary>
    /// <param name="threat">What the attacker may do.</param>
    /// <param name="steps">The number of gradient steps, at least 1.</param>
    /// <param name="stepSize">α &gt; 0 for images in [0,1]; null for ε/steps, as in the paper.</param>
    /// <param name="momentum">μ &gt; 0.</param>
    /// <param name="keep">Which iterate an example keeps. By default the last, as in the paper; in an evaluation the
    /// others can only find more.</param>
    /// <param name="loss">What is increased; not <see cref="AttackLoss.KullbackLeibler"/>.</param>
    public Mim(ThreatModel threat, int steps = 10, double? stepSize = null, double momentum = 1.0,
        KeptIterate keep = KeptIterate.Last, AttackLoss loss = AttackLoss.CrossEntropy)
        : base($"MIM-{steps}", threat, steps, stepSize, restarts: 1, keep, loss, AttackStart.None, momentum)
    {
        Require.That(momentum != 0, momentum, "Without momentum MIM is BIM: use that.");
    }

    private protected override double DefaultStepSize => Threat.Epsilon / Steps;
}
