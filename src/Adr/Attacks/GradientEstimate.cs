using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Gradients from answers alone: g = mean over v of (L(x + σ v) − L(x − σ v)) / (2 σ) · v, for random directions v.</summary>
/// <remarks>L is the margin, max over k ≠ y of z_k minus z_y.</remarks>
/// <param name="model">The model.</param>
/// <param name="cost">What counts.</param>
/// <param name="sigma">σ, in pixel units.</param>
/// <param name="pairs">The number of directions.</param>
/// <param name="isNormal">Whether directions are standard normal (NES), not of random signs (SPSA).</param>
internal sealed class GradientEstimate(nn.Module<Tensor, Tensor> model, AttackCost cost, double sigma, int pairs, bool isNormal)
{
    private const long LargestBatch = 2048; // images that go through the model at once

    /// <summary>The estimate at candidates [b,C,H,W].</summary>
    /// <param name="candidate">[b,C,H,W]; directions lead out of the box here and there, where the model must still answer.</param>
    /// <param name="labels">[b].</param>
    /// <param name="seeds">One index per point.</param>
    internal Tensor At(Tensor candidate, Tensor labels, PointSeeds seeds)
    {
        using var scope = NewDisposeScope();
        var points = candidate.shape[0];
        var gradient = zeros_like(candidate);
        var atOnce = (int)Math.Clamp(LargestBatch / (2 * points), 1, pairs);
        for (var first = 0; first < pairs; first += atOnce)
        {
            using var inner = NewDisposeScope();
            var count = Math.Min(atOnce, pairs - first);
            var directions = stack([.. Enumerable.Range(first, count).Select(pair => Direction(candidate, seeds.Fork(pair)))], 1); // [b,m,C,H,W]
            var centre = candidate.unsqueeze(1);
            var asked = cat([centre + sigma * directions, centre - sigma * directions], 1).flatten(0, 1);                          // [b·2m,C,H,W]
            var margins = PointMargins.Margins(cost.Ask(model, asked), labels.repeat_interleave(2L * count)).view(points, 2, count); // [b,2,m]
            var slopes = (margins.select(1, 0) - margins.select(1, 1)) / (2 * sigma);                                              // [b,m]
            gradient.add_((slopes.view([points, count, .. Enumerable.Repeat(1L, candidate.shape.Length - 1)]) * directions).sum(1));
        }
        return gradient.div_(pairs).MoveToOuterDisposeScope();
    }

    private Tensor Direction(Tensor candidate, PointSeeds seeds)
    {
        if (isNormal) return seeds.Normal(candidate.shape, candidate.device).to(candidate.dtype);
        return (seeds.Uniform(candidate.shape, 0, 1, candidate.device).ge(0.5).to(candidate.dtype) * 2) - 1;
    }
}
