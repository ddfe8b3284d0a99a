using System.Text.Json.Serialization;
using Adr.Attacks;

namespace Adr.Evaluation;

/// <summary>What one attack did to a data set.</summary>
/// <param name="Attack">The attack's name.</param>
/// <param name="Threat">What it was allowed to do.</param>
/// <param name="RobustAccuracy">The share of all points that are classified right and stay right.</param>
/// <param name="Robust">For each point whether it is classified right and stays right.</param>
/// <param name="PerClass">The same share for the points of each class.</param>
/// <param name="Seconds">Wall time of the attack.</param>
/// <param name="ModelEvaluations">Forward plus backward passes of the attack, counted per point.</param>
public sealed record AttackResult(
    string Attack,
    ThreatModel Threat,
    Proportion RobustAccuracy,
    [property: JsonConverter(typeof(FlagsConverter))] bool[] Robust,
    IReadOnlyList<Proportion> PerClass,
    double Seconds,
    long ModelEvaluations)
{
    /// <summary>The backward passes among <see cref="ModelEvaluations"/>: gradients, counted per point. 0 for an attack by answers alone.</summary>
    public long Backwards { get; init; }

    /// <summary>The forward passes among <see cref="ModelEvaluations"/>, counted per point.</summary>
    public long Forwards => ModelEvaluations - Backwards;

    /// <summary>What the attack did otherwise than its name says, in a sentence (<see cref="Attacks.Attack.FallbackFor"/>); null where there is nothing to say.</summary>
    public string? Note { get; init; }

    /// <summary>The attack's settings as text by name, such as "steps": "40", "stepSize": "0.01".</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
