using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Projected ascent on the margin with gradients estimated from answers alone: the loop of <see cref="Spsa"/> and <see cref="Nes"/>.</summary>
/// <remarks>A point that is clearly broken is left alone. A point keeps the iterate with the largest margin.</remarks>
public abstract class EstimatedGradientAttack : Attack
{
    /// <summary>Sets up the loop.</summary>
    /// <param name="name">The name in tables.</param>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">Steps, at least 1.</param>
    /// <param name="samples">Directions for one estimate, at least 1; each is asked on both sides.</param>
    /// <param name="sigma">How far it asks, &gt; 0, in pixel units.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    private protected EstimatedGradientAttack(string name, ThreatModel threat, int steps, int samples, double sigma) : base(name, threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        if (!(sigma > 0 && double.IsFinite(sigma))) throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "σ must be a finite number > 0, in pixel units.");
        (Steps, Samples, Sigma) = (steps, samples, sigma);
    }

    /// <inheritdoc/>
    public override int Steps { get; }

    /// <summary>Directions for one estimate.</summary>
    public int Samples { get; }

    /// <summary>How far it asks, in pixel units.</summary>
    public double Sigma { get; }

    /// <inheritdoc/>
    public override bool NeedsGradient => false;

    /// <summary>Whether directions are standard normal, not of random signs.</summary>
    private protected abstract bool HasNormalDirections { get; }

    /// <summary>How an estimate becomes a step.</summary>
    private protected abstract IStepRule NewRule(Tensor origin);

    /// <inheritdoc/>
    protected internal sealed override Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var points = new AttackedPoints(origin, labels, KeptIterate.Broken);
        var estimate = new GradientEstimate(model, cost, Sigma, Samples, HasNormalDirections);
        using var rule = NewRule(origin);
        using var x = new PointState(Threat.RandomStart(origin, seeds.Fork(0)));
        for (var step = 0; step <= Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            points.Offer(x.Rows, cost.Ask(model, x.Rows));
            if (points.LeaveBroken() is { } left)
            {
                x.Select(left);
                rule.Select(left);
            }
            if (step == Steps || points.Count == 0) break; // the last iterate is looked at too
            var gradient = estimate.At(x.Rows, points.Labels, points.Of(seeds).Fork(1 + step));
            x.Set(Threat.Project(x.Rows + rule.Step(gradient, x.Rows), points.Origin));
        }
        return points.Best;
    }
}
