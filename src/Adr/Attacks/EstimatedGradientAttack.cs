using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Projected ascent on the margin with gradients estimated from the logits alone, score-based: the loop of
/// <see cref="Spsa"/> and <see cref="Nes"/>.</summary>
/// <remarks>An example that is clearly misclassified is finished. An example keeps the iterate with the largest
/// margin.</remarks>
public abstract class EstimatedGradientAttack : Attack
{
    private const long LargestBatch = 2048; // images that go through the model at once

    /// <summary>Sets up the loop.</summary>
    /// <param name="name">The name in tables.</param>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">Steps, at least 1.</param>
    /// <param name="samples">Directions for one estimate, at least 1; each is evaluated on both sides.</param>
    /// <param name="sigma">How far away it evaluates, &gt; 0, for images in [0,1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    private protected EstimatedGradientAttack(
        string name,
        ThreatModel threat,
        int steps,
        int samples,
        double sigma) : base(name, threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        Require.That(sigma > 0 && double.IsFinite(sigma), sigma, "σ must be a finite number > 0, for images in [0,1].");
        (Steps, Samples, Sigma) = (steps, samples, sigma);
    }

    /// <inheritdoc/>
    public override int Steps { get; }

    /// <summary>Directions for one estimate.</summary>
    public int Samples { get; }

    /// <summary>How far away it evaluates, for images in [0,1].</summary>
    public double Sigma { get; }

    /// <inheritdoc/>
    public override bool NeedsGradient => false;

    /// <summary>The random directions of one estimate's pair [b,…].</summary>
    private protected abstract Tensor Direction(Tensor like, ExampleSeeds seeds);

    /// <summary>From the estimates of an attack to its steps.</summary>
    private protected abstract Func<Tensor, Tensor> NewStep(AttackContext context);

    /// <inheritdoc/>
    public sealed override Tensor Perturb(AttackContext context)
    {
        var toStep = NewStep(context);
        using var x = context.Keep(Threat.RandomStart(context.Images, context.Seeds.Fork(0)));
        using (context.Step()) Offer();
        for (var step = 0; step < Steps && context.Count > 0; step++)
        {
            using var scope = context.Step();
            var gradient = Estimate(context, x.Rows, context.Seeds.Fork(1 + step));
            x.Set(Threat.Project(x.Rows + toStep(gradient), context.Images));
            Offer();
        }
        return context.Best;

        void Offer() => context.Offer(x.Rows, context.Forward(x.Rows), stopEarly: true);
    }

    // g = mean over v of (L(x + σ v) − L(x − σ v)) / (2 σ) · v, where L is the margin; x ± σ v may leave the box a
    // little
    private Tensor Estimate(AttackContext context, Tensor x, ExampleSeeds seeds)
    {
        var examples = x.shape[0];
        var gradient = zeros_like(x);
        var atOnce = (int)Math.Clamp(LargestBatch / (2 * examples), 1, Samples);
        for (var first = 0; first < Samples; first += atOnce)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(atOnce, Samples - first);
            var pairs = Enumerable.Range(first, count);
            var directions = stack([.. pairs.Select(pair => Direction(x, seeds.Fork(pair)))], 1); // [b,m,C,H,W]
            var centre = x.unsqueeze(1);
            // [b·2m,C,H,W]
            var asked = cat([centre + Sigma * directions, centre - Sigma * directions], 1).flatten(0, 1);
            var labels = context.Labels.repeat_interleave(2L * count);
            var margins = AttackLosses.Margin(context.Forward(asked), labels).view(examples, 2, count); // [b,2,m]
            var slopes = (margins.select(1, 0) - margins.select(1, 1)) / (2 * Sigma);                          // [b,m]
            long[] broad = [examples, count, .. Enumerable.Repeat(1L, x.shape.Length - 1)];
            gradient.add_((slopes.view(broad) * directions).sum(1));
        }
        return gradient.div_(Samples);
    }
}
