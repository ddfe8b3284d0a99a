namespace Adr.Attacks;

/// <summary>Basic iterative method: FGSM in small steps from the image itself, without a random start (Kurakin et al.
/// 2017, section 2.2).</summary>
public sealed class Bim : Pgd
{
    /// <summary>Sets up the attack.</summary>
    /// <param name="threat">What the attacker may do.</param>
    /// <param name="steps">The number of gradient steps, at least 1.</param>
    /// <param name="stepSize">α &gt; 0 for images in [0,1]; null for 2.5 ε/steps.</param>
    /// <param name="keep">Which iterate an example keeps. By default the last, as in Madry et al.; in an evaluation the
    /// others can only find more.</param>
    /// <param name="loss">What is increased; not <see cref="AttackLoss.KullbackLeibler"/>.</param>
    public Bim(ThreatModel threat, int steps = 10, double? stepSize = null, KeptIterate keep = KeptIterate.Last,
        AttackLoss loss = AttackLoss.CrossEntropy)
        : base($"BIM-{steps}", threat, steps, stepSize, restarts: 1, keep, loss, AttackStart.None, momentum: 0)
    {
    }
}
