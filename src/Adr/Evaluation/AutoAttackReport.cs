using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Adr.Attacks;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>What Auto-Attack did to a data set.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Attack">"AutoAttack", "AutoAttack+", …</param>
/// <param name="Threat">What it was allowed to do.</param>
/// <param name="Natural">Accuracy on the clean images.</param>
/// <param name="Stages">One for each attack, in their order.</param>
/// <param name="RobustAccuracy">The share of all examples that are correct and stay so under every attack.</param>
/// <param name="Robust">For each example whether it is correct and stays so under every attack.</param>
/// <param name="PerClass">The robust accuracy of the examples of each class.</param>
/// <param name="Warnings">Signs of an unreliable evaluation; an empty list is good.</param>
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
    IReadOnlyList<SanityWarning> Warnings,
    IReadOnlyList<string> ClassNames,
    long Seed,
    string Device) : IStored
{
    /// <summary>Whether every attack ran on every example that is classified correctly, and not only on those that the
    /// attacks before it left. Default false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Individual { get; init; }

    /// <summary>Which examples these are, and what the model predicts for each without an attack. With
    /// <see cref="AutoAttackStage.Predictions"/> it says what became of each. Null in reports of before.</summary>
    public AttackedExamples? Examples { get; init; }

    /// <inheritdoc cref="RobustnessReport.Weights"/>
    public string? Weights { get; init; }

    /// <inheritdoc cref="RobustnessReport.Data"/>
    public string? Data { get; init; }

    /// <summary>What it was computed with: one entry, or several where it was resumed with another machine or version.
    /// Empty in reports of before.</summary>
    public IReadOnlyList<RunEnvironment> Environments { get; init; } = [];

    /// <summary>"first 500 examples", "20 examples from position 500 on" or "5 chosen examples".</summary>
    [JsonIgnore]
    public string Which => Examples?.ToString()
        ?? AttackedExamples.Words([.. Enumerable.Range(0, Robust.Length).Select(i => (long)i)]);

    /// <summary>How far the images that an attack misclassified were changed; null where there is none, and in reports
    /// of before.</summary>
    public PerturbationExtent? Perturbation =>
        Stages.Select(stage => stage.Perturbation).Aggregate((PerturbationExtent?)null, PerturbationExtent.Together);

    /// <summary>Wall time of all attacks.</summary>
    public double Seconds => Stages.Sum(stage => stage.Seconds);

    /// <summary>Forward plus backward passes of all attacks, counted per example.</summary>
    public long ModelEvaluations => Stages.Sum(stage => stage.ModelEvaluations);

    /// <summary>Everything as JSON: shares with their counts and 95 % intervals, settings, time, evaluations, warnings,
    /// and one 0 or 1 per example.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, Json.Indented)!.AsObject();

    /// <summary>Writes <see cref="ToJson"/>, whole or not at all; makes the folder where it is missing.</summary>
    /// <param name="path">The file; it is replaced if it exists.</param>
    public void Save(string path) => Json.Write(path, this);

    /// <summary>Reads a report back.</summary>
    /// <param name="path">A file by <see cref="Save"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file holds something else, or is damaged.</exception>
    public static AutoAttackReport Load(string path) => Json.Read<AutoAttackReport>(path);

    /// <summary>The file of adversarial images that an evaluation with
    /// <see cref="EvaluationOptions.SaveAdversarialTo"/> keeps beside its state.</summary>
    /// <param name="stateFile">See <see cref="Evaluate"/>; null gives null.</param>
    public static string? ImagesOf(string? stateFile) => stateFile is null ? null : stateFile + ".images.safetensors";

    IEnumerable<string> IStored.Faults()
    {
        foreach (var fault in Consistency.OfRobustAccuracy(
            Attack, RobustAccuracy, Robust, PerClass, Natural, ClassNames.Count))
            yield return fault;
        foreach (var fault in Consistency.OfStages(Natural, Stages, Individual)) yield return fault;
        var last = Stages.Count > 0 ? Stages[^1].RobustAccuracy : Natural;
        if (!Individual && last != RobustAccuracy)
            yield return $"the robust accuracy is {Consistency.Words(RobustAccuracy)}, but the last attack leaves "
                + $"{Consistency.Words(last)}";
        if (Individual && Stages.FirstOrDefault(stage => stage.RobustAccuracy.Successes < RobustAccuracy.Successes)
            is { } below)
            yield return $"the robust accuracy is {Consistency.Words(RobustAccuracy)}, but {below.Attack} alone leaves "
                + $"{Consistency.Words(below.RobustAccuracy)}";
        if (Examples is null) yield break;
        foreach (var fault in Consistency.OfExamples(Examples, Natural, ClassNames.Count)) yield return fault;
        bool[] right = [.. Examples.Labels.Zip(Examples.Predictions, (label, prediction) => label == prediction)];
        foreach (var fault in Consistency.OfPredictions(Stages, Examples.Labels, right, Robust, Individual))
            yield return fault;
    }

    /// <summary>Natural accuracy, then robust accuracy under each attack.</summary>
    /// <remarks>
    /// Random numbers depend on the seed and the example's position alone, so the result does not depend on the batch
    /// size except through rounding. With a state file an interrupted run, even a killed one, resumes after its last
    /// complete batch and ends with the same result to the bit.
    /// </remarks>
    /// <param name="evaluator">Model and data.</param>
    /// <param name="attack">Which attacks.</param>
    /// <param name="stateFile">Where to keep the state of the run, a small JSON file; null to keep none. It stays after
    /// the end, and then gives the report again.</param>
    /// <param name="individual">Whether every attack runs on every correct example. By default it runs on those that
    /// the attacks before it left, which gives the same robust accuracy at less cost.</param>
    /// <exception cref="ArgumentException">The attack does not suit the model; nothing has run then.</exception>
    /// <exception cref="InvalidOperationException">The state file belongs to another run, or the model's logits or
    /// gradients are not finite.</exception>
    /// <exception cref="InvalidDataException">The state file, or the file of images beside it, is damaged or
    /// contradicts itself.</exception>
    /// <exception cref="IOException">Another process runs with this state file.</exception>
    public static AutoAttackReport Evaluate(
        Evaluator evaluator, AutoAttack attack, string? stateFile = null, bool individual = false)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        evaluator.Check(attack);
        var (options, data) = (evaluator.Options, evaluator.Data);
        using var taken = stateFile is null ? null : FileLock.Take(stateFile + ".lock",
            $"{stateFile} is in use by another run of Auto-Attack. Wait until it ends, or name another state file.",
            isKept: false);
        var run = AutoAttackState.Describe(evaluator, attack, individual);
        var state = stateFile is null ? null : AutoAttackState.Read(stateFile, run, evaluator, attack);
        using var images = options.SaveAdversarialTo is null
            ? null
            : new MisclassifiedImages(data, stateFile, state);
        state ??= AutoAttackState.Begin(run, evaluator, SanityChecks.Before(evaluator, attack));
        while (state.Stages.Count < attack.Attacks.Count)
            state = Run(evaluator, attack.Attacks[state.Stages.Count], state, stateFile, images);

        var robust = state.Robust;
        images?.Save(options.SaveAdversarialTo!, evaluator.Name, attack, options.Seed, robust);
        var after = SanityChecks.After(state.Stages, individual);
        return new AutoAttackReport(
            evaluator.Name,
            data.Name,
            attack.Name,
            attack.Threat,
            Proportion.Of(state.Right),
            state.Stages,
            Proportion.Of(robust),
            robust,
            evaluator.PerClass(robust),
            after is null
                ? state.Warnings
                : [.. state.Warnings, after],
            data.ClassNames,
            options.Seed,
            evaluator.Device)
        {
            Individual = individual,
            Weights = (string?)run["model"],
            Data = (string?)run["data"],
            Environments = state.Environments,
            Examples = new AttackedExamples(
                [.. data.Positions], evaluator.Labels, state.Natural ?? evaluator.Predictions),
        };
    }

    // one attack on the examples that it is to attack, from the batch on at which the state is
    private static AutoAttackState Run(Evaluator evaluator, Attack attack, AutoAttackState state, string? stateFile,
        MisclassifiedImages? images)
    {
        var robust = (bool[])state.Robust.Clone();
        var predictions = (long[]?)state.Predictions?.Clone(); // null in the middle of a run of an earlier version
        var toSkip = state.Batches * evaluator.Options.BatchSize;
        var wanted = state.Standing.Select(isWanted => isWanted && toSkip-- <= 0).ToArray();
        var (cost, clock, before) = (new AttackCost(), Stopwatch.StartNew(), state);
        foreach (var (clean, adversarial, positions) in evaluator.Attacked(attack, wanted, cost))
        {
            var answers = evaluator.Predict(adversarial);
            bool[] wrong = [.. answers.Select((answer, i) => answer != evaluator.Labels[positions[i]])];
            images?.Take(positions, adversarial, [.. wrong.Select((isWrong, i) => isWrong && robust[positions[i]])],
                stateFile);
            for (var i = 0; i < positions.Length; i++)
            {
                if (wrong[i]) robust[positions[i]] = false;
                if (predictions is not null) predictions[positions[i]] = answers[i];
            }
            state = state with
            {
                Robust = (bool[])robust.Clone(),
                Predictions = (long[]?)predictions?.Clone(),
                Perturbation = predictions is null ? null : PerturbationExtent.Together(
                    state.Perturbation, ExtentOf(attack.Threat, clean, adversarial, wrong)),
                Images = images?.Saved,
                Environments = RunEnvironment.Continued(state.Environments, RunEnvironment.Here(evaluator.Device)),
                Batches = state.Batches + 1,
                Seconds = before.Seconds + clock.Elapsed.TotalSeconds,
                ModelEvaluations = before.ModelEvaluations + cost.ModelEvaluations,
                Backwards = before.Backwards + cost.Backwards,
            };
            if (stateFile is not null) state.Write(stateFile);
        }
        state = state.Next(attack, evaluator) with { Images = images?.Saved };
        if (stateFile is not null) state.Write(stateFile);
        return state;
    }

    // how far the misclassified images of a batch were changed; null where there is none
    private static PerturbationExtent? ExtentOf(ThreatModel threat, Tensor clean, Tensor adversarial, bool[] wrong)
    {
        if (!wrong.Contains(true)) return null;
        using var scope = NewDisposeScope();
        var which = tensor(wrong, device: adversarial.device);
        Tensor x = clean[which].to(ScalarType.Float64), changed = adversarial[which].to(ScalarType.Float64);
        return new(threat.Distance(changed, x).max().item<double>(),
            changed.min().item<double>(), changed.max().item<double>());
    }
}

