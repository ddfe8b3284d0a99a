using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>SPSA: Adam on the perturbation, with gradients estimated from answers in directions of random signs (Uesato et al. 2018, algorithm 1).</summary>
/// <remarks>It increases the margin and needs no gradient: where it breaks what PGD does not, gradients are masked.</remarks>
public sealed class Spsa : EstimatedGradientAttack
{
    /// <summary>Sets up the attack.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">Steps of Adam, at least 1.</param>
    /// <param name="samples">Directions for one estimate, at least 1; each is asked on both sides. The field takes 128 to 8,192: more is better and dearer.</param>
    /// <param name="learningRate">Adam's, &gt; 0, in pixel units.</param>
    /// <param name="sigma">How far it asks, &gt; 0, in pixel units.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public Spsa(ThreatModel threat, int steps = 100, int samples = 128, double learningRate = 0.01, double sigma = 0.01)
        : base($"SPSA-{steps}×{samples}", threat, steps, samples, sigma)
    {
        if (!(learningRate > 0 && double.IsFinite(learningRate)))
            throw new ArgumentOutOfRangeException(nameof(learningRate), learningRate, "The learning rate must be a finite number > 0, in pixel units.");
        LearningRate = learningRate;
    }

    /// <summary>Adam's learning rate, in pixel units.</summary>
    public double LearningRate { get; }

    private protected override bool HasNormalDirections => false;

    /// <inheritdoc/>
    public override Attack WithThreat(ThreatModel threat) => new Spsa(threat, Steps, Samples, LearningRate, Sigma);

    private protected override IStepRule NewRule(Tensor origin) => new AdamRule(origin, LearningRate);
}
