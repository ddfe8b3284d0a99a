namespace Adr.Attacks;

/// <summary>Projected gradient descent on the negative loss, from a random start (Madry et al. 2018, section 2.1).</summary>
/// <remarks>With <see cref="AttackLoss.Margin"/> it is the field's C&amp;W-loss PGD. With <see cref="AttackLoss.KullbackLeibler"/> and <see cref="AttackStart.Gaussian"/> it is the inner maximisation of TRADES; <see cref="Trades"/> gives that.</remarks>
public sealed class Pgd : GradientAttack
{
    /// <summary>Sets up the attack.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">The number of gradient steps, at least 1; the paper trains with 40 on MNIST and 10 on CIFAR-10.</param>
    /// <param name="stepSize">α &gt; 0 in pixel units (the paper: 0.01 on MNIST, 2/255 on CIFAR-10); null for 2.5 ε/steps.</param>
    /// <param name="restarts">The number of runs, each from its own random start; a point keeps the run with the largest margin.</param>
    /// <param name="keep">Which iterate a point keeps; by default the last, as in Madry et al. For evaluation the others can only find more.</param>
    /// <param name="loss">What is increased.</param>
    /// <param name="start">Where a run starts.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the start does not suit the restarts or the loss.</exception>
    public Pgd(ThreatModel threat, int steps = 40, double? stepSize = null, int restarts = 1, KeptIterate keep = KeptIterate.Last,
        AttackLoss loss = AttackLoss.CrossEntropy, AttackStart start = AttackStart.Random)
        : base(NameOf(steps, restarts, loss), threat, steps, stepSize, restarts, keep, loss, start)
    {
    }

    /// <summary>The inner maximisation of TRADES: KL(p(x) ‖ p(x')) from x + 0.001 · N(0, I) (Zhang et al. 2019, algorithm 1).</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">The number of gradient steps.</param>
    /// <param name="stepSize">α &gt; 0 in pixel units; null for 2.5 ε/steps.</param>
    public static Pgd Trades(ThreatModel threat, int steps = 10, double? stepSize = null) =>
        new(threat, steps, stepSize, loss: AttackLoss.KullbackLeibler, start: AttackStart.Gaussian);

    /// <inheritdoc/>
    /// <remarks>A given step size stays; the default one follows ε.</remarks>
    public override Attack WithThreat(ThreatModel threat) => new Pgd(threat, Steps, FixedStepSize, Restarts, Keep, Loss, Start);

    /// <inheritdoc/>
    public override Attack ScaledTo(double epsilon) => new Pgd(Threat.WithEpsilon(epsilon), Steps, StepSizeAt(epsilon), Restarts, Keep, Loss, Start);

    private static string NameOf(int steps, int restarts, AttackLoss loss)
    {
        var kind = loss switch { AttackLoss.KullbackLeibler => "KL-PGD", AttackLoss.Margin => "CW-PGD", AttackLoss.LogitRatio => "DLR-PGD", _ => "PGD" };
        return restarts > 1 ? $"{kind}-{steps}×{restarts}" : $"{kind}-{steps}";
    }
}
