using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>What <see cref="Fab"/> and <see cref="FabTargeted"/> share: the fast adaptive boundary attack (Croce and
/// Hein 2020, "Minimally distorted adversarial examples with a fast adaptive boundary attack", algorithm 1).</summary>
/// <remarks>
/// Each step linearises the decision boundary at the iterate, and projects both the iterate and the clean image on it
/// within the box. x⁺ = clip((1 − α)(x + η d₁) + α (x₀ + η d₂)) with α = min(‖d₁‖ / (‖d₁‖ + ‖d₂‖), α_max); from a
/// misclassified iterate the next step begins at x₀ + β (x − x₀). An example keeps its nearest misclassified iterate of
/// all runs; those that are misclassified as they are cost one forward pass.
/// </remarks>
public abstract class FabAttack : MinimumNormAttack
{
    private const double LeastLength = 1e-8; // of a way to the boundary, as the reference implementation has it
    private const double StartShare = 0.5;   // of ε, the radius of random starts

    /// <summary>Sets up the loop.</summary>
    /// <param name="name">The name in tables.</param>
    /// <param name="threat">Norm and box; ε is twice the radius of random starts.</param>
    /// <param name="steps">Steps of one run, at least 1.</param>
    /// <param name="restarts">Runs, at least 1: the first from the clean image, later ones from random
    /// examples.</param>
    /// <param name="alphaMax">The largest weight α_max of the clean image, in [0,1].</param>
    /// <param name="eta">How far beyond the boundary a step leads, η ≥ 1.</param>
    /// <param name="beta">What is left of the perturbation after a backward step, β in (0,1).</param>
    /// <param name="stopsWithinEpsilon">Whether an example is finished once a candidate within ε is
    /// misclassified.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    private protected FabAttack(
        string name,
        ThreatModel threat,
        int steps,
        int restarts,
        double alphaMax,
        double eta,
        double beta,
        bool stopsWithinEpsilon)
        : base(restarts > 1 ? $"{name}×{restarts}" : name, threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        Require.That(alphaMax is >= 0 and <= 1, alphaMax,
            "α_max is the largest weight of the clean image: it must be in [0,1].");
        Require.That(eta >= 1 && double.IsFinite(eta), eta,
            "η says how far beyond the boundary a step leads: it must be a finite number ≥ 1, such as 1.05.");
        Require.That(beta is > 0 and < 1, beta,
            "β is what a backward step leaves of the perturbation: it must be in (0,1).");
        (Steps, Restarts, AlphaMax, Eta, Beta, StopsWithinEpsilon)
            = (steps, restarts, alphaMax, eta, beta, stopsWithinEpsilon);
    }

    /// <summary>Steps of one run.</summary>
    public override int Steps { get; }

    /// <summary>The number of runs, for each target where there are targets.</summary>
    public int Restarts { get; }

    /// <summary>The largest weight α_max of the clean image in a step.</summary>
    public double AlphaMax { get; }

    /// <summary>How far beyond the boundary a step leads, η; 1 ends on it.</summary>
    public double Eta { get; }

    /// <summary>What is left of the perturbation after a backward step, β.</summary>
    public double Beta { get; }

    /// <summary>Whether an example is finished once a candidate within ε is misclassified: for accuracies at ε, which
    /// it does not change. Its distance is then no minimum.</summary>
    public bool StopsWithinEpsilon { get; }

    /// <summary>Which of the other classes, the likeliest first, are aimed at together: one range for each
    /// pass.</summary>
    /// <param name="others">How many there are, K − 1.</param>
    private protected abstract IEnumerable<(long First, long Count)> Passes(long others);

    /// <inheritdoc/>
    public sealed override Tensor Search(AttackContext context)
    {
        var clean = context.Forward(context.Images);
        using var others = context.Keep(OtherClasses.Ranked(clean, context.Labels)); // [b,K − 1]
        context.FinishMisclassified(clean);
        var stream = 0;
        foreach (var (first, count) in Passes(others.Rows.shape[1]))
            for (var run = 0; run < Restarts && context.Count > 0; run++)
            {
                using var scope = context.Run();
                using var classes = context.Keep(others.Rows.narrow(1, first, count));
                using var x = context.Keep(
                    run == 0 ? context.Images : RandomStart(context, context.Seeds.Fork(stream)));
                Approach(context, new Boundary(context, classes, Threat), x);
                stream++;
            }
        return context.Nearest;
    }

    // one run
    private void Approach(AttackContext context, Boundary boundary, ExampleState x)
    {
        for (var step = 0; step < Steps && context.Count > 0; step++)
        {
            using var scope = context.Step();
            x.Set(Next(x.Rows, context.Images, boundary.NearestTo(x.Rows)));
            var logits = context.Forward(x.Rows);
            context.OfferNearest(x.Rows, logits, Threat);
            var margins = ExampleMargins.Of(logits, context.Labels);
            if (StopsWithinEpsilon)
                context.Finish(
                    margins.AreSure().logical_and(Threat.Distance(x.Rows, context.Images).le(Threat.Epsilon)));
            // where x was still misclassified, a step that α_max does not shorten ends on the boundary exactly:
            // rounding must not decide
            x.SetWhere(margins.AreReached(), context.Images + Beta * (x.Rows - context.Images));
        }
    }

    // x⁺ of each example [b,C,H,W]; one by one on the CPU, since tensors of them all would go through memory again and
    // again
    private Tensor Next(Tensor x, Tensor origin, Hyperplane plane)
    {
        var (points, origins) = (new ExampleRows(x), new ExampleRows(origin));
        var (normals, next) = (new ExampleRows(plane.Normal), new ExampleRows(empty_like(x)));
        var rises = PerExample.Numbers(plane.Rise);
        var projection = new HyperplaneProjection(points.Length, Threat.Norm, Threat.Bounds);
        var (here, clean, normal) = (new double[points.Length], new double[points.Length], new double[points.Length]);
        var (way, wayFromClean) = (new double[points.Length], new double[points.Length]);
        var (eta, low, high) = (Eta, Threat.Bounds.Low, Threat.Bounds.High);
        for (var point = 0; point < rises.Length; point++)
        {
            points.Read(point, here);
            origins.Read(point, clean);
            normals.Read(point, normal);
            var gapFromClean = -rises[point];
            for (var i = 0; i < normal.Length; i++) gapFromClean += normal[i] * (here[i] - clean[i]);
            projection.Shortest(here, normal, -rises[point], way);
            projection.Shortest(clean, normal, gapFromClean, wayFromClean);
            var (length, lengthFromClean) = (Length(way), Length(wayFromClean));
            var alpha = Math.Min(length / (length + lengthFromClean), AlphaMax);
            for (var i = 0; i < here.Length; i++)
            {
                var (fromHere, fromClean) = (here[i] + eta * way[i], clean[i] + eta * wayFromClean[i]);
                here[i] = Math.Clamp((1 - alpha) * fromHere + alpha * fromClean, low, high);
            }
            next.Write(point, here);
        }
        return next.Tensor.to(x.device);
    }

    private double Length(ReadOnlySpan<double> way)
    {
        var (sum, squares, largest) = (0.0, 0.0, 0.0);
        foreach (var d in way)
            (sum, squares, largest) = (sum + Math.Abs(d), squares + d * d, Math.Max(largest, Math.Abs(d)));
        return Math.Max(Threat.Norm switch { Norm.Linf => largest, Norm.L1 => sum, _ => Math.Sqrt(squares) },
            LeastLength);
    }

    // on the surface of a ball of radius ε/2, then clipped to the box
    private Tensor RandomStart(AttackContext context, ExampleSeeds seeds)
    {
        var noise = Threat.Noise(context.Images, StartShare * Threat.Epsilon, seeds);
        return (context.Images + noise).clamp(Threat.Bounds.Low, Threat.Bounds.High);
    }
}

