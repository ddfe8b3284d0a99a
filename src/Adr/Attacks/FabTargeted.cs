using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>FAB-T: FAB on the boundary to one other class after another, the likeliest on clean images first (Croce and Hein 2020, "Reliable evaluation of adversarial robustness", section 5).</summary>
/// <remarks>It counts any wrong class, not the target alone. One gradient a step, however many classes there are.</remarks>
public sealed class FabTargeted : FabAttack
{
    /// <summary>Sets up the attack; the defaults are Auto-Attack's.</summary>
    /// <param name="threat">Norm (L∞, L2 or L1) and box; ε is twice the radius of random starts, in pixel units.</param>
    /// <param name="steps">Steps of one run, at least 1; each takes two looks at a point and one gradient.</param>
    /// <param name="targets">How many classes to aim at, from the likeliest other one on clean images downwards; at most K − 1 are there.</param>
    /// <param name="restarts">Runs for each target, at least 1: the first from the clean image, later ones from random points at ε/2.</param>
    /// <param name="alphaMax">The largest weight α_max of the clean image, in [0,1].</param>
    /// <param name="eta">How far beyond the boundary a step leads, η ≥ 1.</param>
    /// <param name="beta">What is left of the perturbation after a backward step, β in (0,1).</param>
    /// <param name="stopsWithinEpsilon">Whether a point is left alone once a candidate within ε is misclassified.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public FabTargeted(ThreatModel threat, int steps = 100, int targets = 9, int restarts = 1, double alphaMax = 0.1, double eta = 1.05, double beta = 0.9, bool stopsWithinEpsilon = false)
        : base("FAB-T", threat, steps, restarts, alphaMax, eta, beta, stopsWithinEpsilon)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(targets, 1);
        Targets = targets;
    }

    /// <summary>How many classes it aims at, where there are so many.</summary>
    public int Targets { get; }

    /// <inheritdoc/>
    public override string? FallbackFor(int classes) => classes - 1 < Targets
        ? $"{Targets} targets were asked for, but there are {classes - 1} other classes: all of them were aimed at."
        : null;

    /// <inheritdoc/>
    public override Attack WithThreat(ThreatModel threat) => new FabTargeted(threat, Steps, Targets, Restarts, AlphaMax, Eta, Beta, StopsWithinEpsilon);

    private protected override IEnumerable<Tensor> Passes(Tensor others) =>
        Enumerable.Range(0, (int)Math.Min(Targets, others.shape[1])).Select(target => others.narrow(1, target, 1));
}
