using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Auto-Attack: several attacks, one after another, each on the points that still stand; a point is robust if it stands against all (Croce and Hein 2020).</summary>
/// <remarks>
/// Its settings are those of the reference implementation, fra31/auto-attack. Points that the model gets wrong as they are stay as they are.
/// <see cref="Evaluation.AutoAttackEvaluation"/> runs it on a data set, says how far to believe it, and goes on where a run was cut off.
/// </remarks>
public sealed class AutoAttack : Attack
{
    /// <summary>A named version.</summary>
    /// <param name="threat">What the attack may do.</param>
    /// <param name="version">Which list of attacks.</param>
    public AutoAttack(ThreatModel threat, AutoAttackVersion version = AutoAttackVersion.Standard)
        : this(NameOf(version), threat, Members(threat, version))
    {
    }

    /// <summary>A list of one's own, cheap attacks first.</summary>
    /// <param name="attacks">One or more attacks, all of one threat model.</param>
    /// <exception cref="ArgumentException">There is none, or they differ in their threat model.</exception>
    public AutoAttack(IReadOnlyList<Attack> attacks) : this("AutoAttack (custom)", ThreatOf(attacks), attacks)
    {
    }

    private AutoAttack(string name, ThreatModel threat, IReadOnlyList<Attack> attacks) : base(name, threat) => Attacks = [.. attacks];

    /// <summary>The attacks, in their order.</summary>
    public IReadOnlyList<Attack> Attacks { get; }

    /// <summary>The steps of all its attacks.</summary>
    public override int Steps => Attacks.Sum(attack => attack.Steps);

    /// <inheritdoc/>
    public override bool NeedsGradient => Attacks.Any(attack => attack.NeedsGradient);

    /// <inheritdoc/>
    public override string? FallbackFor(int classes) =>
        string.Join(" ", Attacks.Select(attack => attack.FallbackFor(classes) is { } note ? $"{attack.Name}: {note}" : null).Where(note => note is not null)) is { Length: > 0 } notes ? notes : null;

    /// <inheritdoc/>
    public override Attack WithThreat(ThreatModel threat) => new AutoAttack(Name, threat, [.. Attacks.Select(attack => attack.WithThreat(threat))]);

    /// <inheritdoc/>
    public override Attack ScaledTo(double epsilon) => new AutoAttack(Name, Threat.WithEpsilon(epsilon), [.. Attacks.Select(attack => attack.ScaledTo(epsilon))]);

    /// <inheritdoc/>
    protected internal override Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
    {
        var points = new AttackedPoints(origin, labels, KeptIterate.Broken);
        Show(() => origin);
        foreach (var attack in Attacks.TakeWhile(_ => points.Count > 0))
            Show(() => attack.Run(model, points.Origin, points.Labels, points.Of(seeds), cost, cancellation));
        return points.Best;

        // the model's answer decides, not the attack's word
        void Show(Func<Tensor> find)
        {
            using var scope = NewDisposeScope();
            var candidates = find();
            points.Offer(candidates, cost.Ask(model, candidates));
            points.LeaveBroken(all: true);
        }
    }

    private static Attack[] Members(ThreatModel threat, AutoAttackVersion version)
    {
        ArgumentNullException.ThrowIfNull(threat);
        const KeptIterate Keep = KeptIterate.Broken;
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
                new Apgd(threat, AttackLoss.LogitRatio, restarts: 5, keep: Keep),
                new Fab(threat, restarts: 5, stopsWithinEpsilon: true),
                new Square(threat),
                new ApgdTargeted(threat, keep: Keep),
                new FabTargeted(threat, stopsWithinEpsilon: true),
            ],
            AutoAttackVersion.Rand =>
            [
                new Apgd(threat, gradientSamples: 20, keep: Keep),
                new Apgd(threat, AttackLoss.LogitRatio, gradientSamples: 20, keep: Keep),
            ],
            _ => throw new ArgumentOutOfRangeException(nameof(version), version, "Expected a member of AutoAttackVersion."),
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
        if (attacks.Count == 0 || attacks.Any(attack => attack is null)) throw new ArgumentException("Auto-Attack needs one or more attacks, and no null among them.", nameof(attacks));
        if (attacks.Select(attack => attack.Threat).Distinct().Count() > 1)
            throw new ArgumentException($"All attacks must have one threat model, but they have {string.Join("; ", attacks.Select(attack => attack.Threat).Distinct())}.", nameof(attacks));
        return attacks[0].Threat;
    }
}