/// <summary>FAB: steps to the nearest decision boundary, made flat, with a pull towards the clean image (Croce and Hein
/// 2020).</summary>
/// <remarks>The nearest boundary is that of the class with the smallest |z_k − z_y| / ‖∇(z_k − z_y)‖ in the dual norm,
/// so a step takes K − 1 gradients; <see cref="FabTargeted"/> takes one.</remarks>
public sealed class Fab : FabAttack
{
    /// <summary>Sets up the attack; the defaults are the reference implementation's.</summary>
    /// <param name="threat">Norm (L∞, L2 or L1) and box; ε is twice the radius of random starts, for images in
    /// [0,1].</param>
    /// <param name="steps">Steps of one run, at least 1; each takes two forward passes of an example and K − 1
    /// gradients.</param>
    /// <param name="restarts">Runs, at least 1: the first from the clean image, later ones from random examples at
    /// ε/2.</param>
    /// <param name="alphaMax">The largest weight α_max of the clean image, in [0,1].</param>
    /// <param name="eta">How far beyond the boundary a step leads, η ≥ 1.</param>
    /// <param name="beta">What is left of the perturbation after a backward step, β in (0,1).</param>
    /// <param name="stopsWithinEpsilon">Whether an example is finished once a candidate within ε is
    /// misclassified.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public Fab(
        ThreatModel threat,
        int steps = 100,
        int restarts = 1,
        double alphaMax = 0.1,
        double eta = 1.05,
        double beta = 0.9,
        bool stopsWithinEpsilon = false)
        : base("FAB", threat, steps, restarts, alphaMax, eta, beta, stopsWithinEpsilon)
    {
    }

    private protected override IEnumerable<(long First, long Count)> Passes(long others) => [(0, others)];
}

