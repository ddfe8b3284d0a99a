using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Auto-Attack: several attacks, one after another, each on the examples that are still robust; an example is
/// robust if it withstands all of them (Croce and Hein 2020).</summary>
/// <remarks>
/// Its settings are those of the reference implementation, fra31/auto-attack. Images that are misclassified as they are
/// stay as they are. <see cref="Evaluation.AutoAttackReport"/> runs it on a data set, flags signs of an unreliable
/// evaluation, and resumes an interrupted run.
/// </remarks>
public sealed class AutoAttack : Attack
{
    private const KeptIterate Keep = KeptIterate.EarlyStop; // the same examples are found as by going on

    // Auto-Attack's own attacks as in the standard version, then others
    private static readonly (string Name, Func<ThreatModel, Attack> Make)[] Registry =
    [
        ("APGD-CE", threat => new Apgd(threat, restarts: IsL1(threat) ? 5 : 1, largerRadii: IsL1(threat), keep: Keep)),
        ("APGD-DLR", threat => new Apgd(threat, AttackLoss.Dlr, largerRadii: IsL1(threat), keep: Keep)),
        ("APGD-T", threat =>
            new ApgdTargeted(threat, targets: IsL1(threat) ? 5 : 9, largerRadii: IsL1(threat), keep: Keep)),
        ("FAB", threat => new Fab(threat, stopsWithinEpsilon: true)),
        ("FAB-T", threat => new FabTargeted(threat, stopsWithinEpsilon: true)),
        ("Square", threat => new Square(threat)),
        ("FGSM", threat => new Fgsm(threat)),
        ("PGD", threat => new Pgd(threat, keep: Keep)),
        ("MT-PGD", threat => new MultiTargetedPgd(threat, keep: Keep)),
        ("MIM", threat => new Mim(threat, keep: Keep)),
        ("DeepFool", threat => new DeepFool(threat)),
        ("C&W", threat => new CarliniWagner(threat)),
        ("B&B", threat => new BrendelBethge(threat)),
        ("SPSA", threat => new Spsa(threat)),
        ("NES", threat => new Nes(threat)),
    ];

    /// <summary>A named version.</summary>
    /// <param name="threat">What the attacker may do.</param>
    /// <param name="version">Which list of attacks.</param>
    public AutoAttack(ThreatModel threat, AutoAttackVersion version = AutoAttackVersion.Standard)
        : this(NameOf(version), threat, Members(threat, version))
    {
    }

    /// <summary>A list of your own, cheap attacks first.</summary>
    /// <param name="attacks">One or more attacks, all with the same threat model.</param>
    /// <exception cref="ArgumentException">There is none, or they differ in their threat model.</exception>
    public AutoAttack(IReadOnlyList<Attack> attacks) : this("AutoAttack (custom)", ThreatOf(attacks), attacks)
    {
    }

    private AutoAttack(string name, ThreatModel threat, IReadOnlyList<Attack> attacks) : base(name, threat) =>
        Attacks = [.. attacks];

