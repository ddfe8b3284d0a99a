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
    bool[] Robust,
    IReadOnlyList<Proportion> PerClass,
    double Seconds,
    long ModelEvaluations);
