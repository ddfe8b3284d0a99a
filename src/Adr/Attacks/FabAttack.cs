using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>What <see cref="Fab"/> and <see cref="FabTargeted"/> share: the fast adaptive boundary attack (Croce and Hein 2020, "Minimally distorted adversarial examples with a fast adaptive boundary attack", algorithm 1).</summary>
/// <remarks>
/// Each step makes the decision boundary flat where the iterate stands, and projects both the iterate and the clean image on it within the box.
/// x⁺ = clip((1 − α)(x + η d₁) + α (x₀ + η d₂)) with α = min(‖d₁‖ / (‖d₁‖ + ‖d₂‖), α_max); from a misclassified iterate the next step begins at
/// x₀ + β (x − x₀). A point keeps its nearest misclassified iterate of all runs; those that are wrong as they are cost one look.
/// </remarks>
public abstract class FabAttack : MinimumNormAttack
{
    private const double LeastLength = 1e-8; // of a way to the boundary, as the reference implementation has it
    private const double StartShare = 0.5;   // of ε, the radius of random starts

    /// <summary>Sets up the loop.</summary>
    /// <param name="name">The name in tables.</param>
    /// <param name="threat">Norm and box; ε is twice the radius of random starts.</param>
    /// <param name="steps">Steps of one run, at least 1.</param>
    /// <param name="restarts">Runs, at least 1: the first from the clean image, later ones from random points.</param>
    /// <param name="alphaMax">The largest weight α_max of the clean image, in [0,1].</param>
    /// <param name="eta">How far beyond the boundary a step leads, η ≥ 1.</param>
    /// <param name="beta">What is left of the perturbation after a backward step, β in (0,1).</param>
    /// <param name="stopsWithinEpsilon">Whether a point is left alone once a candidate within ε is misclassified.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    private protected FabAttack(string name, ThreatModel threat, int steps, int restarts, double alphaMax, double eta, double beta, bool stopsWithinEpsilon)
        : base(restarts > 1 ? $"{name}×{restarts}" : name, threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        if (!(alphaMax is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(alphaMax), alphaMax, "α_max is the largest weight of the clean image: it must be in [0,1].");
        if (!(eta >= 1 && double.IsFinite(eta))) throw new ArgumentOutOfRangeException(nameof(eta), eta, "η says how far beyond the boundary a step leads: it must be a finite number ≥ 1, such as 1.05.");
        if (!(beta is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(beta), beta, "β is what a backward step leaves of the perturbation: it must be in (0,1).");
        (Steps, Restarts, AlphaMax, Eta, Beta, StopsWithinEpsilon) = (steps, restarts, alphaMax, eta, beta, stopsWithinEpsilon);
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

    /// <summary>Whether a point is left alone once a candidate within ε is misclassified: for accuracies at ε, which it does not change. Its distance is then no minimum.</summary>
    public bool StopsWithinEpsilon { get; }

    /// <summary>The classes whose boundaries are looked for, one pass after another [B,M] each.</summary>
    /// <param name="others">All other classes of each point, the likeliest first [B,K − 1].</param>
    private protected abstract IEnumerable<Tensor> Passes(Tensor others);

    /// <inheritdoc/>
    protected internal sealed override Tensor Search(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var clean = cost.Ask(model, origin);
        var points = new BoundaryPoints(origin, labels, clean, Threat);
        var stream = 0;
        foreach (var classes in Passes(OtherClasses.Ranked(clean, labels)))
            for (var run = 0; run < Restarts && points.Count > 0; run++)
            {
                var start = run == 0 ? points.Origin.clone() : RandomStart(points, seeds.Fork(stream));
                Approach(points, new Boundary(model, points.Labels, points.Of(classes), Threat, cost), start, cancellation);
                stream++;
            }
        return points.Nearest;
    }

    // one run; frees the start
    private void Approach(BoundaryPoints points, Boundary boundary, Tensor start, CancellationToken cancellation)
    {
        using var x = new PointState(start);
        start.Dispose();
        for (var step = 0; step < Steps && points.Count > 0; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var plane = boundary.NearestTo(x.Rows);
            points.Watch(plane.Normal);
            x.Set(Next(x.Rows, points.Origin, plane));
            var logits = boundary.Logits(x.Rows);
            points.Offer(x.Rows, logits);
            if (StopsWithinEpsilon) points.FinishWithinEpsilon(x.Rows, logits);
            // where x was still misclassified, a step that α_max does not shorten ends on the boundary exactly: rounding must not decide
            x.SetWhere(PointMargins.Of(logits, points.Labels).AreReached(), points.Origin + Beta * (x.Rows - points.Origin));
            if (!StopsWithinEpsilon) continue;
            if (points.LeaveFinished() is not { } left) continue;
            x.Select(left);
            boundary = boundary.Select(left);
        }
        if (!StopsWithinEpsilon) return;
        using var last = NewDisposeScope(); // what stays goes to the scope outside this one
        points.LeaveFinished(all: true);
    }

    // x⁺ of each point [b,C,H,W]; point by point on the CPU, since tensors of them all would go through memory again and again
    private Tensor Next(Tensor x, Tensor origin, Hyperplane plane)
    {
        var (points, origins, normals, next) = (new PointRows(x), new PointRows(origin), new PointRows(plane.Normal), new PointRows(empty_like(x)));
        var rises = PerPoint.Numbers(plane.Rise);
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
                here[i] = Math.Clamp((1 - alpha) * (here[i] + eta * way[i]) + alpha * (clean[i] + eta * wayFromClean[i]), low, high);
            next.Write(point, here);
        }
        return next.Tensor.to(x.device);
    }

    private double Length(ReadOnlySpan<double> way)
    {
        var (sum, squares, largest) = (0.0, 0.0, 0.0);
        foreach (var d in way) (sum, squares, largest) = (sum + Math.Abs(d), squares + d * d, Math.Max(largest, Math.Abs(d)));
        return Math.Max(Threat.Norm switch { Norm.Linf => largest, Norm.L1 => sum, _ => Math.Sqrt(squares) }, LeastLength);
    }

    // on the surface of a ball of radius ε/2, then clipped to the box
    private Tensor RandomStart(BoundaryPoints points, PointSeeds seeds)
    {
        using var scope = NewDisposeScope();
        var noise = Threat.Noise(points.Origin, StartShare * Threat.Epsilon, points.Of(seeds));
        return (points.Origin + noise).clamp(Threat.Bounds.Low, Threat.Bounds.High).MoveToOuterDisposeScope();
    }
}
