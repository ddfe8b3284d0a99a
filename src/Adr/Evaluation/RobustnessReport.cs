using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Training;

namespace Adr.Evaluation;

/// <summary>How a model stands against a list of attacks.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Natural">Accuracy on the clean images.</param>
/// <param name="NaturalPerClass">The same for the points of each class.</param>
/// <param name="Attacks">One result per attack, in the order given.</param>
/// <param name="WorstCase">The share of all points that are right and stay right under every attack; equal to <paramref name="Natural"/> without attacks.</param>
/// <param name="ClassNames">The names of the classes.</param>
/// <param name="Seed">The seed of the attacks' random numbers.</param>
/// <param name="Device">Where it ran.</param>
public sealed partial record RobustnessReport(
    string Model,
    string DataSet,
    Proportion Natural,
    IReadOnlyList<Proportion> NaturalPerClass,
    IReadOnlyList<AttackResult> Attacks,
    Proportion WorstCase,
    IReadOnlyList<string> ClassNames,
    long Seed,
    string Device)
{
    /// <summary>The number of points, N.</summary>
    public int Points => Natural.Total;

    /// <summary>What the attacks computed in, as asked for.</summary>
    public AttackPrecision AttackPrecision { get; init; }

    /// <summary>What makes the numbers doubtful, in sentences: outputs that look like probabilities, one class for every point. Empty where nothing was seen.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Everything as JSON: shares with their counts and 95 % intervals, settings, time, evaluations, and for each attack one 0 or 1 per point.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, Json.Indented)!.AsObject();

    /// <summary>Writes <see cref="ToJson"/>, whole or not at all; makes the folder where it is missing.</summary>
    /// <param name="path">The file; it is replaced if it exists.</param>
    public void Save(string path) => Json.Write(path, this);

    /// <summary>Reads a report back.</summary>
    /// <param name="path">A file by <see cref="Save"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file holds something else, or is damaged.</exception>
    public static RobustnessReport Load(string path) => Json.Read<RobustnessReport>(path);
}
