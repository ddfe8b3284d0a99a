using Adr.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

/// <summary>The simplest minimum-norm attack: along the gradient of the margin at the image, the first of equally spaced points that is wrong.</summary>
internal sealed class LineSearch(ThreatModel threat, int steps = 20, double farthest = 1) : MinimumNormAttack($"line-{steps}", threat)
{
    public override int Steps => steps;

    public double Farthest => farthest;

    public override Attack WithThreat(ThreatModel threat) => new LineSearch(threat, steps, farthest);

    protected internal override Tensor Search(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var objective = new PointObjective(model, PointLoss.Margin(labels), cost);
        var direction = Threat.AscentDirection(objective.Ascend(origin).Gradient, origin);
        var nearest = origin.clone();
        var found = zeros([origin.shape[0]], dtype: ScalarType.Bool);
        for (var step = 1; step <= steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var candidate = (origin + farthest * step / steps * direction).clamp(Threat.Bounds.Low, Threat.Bounds.High);
            var isNew = PointMargins.Margins(objective.Logits(candidate), labels).gt(0).logical_and(found.logical_not());
            nearest = where(PerPoint.Spread(isNew, origin), candidate, nearest);
            found = found.logical_or(isNew);
        }
        return nearest;
    }
}
