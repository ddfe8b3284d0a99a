using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>What <see cref="Apgd"/> and <see cref="ApgdTargeted"/> share: Auto-PGD, PGD with momentum that sets its own
/// step size, from starts on the ball's surface (Croce and Hein 2020, section 3).</summary>
/// <remarks>Under L1 it takes the sparse steps of Croce and Hein 2021, "Mind the box". An example keeps the iterate
/// with the largest margin.</remarks>
public abstract class AutoPgdAttack : Attack
{
    // Under L1 with growing radii: 3ε, 2ε, ε, for these shares of the steps (Croce and Hein 2021, section 4.2).
    private static readonly (double Radius, double Share)[] Stages = [(3, 0.3), (2, 0.3), (1, 0.4)];

    private protected AutoPgdAttack(
        string name,
        ThreatModel threat,
        int steps,
        int restarts,
        int gradientSamples,
        bool largerRadii,
        KeptIterate keep) : base(name, threat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(gradientSamples, 1);
        Require.That(keep is KeptIterate.Worst or KeptIterate.EarlyStop, keep,
            "Auto-PGD keeps the worst iterate, or stops early: use KeptIterate.Worst or EarlyStop.");
        (Steps, Restarts, GradientSamples, LargerRadii, Keep) = (steps, restarts, gradientSamples, largerRadii, keep);
        CheckThreat(threat);
    }

    /// <inheritdoc/>
    public override int Steps { get; }

    /// <summary>The number of runs, for each target where there are targets.</summary>
    public int Restarts { get; }

    /// <summary>Evaluations of the model for one gradient (expectation over transformation).</summary>
    public int GradientSamples { get; }

    /// <summary>Whether runs begin at 3ε and 2ε (L1 only).</summary>
    public bool LargerRadii { get; }

    /// <summary>Which iterate an example keeps.</summary>
    public KeptIterate Keep { get; }

    /// <inheritdoc/>
    protected override void CheckThreat(ThreatModel threat)
    {
        if (LargerRadii && threat.Norm != Norm.L1)
            throw new ArgumentException($"Larger radii at first are made for L1, not for {threat.Norm.Symbol()}.",
                nameof(threat));
    }

    /// <summary>One run from a fresh start, on the examples that are left.</summary>
    private protected void Climb(AttackContext context, Func<Tensor, Tensor> loss, ExampleSeeds seeds)
    {
        using var scope = context.Run();
        using var x = context.Keep(Start(context, seeds));
        foreach (var (threat, steps) in Plan())
        {
            if (context.Count == 0) return;
            if (LargerRadii) x.Set(threat.Project(x.Rows, context.Images));
            // an iterate of a larger radius is no candidate
            KeptIterate? keep = threat.Epsilon <= Threat.Epsilon ? Keep : null;
            using var run = Threat.Norm == Norm.L1
                ? new SparseApgdRun(context, threat, loss, steps, GradientSamples, keep, isFresh: !LargerRadii)
                : new ApgdRun(context, threat, loss, steps, GradientSamples, keep);
            run.From(x.Rows);
            x.Set(run.Best);
        }
    }

    // the radii one after another, with their steps
    private IEnumerable<(ThreatModel Threat, int Steps)> Plan()
    {
        if (!LargerRadii) return [(Threat, Steps)];
        var first = Stages.SkipLast(1).Select(stage => (int)Math.Ceiling(stage.Share * Steps)).ToArray();
        return Stages.Select((stage, i) =>
            (Threat.WithEpsilon(stage.Radius * Threat.Epsilon), i < first.Length ? first[i] : Steps - first.Sum()));
    }

    // L∞, L2: on the surface of the ball, cut with the box; L1: a normal step, projected
    private Tensor Start(AttackContext context, ExampleSeeds seeds)
    {
        var threat = Threat.WithEpsilon((LargerRadii ? Stages[0].Radius : 1) * Threat.Epsilon);
        var origin = context.Images;
        var noise = Threat.Norm == Norm.L1
            ? seeds.Normal(origin.shape, origin.device)
            : threat.Noise(origin, threat.Epsilon, seeds);
        return threat.Project(origin + noise, origin);
    }
}

