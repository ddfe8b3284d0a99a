using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Adr.Attacks;
using Adr.Training;

namespace Adr.Evaluation;

/// <summary>What Auto-Attack did to a data set.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Attack">"AutoAttack", "AutoAttack+", …</param>
/// <param name="Threat">What it was allowed to do.</param>
/// <param name="Natural">Accuracy on the clean images.</param>
/// <param name="Stages">One for each attack, in their order.</param>
/// <param name="RobustAccuracy">The share of all points that are right and stay right under every attack.</param>
/// <param name="Robust">For each point whether it is right and stays right.</param>
/// <param name="PerClass">The robust accuracy of the points of each class.</param>
/// <param name="Warnings">Reasons to doubt the number; none is good.</param>
/// <param name="ClassNames">The names of the classes.</param>
/// <param name="Seed">The seed of the attacks' random numbers.</param>
/// <param name="Device">Where it ran.</param>
public sealed record AutoAttackReport(
    string Model,
    string DataSet,
    string Attack,
    ThreatModel Threat,
    Proportion Natural,
    IReadOnlyList<AutoAttackStage> Stages,
    Proportion RobustAccuracy,
    [property: JsonConverter(typeof(FlagsConverter))] bool[] Robust,
    IReadOnlyList<Proportion> PerClass,
    IReadOnlyList<BelievabilityWarning> Warnings,
    IReadOnlyList<string> ClassNames,
    long Seed,
    string Device)
{
    /// <summary>Wall time of all attacks.</summary>
    public double Seconds => Stages.Sum(stage => stage.Seconds);

    /// <summary>Forward plus backward passes of all attacks, counted per point.</summary>
    public long ModelEvaluations => Stages.Sum(stage => stage.ModelEvaluations);

    /// <summary>Everything as JSON: shares with their counts and 95 % intervals, settings, time, evaluations, warnings, and one 0 or 1 per point.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, Json.Indented)!.AsObject();

    /// <summary>Writes <see cref="ToJson"/>, whole or not at all; makes the folder where it is missing.</summary>
    /// <param name="path">The file; it is replaced if it exists.</param>
    public void Save(string path) => Json.Write(path, this);

    /// <summary>Reads a report back.</summary>
    /// <param name="path">A file by <see cref="Save"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file holds something else, or is damaged.</exception>
    public static AutoAttackReport Load(string path) => Json.Read<AutoAttackReport>(path);
}

/// <summary>What one attack of Auto-Attack did.</summary>
/// <param name="Attack">Its name.</param>
/// <param name="Settings">Its settings as text by name.</param>
/// <param name="IsByAnswersAlone">Whether it needs no gradient.</param>
/// <param name="Attacked">The points that stood before it.</param>
/// <param name="Broken">Those of them that it broke.</param>
/// <param name="RobustAccuracy">The share of all points that stand after it.</param>
/// <param name="Seconds">Its wall time; of a run that was cut off, of all its parts.</param>
/// <param name="ModelEvaluations">Its forward plus backward passes, counted per point.</param>
/// <param name="Note">What it did otherwise because the model has few classes; null where it did what its name says.</param>
public sealed record AutoAttackStage(
    string Attack,
    IReadOnlyDictionary<string, string> Settings,
    bool IsByAnswersAlone,
    int Attacked,
    int Broken,
    Proportion RobustAccuracy,
    double Seconds,
    long ModelEvaluations,
    string? Note);
