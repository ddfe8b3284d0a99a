using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Adr.Evaluation;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Experiments;

/// <summary>A model at the end of its training.</summary>
/// <param name="Defence">The defence's name.</param>
/// <param name="Model">The weights of the best epoch, in evaluation mode.</param>
/// <param name="History">What training showed.</param>
/// <param name="Folder">Where the run is kept.</param>
/// <param name="Seconds">Wall time of training, that of an earlier, interrupted call included.</param>
public sealed record TrainedModel(
    string Defence,
    nn.Module<Tensor, Tensor> Model,
    TrainingHistory History,
    RunFolder Folder,
    double Seconds)
{
    /// <summary>Every setting of the defence (<see cref="Training.Defence.Describe()"/>); null where it is not
    /// known.</summary>
    public JsonObject? DefenceSettings { get; init; }
}

/// <summary>One model of a table.</summary>
/// <param name="Defence">How it was trained.</param>
/// <param name="Report">Its evaluation.</param>
/// <param name="TrainingSeconds">Wall time of its training.</param>
/// <param name="BestEpoch">The epoch whose weights were evaluated.</param>
/// <param name="AutoAttack">Its evaluation by Auto-Attack, on some of the examples; null where that was not
/// asked.</param>
public sealed record ModelResult(
    string Defence,
    RobustnessReport Report,
    double TrainingSeconds,
    int BestEpoch,
    AutoAttackReport? AutoAttack = null) : IStored
{
    /// <summary>Every setting of the defence (<see cref="Training.Defence.Describe()"/>); null in results of before
    /// format 2.</summary>
    public JsonObject? DefenceSettings { get; init; }

    /// <summary>What it was evaluated with, in the end; null in results of before format 2.</summary>
    public RunEnvironment? Environment { get; init; }

    /// <summary>What its epochs were trained with (<see cref="RunFolder.ReadEnvironments"/>); empty where that is not
    /// known.</summary>
    public IReadOnlyList<TrainingPart> TrainedWith { get; init; } = [];

    /// <summary>Its evaluation by costly attacks: one report each, on the first of the same examples. Default
    /// none.</summary>
    public IReadOnlyList<RobustnessReport> Costly { get; init; } = [];

    /// <summary>Wall time of all its evaluations, interrupted parts included.</summary>
    [JsonIgnore]
    public double EvaluationSeconds =>
        Costly.Prepend(Report).SelectMany(report => report.Attacks).Sum(attack => attack.Seconds)
        + (AutoAttack?.Seconds ?? 0);

    /// <summary>Signs that its numbers are not to be believed, of all its evaluations, in sentences.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes =>
    [
        .. Costly.Prepend(Report).SelectMany(report => report.Notes)
            .Concat(AutoAttack?.Warnings.Select(warning => $"{warning}") ?? [])
            .Distinct(),
    ];

    /// <summary>The row of a trained model.</summary>
    /// <param name="trained">The model.</param>
    /// <param name="report">Its evaluation.</param>
    /// <param name="autoAttack">Its evaluation by Auto-Attack, on the first of the same examples; null for
    /// none.</param>
    public static ModelResult Of(TrainedModel trained, RobustnessReport report, AutoAttackReport? autoAttack = null) =>
        new(trained.Defence, report, trained.Seconds, trained.History.BestEpoch, autoAttack);

    IEnumerable<string> IStored.Faults()
    {
        foreach (var fault in Consistency.OfCost("training", TrainingSeconds, 0)) yield return fault;
        if (BestEpoch < 0) yield return $"the best epoch is {BestEpoch}";
        foreach (var part in new IStored?[] { Report, AutoAttack }.Concat(Costly))
            foreach (var fault in part?.Faults() ?? []) yield return fault;
        string[] sets = [Report.DataSet, .. Costly.Select(report => report.DataSet)];
        if (AutoAttack is not null) sets = [.. sets, AutoAttack.DataSet];
        if (sets.Distinct().Count() > 1)
            yield return $"its reports are of different data: {string.Join(", ", sets.Distinct())}";
    }
}
