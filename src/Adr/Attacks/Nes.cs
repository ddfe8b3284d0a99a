using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>NES: projected ascent with gradients estimated from answers in antithetic normal directions (Ilyas et al.
/// 2018, "Black-box adversarial attacks with limited queries and information", section 2.2).</summary>
/// <remarks>It increases the margin and needs no gradient: where it finds what PGD does not, gradients are
/// masked.</remarks>
public sealed class Nes : EstimatedGradientAttack
{
    private double? _fixedStepSize; // null where the step size follows ε

    /// <summary>Sets up the attack.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">Steps, at least 1.</param>
    /// <param name="samples">Directions for one estimate, at least 1; each is evaluated on both sides.</param>
    /// <param name="stepSize">α &gt; 0 for images in [0,1]; null for 2.5 ε/steps, which then follows ε.</param>
    /// <param name="sigma">How far away it evaluates, &gt; 0, for images in [0,1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public Nes(ThreatModel threat, int steps = 100, int samples = 50, double? stepSize = null, double sigma = 0.001)
        : base($"NES-{steps}×{samples}", threat, steps, samples, sigma)
    {
        StepSizes.Check(stepSize, threat);
        _fixedStepSize = stepSize;
    }

    /// <summary>The step size α, for images in [0,1].</summary>
    public double StepSize => _fixedStepSize ?? 2.5 * Threat.Epsilon / Steps;

    /// <inheritdoc/>
    public override Attack ScaledTo(double epsilon)
    {
        var scaled = (Nes)base.ScaledTo(epsilon);
        scaled._fixedStepSize = StepSizes.Scaled(_fixedStepSize, Threat.Epsilon, epsilon);
        return scaled;
    }

    private protected override Tensor Direction(Tensor like, ExampleSeeds seeds) =>
        seeds.Normal(like.shape, like.device).to(like.dtype);

    private protected override Func<Tensor, Tensor> NewStep(AttackContext context) =>
        gradient => StepSize * Threat.AscentDirection(gradient);
}
