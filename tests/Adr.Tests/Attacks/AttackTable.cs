using Adr.Attacks;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Tests.Attacks;

/// <summary>One attack with the settings it is tested at, and what it promises.</summary>
/// <param name="Name">What test names show.</param>
/// <param name="Make">The attack under a threat model.</param>
internal sealed record AttackRow(string Name, Func<ThreatModel, Attack> Make)
{
    /// <summary>Whether the seed matters.</summary>
    internal bool Random { get; init; }

    /// <summary>Whether it makes the model wrong on purpose. The KL attacks only drive predictions apart.</summary>
    internal bool SeeksErrors { get; init; } = true;

    /// <summary>
    /// The same attack with n times the budget, n ≥ 1, such that the smaller one's candidates are all among the larger one's;
    /// null where a larger budget is no superset.
    /// </summary>
    internal Func<ThreatModel, int, Attack>? Budget { get; init; }

    /// <summary>Whether a point is left alone once it is broken, so that neither its steps nor its margin are those of the whole attack.</summary>
    internal bool StopsEarly { get; init; }

    /// <summary>By how much it lowers the accuracy of a small trained model, at least.</summary>
    internal double LeastFall { get; init; } = 0.5;

    /// <summary>How close to the optimum it gets on a linear model, where the optimum is known: share of ε‖w‖.</summary>
    internal double LinearShare { get; init; } = 0.999;

    /// <summary>The norms that it works in; samples of another norm are taken in the first of these.</summary>
    internal Norm[] Norms { get; init; } = Enum.GetValues<Norm>();

    /// <summary>Any valid case in one of its norms.</summary>
    internal Gen<AttackCase> Cases => AttackCase.Any.Select(sample => Norms.Contains(sample.Norm) ? sample : sample with { Norm = Norms[0] });
}