/// <summary>APGD-CE and APGD-DLR: Auto-PGD on cross-entropy or on the difference-of-logits ratio (Croce and Hein 2020,
/// section 3).</summary>
public sealed class Apgd : AutoPgdAttack
{
    /// <summary>Sets up the attack; the defaults are Auto-Attack's.</summary>
    /// <param name="threat">What the attacker may do.</param>
    /// <param name="loss">What is increased: CrossEntropy, Dlr or Margin.</param>
    /// <param name="steps">Gradient steps of one run; one more gradient is taken at the start.</param>
    /// <param name="restarts">Runs, each from its own random start.</param>
    /// <param name="gradientSamples">Evaluations of the model for one gradient: 20 in Auto-Attack's version for models
    /// that answer at random.</param>
    /// <param name="largerRadii">Under L1 alone: begin at 3ε and 2ε, for 30 % of the steps each.</param>
    /// <param name="keep">Worst, or EarlyStop, which finds as many for less.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the settings do not fit together.</exception>
    public Apgd(ThreatModel threat, AttackLoss loss = AttackLoss.CrossEntropy, int steps = 100, int restarts = 1,
        int gradientSamples = 1, bool largerRadii = false, KeptIterate keep = KeptIterate.Worst)
        : base(NameOf(loss, restarts), threat, steps, restarts, gradientSamples, largerRadii, keep)
    {
        Require.That(loss is AttackLoss.CrossEntropy or AttackLoss.Dlr or AttackLoss.Margin, loss,
            "Auto-PGD increases CrossEntropy, Dlr or Margin.");
        Loss = loss;
    }

    /// <summary>What is increased.</summary>
    public AttackLoss Loss { get; }

    /// <inheritdoc/>
    public override string? FallbackFor(int classes) => Loss.FallbackFor(classes);

    /// <inheritdoc/>
    public override Tensor Perturb(AttackContext context)
    {
        for (var run = 0; run < Restarts && context.Count > 0; run++)
            Climb(context, logits => AttackLosses.Of(Loss, logits, context.Labels), context.Seeds.Fork(run));
        return context.Best;
    }

    private static string NameOf(AttackLoss loss, int restarts)
    {
        var kind = loss switch { AttackLoss.Dlr => "APGD-DLR", AttackLoss.Margin => "APGD-CW", _ => "APGD-CE" };
        return restarts > 1 ? $"{kind}×{restarts}" : kind;
    }
}

/// <summary>APGD-T: Auto-PGD on the targeted DLR, towards the likeliest other classes one after another (Croce and Hein
/// 2020, section 4 and eq. 7).</summary>
/// <remarks>It succeeds where the model gives any wrong class, not the target alone.</remarks>
public sealed class ApgdTargeted : AutoPgdAttack
{
    /// <summary>Sets up the attack; the defaults are Auto-Attack's.</summary>
    /// <param name="threat">What the attacker may do.</param>
    /// <param name="steps">Gradient steps of one run; one more gradient is taken at the start.</param>
    /// <param name="targets">How many classes to aim at, from the second likeliest on clean images downwards; at most K
    /// − 1.</param>
    /// <param name="restarts">Runs for each target.</param>
    /// <param name="largerRadii">Under L1 alone: begin at 3ε and 2ε, for 30 % of the steps each.</param>
    /// <param name="keep">Worst, or EarlyStop, which finds as many for less.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the settings do not fit together.</exception>
    public ApgdTargeted(
        ThreatModel threat,
        int steps = 100,
        int targets = 9,
        int restarts = 1,
        bool largerRadii = false,
        KeptIterate keep = KeptIterate.Worst)
        : base("APGD-T", threat, steps, restarts, gradientSamples: 1, largerRadii, keep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(targets, 1);
        Targets = targets;
    }

    /// <summary>How many classes it aims at, where there are so many.</summary>
    public int Targets { get; }

    /// <inheritdoc/>
    public override string? FallbackFor(int classes)
    {
        string?[] notes =
        [
            classes < 4
                ? $"The targeted DLR needs 4 classes, but there are {classes}: the difference of the two logits was "
                    + $"increased instead."
                : null,
            FewerTargets(Targets, classes),
        ];
        return notes.Any(note => note is not null) ? string.Join(" ", notes.OfType<string>()) : null;
    }

    /// <inheritdoc/>
    public override Tensor Perturb(AttackContext context)
    {
        // [b,K − 1]
        using var others = context.Keep(OtherClasses.Ranked(context.Forward(context.Images), context.Labels));
        for (var target = 0; target < Math.Min(Targets, others.Rows.shape[1]); target++)
            for (var run = 0; run < Restarts && context.Count > 0; run++)
            {
                var aim = target;
                Climb(context, logits => AttackLosses.TargetedDlr(logits, context.Labels, others.Rows.select(1, aim)),
                    context.Seeds.Fork(Restarts * target + run));
            }
        return context.Best;
    }
}
