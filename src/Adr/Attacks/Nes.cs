using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>NES: projected ascent with gradients estimated from answers in antithetic normal directions (Ilyas et al. 2018, "Black-box adversarial attacks with limited queries and information", section 2.2).</summary>
/// <remarks>It increases the margin and needs no gradient: where it breaks what PGD does not, gradients are masked.</remarks>
public sealed class Nes : EstimatedGradientAttack
{
    private readonly double? _stepSize;

    /// <summary>Sets up the attack.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">Steps, at least 1.</param>
    /// <param name="samples">Directions for one estimate, at least 1; each is asked on both sides.</param>
    /// <param name="stepSize">α &gt; 0 in pixel units; null for 2.5 ε/steps, which then follows ε.</param>
    /// <param name="sigma">How far it asks, &gt; 0, in pixel units.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public Nes(ThreatModel threat, int steps = 100, int samples = 50, double? stepSize = null, double sigma = 0.001)
        : base($"NES-{steps}×{samples}", threat, steps, samples, sigma)
    {
        _stepSize = FixedStep.Checked(stepSize);
    }

    /// <summary>The step size α, in pixel units.</summary>
    public double StepSize => _stepSize ?? 2.5 * Threat.Epsilon / Steps;

    private protected override bool HasNormalDirections => true;

    /// <inheritdoc/>
    /// <remarks>A given step size stays; the default one follows ε.</remarks>
    public override Attack WithThreat(ThreatModel threat) => new Nes(threat, Steps, Samples, _stepSize, Sigma);

    /// <inheritdoc/>
    public override Attack ScaledTo(double epsilon) => new Nes(Threat.WithEpsilon(epsilon), Steps, Samples,
        FixedStep.Scaled(_stepSize, Threat.Epsilon, epsilon), Sigma);

    private protected override IStepRule NewRule(Tensor origin) => new SteepestRule(Threat, StepSize);
}
