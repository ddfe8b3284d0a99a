using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>APGD-T: Auto-PGD on the targeted logit ratio, towards the likeliest other classes one after another (Croce and Hein 2020, section 4 and eq. 7).</summary>
/// <remarks>It succeeds where the model answers any wrong class, not the target alone. A point keeps the iterate with the largest margin.</remarks>
public sealed class ApgdTargeted : AutoPgdAttack
{
    /// <summary>Sets up the attack; the defaults are Auto-Attack's.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">Gradient steps of one run; one more gradient is taken at the start.</param>
    /// <param name="targets">How many classes to aim at, from the second likeliest on clean images downwards; at most K − 1 are there.</param>
    /// <param name="restarts">Runs for each target.</param>
    /// <param name="largerRadii">Under L1 alone: begin at 3ε and 2ε, for 30 % of the steps each.</param>
    /// <param name="keep">Worst, or Broken, which breaks as many points for less.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the settings do not fit together.</exception>
    public ApgdTargeted(ThreatModel threat, int steps = 100, int targets = 9, int restarts = 1, bool largerRadii = false, KeptIterate keep = KeptIterate.Worst)
        : base("APGD-T", threat, steps, restarts, gradientSamples: 1, largerRadii, keep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(targets, 1);
        Targets = targets;
    }

    /// <summary>How many classes it aims at, where there are so many.</summary>
    public int Targets { get; }

    /// <inheritdoc/>
    public override string? FallbackFor(int classes) => string.Join(" ", new[]
    {
        classes < 4 ? $"The targeted DLR needs 4 classes, but there are {classes}: the difference of the two logits was increased instead." : null,
        classes - 1 < Targets ? $"{Targets} targets were asked for, but there are {classes - 1} other classes: all of them were aimed at." : null,
    }.Where(note => note is not null)) is { Length: > 0 } notes ? notes : null;

    /// <inheritdoc/>
    public override Attack WithThreat(ThreatModel threat) => new ApgdTargeted(threat, Steps, Targets, Restarts, LargerRadii, Keep);

    /// <inheritdoc/>
    protected internal override Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var points = new AttackedPoints(origin, labels, Keep);
        var others = OtherClasses.Ranked(cost.Ask(model, origin), labels); // [B,K − 1]
        for (var target = 0; target < Math.Min(Targets, others.shape[1]); target++)
            for (var run = 0; run < Restarts && points.Count > 0; run++)
            {
                var loss = PointLoss.TargetedLogitRatio(points.Labels, points.Of(others.select(1, target)));
                Climb(points, new PointObjective(model, loss, cost), seeds.Fork(Restarts * target + run), cancellation);
            }
        return points.Best;
    }
}
