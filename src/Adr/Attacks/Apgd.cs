using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Auto-PGD: PGD with momentum that sets its own step size, on cross-entropy (APGD-CE) or on the logit ratio (APGD-DLR) (Croce and Hein 2020, section 3).</summary>
/// <remarks>Under L1 it takes the sparse steps of Croce and Hein 2021, "Mind the box". A point keeps the iterate with the largest margin.</remarks>
public sealed class Apgd : AutoPgdAttack
{
    /// <summary>Sets up the attack; the defaults are Auto-Attack's.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="loss">What is increased: cross-entropy, <see cref="AttackLoss.LogitRatio"/>, or the margin.</param>
    /// <param name="steps">Gradient steps of one run; one more gradient is taken at the start.</param>
    /// <param name="restarts">Runs, each from its own random start.</param>
    /// <param name="gradientSamples">Answers of the model that make one gradient: 20 in Auto-Attack's version for models that answer at random.</param>
    /// <param name="largerRadii">Under L1 alone: begin at 3ε and 2ε, for 30 % of the steps each.</param>
    /// <param name="keep">Worst, or Broken, which breaks as many points for less.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the settings do not fit together.</exception>
    public Apgd(ThreatModel threat, AttackLoss loss = AttackLoss.CrossEntropy, int steps = 100, int restarts = 1, int gradientSamples = 1, bool largerRadii = false, KeptIterate keep = KeptIterate.Worst)
        : base(NameOf(loss, restarts), threat, steps, restarts, gradientSamples, largerRadii, keep)
    {
        if (loss is not (AttackLoss.CrossEntropy or AttackLoss.LogitRatio or AttackLoss.Margin))
            throw new ArgumentOutOfRangeException(nameof(loss), loss, "Auto-PGD increases CrossEntropy, LogitRatio or Margin.");
        Loss = loss;
    }

    /// <summary>What is increased.</summary>
    public AttackLoss Loss { get; }

    /// <inheritdoc/>
    public override string? FallbackFor(int classes) => Loss.FallbackFor(classes);

    /// <inheritdoc/>
    public override Attack WithThreat(ThreatModel threat) => new Apgd(threat, Loss, Steps, Restarts, GradientSamples, LargerRadii, Keep);

    /// <inheritdoc/>
    protected internal override Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var points = new AttackedPoints(origin, labels, Keep);
        for (var run = 0; run < Restarts && points.Count > 0; run++)
            Climb(points, new PointObjective(model, PointLoss.Of(Loss, points.Labels), cost), seeds.Fork(run), cancellation);
        return points.Best;
    }

    private static string NameOf(AttackLoss loss, int restarts)
    {
        var kind = loss switch { AttackLoss.LogitRatio => "APGD-DLR", AttackLoss.Margin => "APGD-CW", _ => "APGD-CE" };
        return restarts > 1 ? $"{kind}×{restarts}" : kind;
    }
}
