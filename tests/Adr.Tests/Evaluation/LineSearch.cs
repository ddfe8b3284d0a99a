using Adr.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

/// <summary>The simplest minimum-norm attack: along the gradient of the margin at the image, the first of equally
/// spaced points that is wrong.</summary>
internal sealed class LineSearch(ThreatModel threat, int steps = 20, double farthest = 1)
    : MinimumNormAttack($"line-{steps}", threat)
{
    public override int Steps => steps;

    public double Farthest => farthest;

    public override Tensor Search(AttackContext context)
    {
        var (origin, labels) = (context.Images, context.Labels);
        var gradient = context.Gradient(origin, logits => AttackLosses.Margin(logits, labels)).Gradient;
        var direction = Threat.AscentDirection(gradient, origin);
        var nearest = origin.clone();
        var found = zeros([origin.shape[0]], dtype: ScalarType.Bool);
        for (var step = 1; step <= steps; step++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var candidate = (origin + farthest * step / steps * direction).clamp(Threat.Bounds.Low, Threat.Bounds.High);
            var isNew = AttackLosses.Margin(context.Forward(candidate), labels).gt(0).logical_and(found.logical_not());
            nearest = where(PerExample.Spread(isNew, origin), candidate, nearest);
            found = found.logical_or(isNew);
        }
        return nearest;
    }
}
