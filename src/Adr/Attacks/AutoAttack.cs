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
        const KeptIterate Keep = KeptIterate.EarlyStop;
        var isL1 = threat.Norm == Norm.L1;
        return version switch
        {
            AutoAttackVersion.Standard =>
            [
                new Apgd(threat, restarts: isL1 ? 5 : 1, largerRadii: isL1, keep: Keep),
                new ApgdTargeted(threat, targets: isL1 ? 5 : 9, largerRadii: isL1, keep: Keep),
                new FabTargeted(threat, stopsWithinEpsilon: true),
                new Square(threat),
            ],
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
