using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>SPSA: Adam on the perturbation, with gradients estimated from answers in directions of random signs (Uesato
/// et al. 2018, algorithm 1).</summary>
/// <remarks>It increases the margin and needs no gradient: where it finds what PGD does not, gradients are
/// masked.</remarks>
public sealed class Spsa : EstimatedGradientAttack
{
    /// <summary>Sets up the attack.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">Steps of Adam, at least 1.</param>
    /// <param name="samples">Directions for one estimate, at least 1; each is evaluated on both sides. The field takes
    /// 128 to 8,192: more is stronger and slower.</param>
    /// <param name="learningRate">Adam's, &gt; 0, for images in [0,1].</param>
    /// <param name="sigma">How far away it evaluates, &gt; 0, for images in [0,1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public Spsa(ThreatModel threat, int steps = 100, int samples = 128, double learningRate = 0.01, double sigma = 0.01)
        : base($"SPSA-{steps}×{samples}", threat, steps, samples, sigma)
    {
        Require.That(learningRate > 0 && double.IsFinite(learningRate), learningRate,
            "The learning rate must be a finite number > 0, for images in [0,1].");
        LearningRate = learningRate;
    }

    /// <summary>Adam's learning rate, for images in [0,1].</summary>
    public double LearningRate { get; }

    private protected override Tensor Direction(Tensor like, ExampleSeeds seeds) =>
        (seeds.Uniform(like.shape, 0, 1, like.device).ge(0.5).to(like.dtype) * 2) - 1;

    private protected override Func<Tensor, Tensor> NewStep(AttackContext context) =>
        new AdamAscent(context, context.Images, LearningRate).Step;
}
