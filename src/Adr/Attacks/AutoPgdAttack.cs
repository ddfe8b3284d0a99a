using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>What <see cref="Apgd"/> and <see cref="ApgdTargeted"/> share: Auto-PGD runs from starts on the ball's surface (Croce and Hein 2020).</summary>
public abstract class AutoPgdAttack : Attack
{
    // Under L1 with growing radii: 3ε, 2ε, ε, for these shares of the steps (Croce and Hein 2021, section 4.2).
    private static readonly (double Radius, double Share)[] Stages = [(3, 0.3), (2, 0.3), (1, 0.4)];

    /// <summary>Sets up the runs.</summary>
    /// <param name="name">The name in tables.</param>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="steps">Gradient steps of one run, at least 1.</param>
    /// <param name="restarts">Runs, each from its own random start, at least 1.</param>
    /// <param name="gradientSamples">Answers of the model that make one gradient: more than 1 for a model that answers at random.</param>
    /// <param name="largerRadii">Under L1 alone: begin at 3ε and 2ε.</param>
    /// <param name="keep">Which iterate a point keeps: Worst or Broken.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the settings do not fit together.</exception>
    protected AutoPgdAttack(string name, ThreatModel threat, int steps, int restarts, int gradientSamples, bool largerRadii, KeptIterate keep) : base(name, threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(gradientSamples, 1);
        if (keep is not (KeptIterate.Worst or KeptIterate.Broken))
            throw new ArgumentOutOfRangeException(nameof(keep), keep, "Auto-PGD keeps the worst iterate, or stops where a point is broken: KeptIterate.Worst or Broken.");
        if (largerRadii && threat.Norm != Norm.L1)
            throw new ArgumentException($"Larger radii at first are made for L1, not for {threat.Norm.Symbol()}.", nameof(largerRadii));
        (Steps, Restarts, GradientSamples, LargerRadii, Keep) = (steps, restarts, gradientSamples, largerRadii, keep);
    }

    /// <inheritdoc/>
    public override int Steps { get; }

    /// <summary>The number of runs, for each target where there are targets.</summary>
    public int Restarts { get; }

    /// <summary>Answers of the model that make one gradient (expectation over transformation).</summary>
    public int GradientSamples { get; }

    /// <summary>Whether runs begin at 3ε and 2ε (L1 only).</summary>
    public bool LargerRadii { get; }

    /// <summary>Which iterate a point keeps.</summary>
    public KeptIterate Keep { get; }

    /// <summary>One run from a fresh start, on the points that are left.</summary>
    private protected void Climb(AttackedPoints points, PointObjective objective, PointSeeds seeds, CancellationToken cancellation)
    {
        var x = Start(points, seeds);
        foreach (var (threat, steps) in Plan())
        {
            if (points.Count == 0) break;
            var inside = threat.Epsilon <= Threat.Epsilon;
            if (LargerRadii) x = threat.Project(x, points.Origin);
            using var run = Threat.Norm == Norm.L1
                ? new SparseApgdRun(steps, GradientSamples, threat, points, objective, inside, isFresh: !LargerRadii)
                : new ApgdRun(steps, GradientSamples, threat, points, objective, inside);
            run.From(x, cancellation);
            x.Dispose();
            x = run.Best.clone();
        }
        x.Dispose();
        using var scope = NewDisposeScope(); // what stays goes to the scope outside this one
        points.LeaveBroken(all: true);
    }

    // the radii one after another, with their steps
    private IEnumerable<(ThreatModel Threat, int Steps)> Plan()
    {
        if (!LargerRadii) return [(Threat, Steps)];
        var first = Stages.Take(Stages.Length - 1).Select(stage => (int)Math.Ceiling(stage.Share * Steps)).ToArray();
        return Stages.Select((stage, i) => (Threat.WithEpsilon(stage.Radius * Threat.Epsilon), i < first.Length ? first[i] : Steps - first.Sum()));
    }

    // L∞, L2: on the surface of the ball, cut with the box; L1: a normal step, projected
    private Tensor Start(AttackedPoints points, PointSeeds seeds)
    {
        using var scope = NewDisposeScope();
        var threat = Threat.WithEpsilon((LargerRadii ? Stages[0].Radius : 1) * Threat.Epsilon);
        var (origin, own) = (points.Origin, points.Of(seeds));
        var noise = Threat.Norm == Norm.L1 ? own.Normal(origin.shape, origin.device) : threat.Noise(origin, threat.Epsilon, own);
        return threat.Project(origin + noise, origin).MoveToOuterDisposeScope();
    }
}
