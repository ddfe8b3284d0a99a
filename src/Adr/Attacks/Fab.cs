using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>FAB: steps to the nearest decision boundary, made flat, with a pull towards the clean image (Croce and Hein 2020).</summary>
/// <remarks>The nearest boundary is that of the class with the smallest |z_k − z_y| / ‖∇(z_k − z_y)‖ in the dual norm, so a step takes K − 1 gradients; <see cref="FabTargeted"/> takes one.</remarks>
public sealed class Fab : FabAttack
{
    /// <summary>Sets up the attack; the defaults are the reference implementation's.</summary>
    /// <param name="threat">Norm (L∞, L2 or L1) and box; ε is twice the radius of random starts, in pixel units.</param>
    /// <param name="steps">Steps of one run, at least 1; each takes two looks at a point and K − 1 gradients.</param>
    /// <param name="restarts">Runs, at least 1: the first from the clean image, later ones from random points at ε/2.</param>
    /// <param name="alphaMax">The largest weight α_max of the clean image, in [0,1].</param>
    /// <param name="eta">How far beyond the boundary a step leads, η ≥ 1.</param>
    /// <param name="beta">What is left of the perturbation after a backward step, β in (0,1).</param>
    /// <param name="stopsWithinEpsilon">Whether a point is left alone once a candidate within ε is misclassified.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public Fab(ThreatModel threat, int steps = 100, int restarts = 1, double alphaMax = 0.1, double eta = 1.05, double beta = 0.9, bool stopsWithinEpsilon = false)
        : base("FAB", threat, steps, restarts, alphaMax, eta, beta, stopsWithinEpsilon)
    {
    }

    /// <inheritdoc/>
    public override Attack WithThreat(ThreatModel threat) => new Fab(threat, Steps, Restarts, AlphaMax, Eta, Beta, StopsWithinEpsilon);

    private protected override IEnumerable<Tensor> Passes(Tensor others) => [others];
}
