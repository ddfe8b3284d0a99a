using Adr.Attacks;
using Adr.Losses;
using Adr.Training;

namespace Adr.Experiments;

public sealed partial record Experiment
{
    private static readonly string[] Bases = ["Standard", "ADV", "TRADES", "MART", "Madry", "FGSM-RS", "Free"];

    /// <summary>A defence under these settings.</summary>
    /// <param name="name">
    /// "Standard" (no defence), "ADV", "TRADES", "MART", "Madry" (CE(x') alone), "FGSM-RS" or "Free"; "ADR-" before ADV, TRADES or MART adds the
    /// terms of <see cref="Weights"/>; "-AWP" behind any but Standard and Free adds a perturbation of the weights. So "ADR-TRADES-AWP" is one, too.
    /// </param>
    /// <exception cref="ArgumentException">No defence has this name, or its settings cannot work.</exception>
    public Defence Defence(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var threat = ThreatModel.Linf(Epsilon);
        if (name.EndsWith("-AWP", StringComparison.Ordinal) && name is not ("Standard-AWP" or "Free-AWP"))
        {
            var inner = Defence(name[..^4]);
            return new AdversarialWeightPerturbation(inner, AwpSize ?? (inner is Trades ? 0.005 : 0.01));
        }
        var isAdr = name.StartsWith("ADR-", StringComparison.Ordinal);
        if (isAdr && (Weights with { Separation = 0.99, DetachClean = false }) == CompactnessWeights.None)
            throw new ArgumentException($"All weights are 0, so that {name} would be {name[4..]}. Give a term a weight, or name {name[4..]}.", nameof(name));
        var weights = isAdr ? Weights : null;
        return name switch
        {
            "Standard" => new StandardTraining(),
            "ADV" or "ADR-ADV" => new AdversarialTraining(new Pgd(threat, AttackSteps, StepSize), weights) { CrossEntropyWeight = CrossEntropyWeight },
            "TRADES" or "ADR-TRADES" => new Trades(Pgd.Trades(threat, AttackSteps, StepSize), Beta, weights),
            "MART" or "ADR-MART" => new Mart(Mart.InnerAttackOf(threat, AttackSteps, StepSize), MartBeta, weights),
            "Madry" => new MadryTraining(new Pgd(threat, AttackSteps, StepSize)),
            "FGSM-RS" => MadryTraining.Fast(threat),
            "Free" => new FreeTraining(threat, Replays),
            _ => throw new ArgumentException($"There is no defence \"{name}\". Choose {string.Join(", ", Bases)}; ADR- before ADV, TRADES or MART; -AWP behind any but Standard and Free.", nameof(name)),
        };
    }
}