    /// <summary>Attacks by their names, in the order given. Those of the standard version have its settings; the others
    /// have their own defaults, and search an example until it is misclassified.</summary>
    /// <param name="threat">What the attacker may do.</param>
    /// <param name="names">One or more of <see cref="AttackNames"/>, each once, in upper or lower case.</param>
    /// <exception cref="ArgumentException">There is no such attack, it is there twice or is not made for this threat
    /// model, or there is no name at all.</exception>
    public static AutoAttack Of(ThreatModel threat, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(threat);
        ArgumentNullException.ThrowIfNull(names);
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1)
            is { } twice)
            throw new ArgumentException($"The attack {twice.Key} is there twice.", nameof(names));
        return new AutoAttack([.. names.Select(name => Make(name)(threat))]);
    }

    /// <summary>The names that <see cref="Of"/> knows.</summary>
    public static IReadOnlyList<string> AttackNames { get; } = [.. Registry.Select(entry => entry.Name)];

    /// <summary>The attacks, in their order.</summary>
    public IReadOnlyList<Attack> Attacks { get; }

    /// <summary>The steps of all its attacks.</summary>
    public override int Steps => Attacks.Sum(attack => attack.Steps);

    /// <inheritdoc/>
    public override bool NeedsGradient => Attacks.Any(attack => attack.NeedsGradient);

    /// <inheritdoc/>
    public override string? FallbackFor(int classes)
    {
        var notes = Attacks.Where(attack => attack.FallbackFor(classes) is not null)
            .Select(attack => $"{attack.Name}: {attack.FallbackFor(classes)}").ToList();
        return notes.Count > 0 ? string.Join(" ", notes) : null;
    }

    /// <inheritdoc/>
    public override Attack WithThreat(ThreatModel threat) =>
        new AutoAttack(Name, threat, [.. Attacks.Select(attack => attack.WithThreat(threat))]);

    /// <inheritdoc/>
    public override Attack ScaledTo(double epsilon) =>
        new AutoAttack(Name, Threat.WithEpsilon(epsilon), [.. Attacks.Select(attack => attack.ScaledTo(epsilon))]);

    /// <inheritdoc/>
    public override Tensor Perturb(AttackContext context)
    {
        using (context.Run()) Offer(context.Images);
        foreach (var attack in Attacks.TakeWhile(_ => context.Count > 0))
        {
            using var scope = context.Run();
            using var inner = context.Fork();
            Offer(attack.Perturb(inner));
        }
        return context.Best;

        // the model's answer decides, not the attack's word
        void Offer(Tensor candidates) => context.Offer(candidates, context.Forward(candidates), stopEarly: true);
    }

    private static Attack[] Members(ThreatModel threat, AutoAttackVersion version)
    {
        ArgumentNullException.ThrowIfNull(threat);
        return version switch
        {
            AutoAttackVersion.Standard =>
                [.. new[] { "APGD-CE", "APGD-T", "FAB-T", "Square" }.Select(name => Make(name)(threat))],
            AutoAttackVersion.Plus =>
            [
                new Apgd(threat, restarts: 5, keep: Keep),
                new Apgd(threat, AttackLoss.Dlr, restarts: 5, keep: Keep),
                new Fab(threat, restarts: 5, stopsWithinEpsilon: true),
                new Square(threat),
                new ApgdTargeted(threat, keep: Keep),
                new FabTargeted(threat, stopsWithinEpsilon: true),
            ],
            AutoAttackVersion.Rand =>
            [
                new Apgd(threat, gradientSamples: 20, keep: Keep),
                new Apgd(threat, AttackLoss.Dlr, gradientSamples: 20, keep: Keep),
            ],
            _ => throw new ArgumentOutOfRangeException(nameof(version), version,
                "Expected a member of AutoAttackVersion."),
        };
    }

    private static Func<ThreatModel, Attack> Make(string name) => Registry
        .FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Make
        ?? throw new ArgumentException($"There is no attack \"{name}\".{ClosestName.Suggest(name, AttackNames)} "
            + $"Choose from {string.Join(", ", AttackNames)}.", nameof(name));

    private static bool IsL1(ThreatModel threat) => threat.Norm == Norm.L1;

    private static string NameOf(AutoAttackVersion version) => version switch
    {
        AutoAttackVersion.Plus => "AutoAttack+",
        AutoAttackVersion.Rand => "AutoAttack (rand)",
        _ => "AutoAttack",
    };

    private static ThreatModel ThreatOf(IReadOnlyList<Attack> attacks)
    {
        ArgumentNullException.ThrowIfNull(attacks);
        if (attacks.Count == 0 || attacks.Any(attack => attack is null))
            throw new ArgumentException("Auto-Attack needs one or more attacks, and no null among them.",
                nameof(attacks));
        var threats = attacks.Select(attack => attack.Threat).Distinct().ToList();
        return threats.Count == 1 ? threats[0] : throw new ArgumentException(
            $"All attacks must have one threat model, but they have {string.Join("; ", threats)}.", nameof(attacks));
    }
}

/// <summary>The named lists of attacks of Auto-Attack (Croce and Hein 2020, section 5, and its reference
/// implementation).</summary>
public enum AutoAttackVersion
{
    /// <summary>APGD-CE, APGD-T, FAB-T, Square: what the field means by "Auto-Attack".</summary>
    Standard,

    /// <summary>APGD-CE and APGD-DLR with 5 restarts, FAB with 5 restarts, Square, APGD-T, FAB-T: several times as
    /// costly.</summary>
    Plus,

    /// <summary>APGD-CE and APGD-DLR, each gradient the mean of 20: for models that answer at random.</summary>
    Rand,
}
