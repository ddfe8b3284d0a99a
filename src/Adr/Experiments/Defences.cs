using Adr.Attacks;
using Adr.Losses;
using Adr.Training;

namespace Adr.Experiments;

/// <summary>The defences by name, each under the settings of an experiment.</summary>
/// <remarks>"ADR-" before ADV, TRADES or MART adds the terms of <see cref="Experiment.Weights"/>; "-AWP" after any but
/// Standard and Free adds a perturbation of the weights; the attack of ADV and Madry then sees the model in training
/// mode, as in AWP's own code. So "ADR-TRADES-AWP" is one, too. A new defence is one line here.</remarks>
public static class Defences
{
    private delegate Defence Make(Experiment settings, ThreatModel threat, CompactnessWeights? weights);

    private static readonly (string Name, bool TakesTerms, bool TakesAwp, Make Make)[] Registry =
    [
        ("Standard", false, false, (_, _, _) => new StandardTraining()),
        ("ADV", true, true, (e, threat, weights) =>
            new AdversarialTraining(new Pgd(threat, e.AttackSteps, e.StepSize), weights) {
                CrossEntropyWeight = e.CrossEntropyWeight }),
        ("TRADES", true, true, (e, threat, weights) => new Trades(Pgd.Trades(threat, e.AttackSteps, e.StepSize), e.Beta,
            weights)),
        ("MART", true, true, (e, threat, weights) => new Mart(Mart.InnerAttackOf(threat, e.AttackSteps, e.StepSize),
            e.MartBeta, weights)),
        ("Madry", false, true, (e, threat, _) => new MadryTraining(new Pgd(threat, e.AttackSteps, e.StepSize))),
        ("FGSM-RS", false, true, (_, threat, _) => MadryTraining.Fast(threat)),
        ("Free", false, false, (e, threat, _) => new FreeTraining(threat, e.Replays)),
    ];

    /// <summary>The names without prefix and suffix.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Registry.Select(one => one.Name)];

    private static readonly string[] Known = [.. Registry.SelectMany(
        one => new[] { one.Name, one.TakesTerms ? $"ADR-{one.Name}" : one.Name })];

    /// <summary>A defence by its name.</summary>
    /// <param name="name">Such as "ADV", "ADR-TRADES" or "ADV-AWP".</param>
    /// <param name="settings">The experiment.</param>
    /// <exception cref="ArgumentException">No defence has this name, or its settings cannot work.</exception>
    public static Defence Create(string name, Experiment settings)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(settings);
        var isAwp = name.EndsWith("-AWP", StringComparison.Ordinal);
        var isAdr = name.StartsWith("ADR-", StringComparison.Ordinal);
        var plain = isAdr && isAwp && name.Length < 8 ? "" : name[(isAdr ? 4 : 0)..(isAwp ? ^4 : ^0)];
        var found = Registry.FirstOrDefault(one => one.Name == plain);
        if (found.Make is null || (isAdr && !found.TakesTerms) || (isAwp && !found.TakesAwp)) throw Unknown(name);
        if (isAdr && settings.Weights.AreAllZero)
            throw new ArgumentException($"All weights are 0, so that {name} would be {name[4..]}. Give a term a "
                + $"weight, or name "
                + $"{name[4..]}.", nameof(name));
        var defence = found.Make(settings, settings.Threat, isAdr ? settings.Weights : null);
        if (!isAwp) return defence;
        if (defence is AdversarialTraining or MadryTraining) defence = defence with { AttackInTrainingMode = true };
        return new AdversarialWeightPerturbation(defence, settings.AwpSize ?? (defence is Trades ? 0.005 : 0.01));
    }

    private static ArgumentException Unknown(string name) => new(
        $"There is no defence \"{name}\".{ClosestName.Suggest(name, Known)} Choose {string.Join(", ", Names)}; ADR- "
            + $"before ADV, TRADES or "
        + "MART; -AWP after any but Standard and Free.", nameof(name));
}