/// <summary>What one attack of Auto-Attack did.</summary>
/// <param name="Attack">Its name.</param>
/// <param name="Settings">Its settings as text by name.</param>
/// <param name="IsScoreBased">Whether it needs no gradient.</param>
/// <param name="Attacked">How many examples it attacked: those that were robust before it, or all correct ones.</param>
/// <param name="Misclassified">How many of them are misclassified after it.</param>
/// <param name="RobustAccuracy">The share of all examples that are robust after it, or where every attack ran on all
/// correct examples, under it alone.</param>
/// <param name="Seconds">Its wall time; of an interrupted run, of all its parts.</param>
/// <param name="ModelEvaluations">Its forward plus backward passes, counted per example.</param>
/// <param name="Note">What it did differently because the model has few classes; null where it did what its name
/// says.</param>
public sealed record AutoAttackStage(
    string Attack,
    IReadOnlyDictionary<string, string> Settings,
    bool IsScoreBased,
    int Attacked,
    int Misclassified,
    Proportion RobustAccuracy,
    double Seconds,
    long ModelEvaluations,
    string? Note)
{
    /// <summary>One of an attack that has not attacked anything yet.</summary>
    internal static AutoAttackStage Of(Attack attack, int classes) => new(attack.Name, AttackSettings.Of(attack),
        !attack.NeedsGradient, 0, 0, new Proportion(0, 0), 0, 0, attack.FallbackFor(classes));

    /// <summary>For each example the class that the model predicts after the attack; −1 where it was not attacked. It
    /// stayed correct where this is its label. Null in files that were written without it.</summary>
    [JsonConverter(typeof(NumbersConverter))]
    public long[]? Predictions { get; init; }

    /// <summary>How far the images that it misclassified were changed; null where there is none, and in files that were
    /// written without it.</summary>
    public PerturbationExtent? Perturbation { get; init; }

    /// <summary>The backward passes among <see cref="ModelEvaluations"/>, counted per example; null in files that were
    /// written without them.</summary>
    public long? Backwards { get; init; }

    /// <summary>The forward passes among <see cref="ModelEvaluations"/>, counted per example; null where those of the
    /// other kind are not known.</summary>
    public long? Forwards => ModelEvaluations - Backwards;
}
