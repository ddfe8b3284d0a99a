using Adr.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>Random corners of the ball; an example keeps the one with the largest margin. The example of
/// docs/attacks.md.</summary>
internal sealed class RandomCorners(ThreatModel threat, int trials = 10) : Attack($"corners×{trials}", threat)
{
    /// <inheritdoc/>
    public override int Steps => trials;

    /// <inheritdoc/>
    public override bool NeedsGradient => false;

    /// <inheritdoc/>
    public override Tensor Perturb(AttackContext context)
    {
        for (var trial = 0; trial < Steps; trial++)
        {
            using var step = context.Step();                                    // frees the step's tensors
            var noise = context.Seeds.Fork(trial).Normal(context.Images.shape, context.Images.device);
            var candidate = Threat.Project(context.Images + Threat.Epsilon * noise.sign(), context.Images);
            context.Offer(candidate, context.Forward(candidate));               // an example keeps its worst candidate
        }
        return context.Best;
    }
}