/// <summary>FAB-T: FAB on the boundary to one other class after another, the likeliest on clean images first (Croce and
/// Hein 2020, "Reliable evaluation of adversarial robustness", section 5).</summary>
/// <remarks>It counts any wrong class, not the target alone. One gradient a step, however many classes there
/// are.</remarks>
public sealed class FabTargeted : FabAttack
{
    /// <summary>Sets up the attack; the defaults are Auto-Attack's.</summary>
    /// <param name="threat">Norm (L∞, L2 or L1) and box; ε is twice the radius of random starts, for images in
    /// [0,1].</param>
    /// <param name="steps">Steps of one run, at least 1; each takes two forward passes of an example and one
    /// gradient.</param>
    /// <param name="targets">How many classes to aim at, from the likeliest other one on clean images downwards; at
    /// most K − 1 are there.</param>
    /// <param name="restarts">Runs for each target, at least 1: the first from the clean image, later ones from random
    /// examples at ε/2.</param>
    /// <param name="alphaMax">The largest weight α_max of the clean image, in [0,1].</param>
    /// <param name="eta">How far beyond the boundary a step leads, η ≥ 1.</param>
    /// <param name="beta">What is left of the perturbation after a backward step, β in (0,1).</param>
    /// <param name="stopsWithinEpsilon">Whether an example is finished once a candidate within ε is
    /// misclassified.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public FabTargeted(
        ThreatModel threat,
        int steps = 100,
        int targets = 9,
        int restarts = 1,
        double alphaMax = 0.1,
        double eta = 1.05,
        double beta = 0.9,
        bool stopsWithinEpsilon = false)
        : base("FAB-T", threat, steps, restarts, alphaMax, eta, beta, stopsWithinEpsilon)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(targets, 1);
        Targets = targets;
    }

    /// <summary>How many classes it aims at, where there are so many.</summary>
    public int Targets { get; }

    /// <inheritdoc/>
    public override string? FallbackFor(int classes) => FewerTargets(Targets, classes);

    private protected override IEnumerable<(long First, long Count)> Passes(long others) =>
        Enumerable.Range(0, (int)Math.Min(Targets, others)).Select(target => ((long)target, 1L));
}