/// <summary>Every attack under test. A new attack gets all the laws of <see cref="AttackLawTests"/> by one row here.</summary>
internal static class AttackTable
{
    internal static readonly IReadOnlyList<AttackRow> Rows =
    [
        new("FGSM", threat => new Fgsm(threat)),
        new("FGSM on the margin", threat => new Fgsm(threat, AttackLoss.Margin)),
        new("BIM", threat => new Bim(threat, 4)),
        new("BIM, best iterate", threat => new Bim(threat, 4, keep: KeptIterate.Worst))
        {
            Budget = (threat, n) => new Bim(threat, 2 * n, 0.3 * threat.Epsilon, keep: KeptIterate.Worst),
        },
        new("PGD", threat => new Pgd(threat, 6)) { Random = true, LinearShare = 0.8 },
        new("PGD, fixed step", threat => new Pgd(threat, 5, 0.4 * Math.Max(threat.Epsilon, 0.01))) { Random = true, LinearShare = 0.7 },
        new("PGD, restarts", threat => new Pgd(threat, 5, restarts: 2))
        {
            Random = true, LinearShare = 0.8,
            Budget = (threat, n) => new Pgd(threat, 2, 0.3 * threat.Epsilon, restarts: n + 1),
        },
        new("PGD, best iterate of restarts", threat => new Pgd(threat, 5, restarts: 2, keep: KeptIterate.Worst, loss: AttackLoss.Margin))
        {
            Random = true, LinearShare = 0.8,
            Budget = (threat, n) => new Pgd(threat, 3, 0.3 * threat.Epsilon, restarts: n, keep: KeptIterate.Worst),
        },
        new("PGD, until broken", threat => new Pgd(threat, 6, restarts: 2, keep: KeptIterate.Broken))
        {
            Random = true, StopsEarly = true,
            Budget = (threat, n) => new Pgd(threat, 3, 0.3 * threat.Epsilon, restarts: n, keep: KeptIterate.Broken),
        },
        new("PGD, small Gaussian start", threat => new Pgd(threat, 5, keep: KeptIterate.Worst, start: AttackStart.Gaussian))
        {
            Random = true,
            Budget = (threat, n) => new Pgd(threat, n, 0.3 * threat.Epsilon, keep: KeptIterate.Worst, start: AttackStart.Gaussian),
        },
        new("TRADES' inner attack", threat => Pgd.Trades(threat, 4)) { Random = true, SeeksErrors = false, LeastFall = 0.3 },
        new("PGD on KL", threat => new Pgd(threat, 4, restarts: 2, loss: AttackLoss.KullbackLeibler)) { Random = true, SeeksErrors = false, LeastFall = 0.3 },
        new("PGD on the logit ratio", threat => new Pgd(threat, 6, keep: KeptIterate.Worst, loss: AttackLoss.LogitRatio)) { Random = true, LinearShare = 0.8 },
        new("MIM", threat => new Mim(threat, 5)),
        new("MIM, until broken", threat => new Mim(threat, 5, 0.4 * Math.Max(threat.Epsilon, 0.01), 0.9, KeptIterate.Broken))
        {
            StopsEarly = true,
            Budget = (threat, n) => new Mim(threat, 2 * n, 0.3 * threat.Epsilon, keep: KeptIterate.Broken),
        },
        new("Multi-targeted PGD", threat => new MultiTargetedPgd(threat, 6))
        {
            Random = true, LinearShare = 0.8,
            Budget = (threat, n) => new MultiTargetedPgd(threat, n, 0.3 * threat.Epsilon),
        },
        new("Multi-targeted PGD on cross-entropy, until broken", threat => new MultiTargetedPgd(threat, 4, 0.5 * Math.Max(threat.Epsilon, 0.01), TargetedLoss.CrossEntropy, 2, KeptIterate.Broken))
        {
            Random = true, StopsEarly = true,
            Budget = (threat, n) => new MultiTargetedPgd(threat, 2 * n, 0.3 * threat.Epsilon, TargetedLoss.CrossEntropy, keep: KeptIterate.Broken),
        },
        new("APGD-CE", threat => new Apgd(threat, steps: 20))
        {
            Random = true, LinearShare = 0.8,
            Budget = (threat, n) => new Apgd(threat, steps: 5, restarts: n),
        },
        new("APGD-DLR", threat => new Apgd(threat, AttackLoss.LogitRatio, 20, 2)) { Random = true, LinearShare = 0.8, Budget = (threat, n) => new Apgd(threat, AttackLoss.LogitRatio, 5, n) },
        new("APGD on the margin, until broken, of two gradients", threat => new Apgd(threat, AttackLoss.Margin, 12, 2, 2, keep: KeptIterate.Broken)) { Random = true, StopsEarly = true },
        new("APGD-T", threat => new ApgdTargeted(threat, 12, 3)) { Random = true, LinearShare = 0.8, Budget = (threat, n) => new ApgdTargeted(threat, 6, n) },
        new("APGD-T, until broken", threat => new ApgdTargeted(threat, 12, keep: KeptIterate.Broken)) { Random = true, StopsEarly = true },
        new("APGD, larger radii first under L1", threat => new Apgd(threat, steps: 20, largerRadii: threat.Norm == Norm.L1)) { Random = true, LinearShare = 0.8 },
        new("Square", threat => new Square(threat, 300)) { Random = true, StopsEarly = true, Budget = (threat, n) => new Square(threat, 20 * n) },
        new("Square, compressed, restarts", threat => new Square(threat, 150, 2, 0.5, rescale: true)) { Random = true, StopsEarly = true },
        new("SPSA", threat => new Spsa(threat, 12, 24, Math.Max(threat.Epsilon, 0.01) / 3)) { Random = true, StopsEarly = true, Budget = (threat, n) => new Spsa(threat, 3 * n, 8) },
        new("NES", threat => new Nes(threat, 12, 24)) { Random = true, StopsEarly = true, Budget = (threat, n) => new Nes(threat, 3 * n, 8, 0.2 * threat.Epsilon) },
        new("Brendel & Bethge", threat => new BrendelBethge(threat, 30, learningRate: 0.03, decays: 6, directions: 20, blendSteps: 20)) { Random = true, StopsEarly = true, Norms = [Norm.Linf, Norm.L2] },
        new("Random noise", threat => new RandomNoise(threat, 6)) { Random = true, SeeksErrors = false, LeastFall = 0, Budget = (threat, n) => new RandomNoise(threat, 4 * n) },
        new("AutoAttack of small members", threat => new AutoAttack([new Apgd(threat, steps: 10, keep: KeptIterate.Broken), new ApgdTargeted(threat, 8, keep: KeptIterate.Broken), new Square(threat, 30)]))
        {
            Random = true, StopsEarly = true,
            Budget = (threat, n) => new AutoAttack([.. new Attack[] { new Apgd(threat, steps: 5), new ApgdTargeted(threat, 4), new Square(threat, 20), new Pgd(threat, 3) }.Take(n)]),
        },
        new("Random corners", threat => new RandomCorners(threat, 6)) { Random = true, SeeksErrors = false, LeastFall = 0 }, // the example of docs/attacks.md
        new("Transfer of FGSM", threat => new Transfer(new Fgsm(threat), new Halves(), "halves")) { SeeksErrors = false, LeastFall = 0.3 },
    ];

    public static TheoryData<string> All => Names(_ => true);

    public static TheoryData<string> Random => Names(row => row.Random);

    public static TheoryData<string> SeeksErrors => Names(row => row.SeeksErrors);

    public static TheoryData<string> SeeksTheWorst => Names(row => row.SeeksErrors && !row.StopsEarly);

    public static TheoryData<string> WithBudget => Names(row => row.Budget is not null);

    internal static AttackRow Row(string name) => Rows.Single(row => row.Name == name);

    private static TheoryData<string> Names(Func<AttackRow, bool> which) => new(Rows.Where(which).Select(row => row.Name));
}
