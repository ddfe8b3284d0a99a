using Adr.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>Random corners of the ball; of them a point keeps the one with the largest margin. The example of docs/attacks.md.</summary>
internal sealed class RandomCorners(ThreatModel threat, int trials = 10) : Attack($"corners×{trials}", threat)
{
    /// <inheritdoc/>
    public override int Steps => trials;

    /// <inheritdoc/>
    public override bool NeedsGradient => false;

    /// <inheritdoc/>
    public override Attack WithThreat(ThreatModel threat) => new RandomCorners(threat, trials);

    /// <inheritdoc/>
    protected internal override Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var points = new AttackedPoints(origin, labels, KeptIterate.Worst);       // keeps each point's worst candidate
        for (var trial = 0; trial < Steps; trial++)
        {
            cancellation.ThrowIfCancellationRequested();                           // before each step
            using var scope = NewDisposeScope();                                   // frees the step's tensors
            var noise = seeds.Fork(trial).Normal(origin.shape, origin.device);     // depends on seed and point, not on the batch
            var candidate = Threat.Project(origin + Threat.Epsilon * noise.sign(), origin);
            points.Offer(candidate, cost.Ask(model, candidate));                    // cost counts it: what reports show
        }
        return points.Best;
    }
}
