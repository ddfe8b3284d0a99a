using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The baseline that every attack must beat: random examples of the feasible set; an example keeps the one
/// with the largest margin.</summary>
public sealed class RandomNoise : Attack
{
    /// <summary>Sets up the baseline.</summary>
    /// <param name="threat">What the attacker may do; noise is drawn by <see cref="ThreatModel.RandomStart"/>.</param>
    /// <param name="trials">Random candidates for each image, at least 1.</param>
    public RandomNoise(ThreatModel threat, int trials = 10) : base($"noise×{trials}", threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        Steps = trials;
    }

    /// <summary>The number of random candidates.</summary>
    public override int Steps { get; }

    /// <inheritdoc/>
    public override bool NeedsGradient => false;

    /// <inheritdoc/>
    public override Tensor Perturb(AttackContext context)
    {
        for (var trial = 0; trial < Steps; trial++)
        {
            using var scope = context.Step();
            var candidate = Threat.RandomStart(context.Images, context.Seeds.Fork(trial));
            context.Offer(candidate, context.Forward(candidate));
        }
        return context.Best;
    }
}
