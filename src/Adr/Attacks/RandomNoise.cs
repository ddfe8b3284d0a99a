using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The baseline that every attack must beat: random points of the feasible set; of them a point keeps the one with the largest margin.</summary>
public sealed class RandomNoise : Attack
{
    /// <summary>Sets up the baseline.</summary>
    /// <param name="threat">What the attack may do; noise is drawn by <see cref="ThreatModel.RandomStart"/>.</param>
    /// <param name="trials">Random points for each image, at least 1.</param>
    public RandomNoise(ThreatModel threat, int trials = 10) : base($"noise×{trials}", threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        Steps = trials;
    }

    /// <summary>The number of random points.</summary>
    public override int Steps { get; }

    /// <inheritdoc/>
    public override bool NeedsGradient => false;

    /// <inheritdoc/>
    public override Attack WithThreat(ThreatModel threat) => new RandomNoise(threat, Steps);

    /// <inheritdoc/>
    protected internal override Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var points = new AttackedPoints(origin, labels, KeptIterate.Worst);
        for (var trial = 0; trial < Steps; trial++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var candidate = Threat.RandomStart(origin, seeds.Fork(trial));
            points.Offer(candidate, cost.Ask(model, candidate));
        }
        return points.Best;
    }
}
