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
public sealed record RobustnessReport(
    string Model,
    string DataSet,
    Proportion Natural,
    IReadOnlyList<Proportion> NaturalPerClass,
    IReadOnlyList<AttackResult> Attacks,
    Proportion WorstCase,
    IReadOnlyList<string> ClassNames,
    long Seed,
    string Device);
