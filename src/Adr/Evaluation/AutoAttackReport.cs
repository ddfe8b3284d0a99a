using System.Diagnostics;
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
/// <param name="RobustAccuracy">The share of all examples that are correct and stay so under every attack.</param>
/// <param name="Robust">For each example whether it is correct and stays so.</param>
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
        foreach (var fault in Consistency.OfStages(Natural, Stages)) yield return fault;
        var last = Stages.Count > 0 ? Stages[^1].RobustAccuracy : Natural;
        if (last != RobustAccuracy)
            yield return $"the robust accuracy is {Consistency.Words(RobustAccuracy)}, but the last attack leaves "
                + $"{Consistency.Words(last)}";
    }

    /// <summary>Natural accuracy, then robust accuracy after each attack.</summary>
    /// <remarks>
    /// Random numbers depend on the seed and the example's position alone, so the result does not depend on the batch
    /// size except through rounding. With a state file an interrupted run, even a killed one, resumes after its last
    /// complete batch and ends with the same result to the bit.
    /// </remarks>
    /// <param name="evaluator">Model and data.</param>
    /// <param name="attack">Which attacks.</param>
    /// <param name="stateFile">Where to keep the state of the run, a small JSON file; null to keep none. It stays after
    /// the end, and then gives the report again.</param>
    /// <exception cref="ArgumentException">The attack does not suit the model; nothing has run then.</exception>
    /// <exception cref="InvalidOperationException">The state file belongs to another run, or the model's logits or
    /// gradients are not finite.</exception>
    /// <exception cref="InvalidDataException">The state file, or the file of images beside it, is damaged or
    /// contradicts itself.</exception>
    /// <exception cref="IOException">Another process runs with this state file.</exception>
    public static AutoAttackReport Evaluate(Evaluator evaluator, AutoAttack attack, string? stateFile = null)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        evaluator.Check(attack);
        var (options, data) = (evaluator.Options, evaluator.Data);
        using var taken = stateFile is null ? null : FileLock.Take(stateFile + ".lock",
            $"{stateFile} is in use by another run of Auto-Attack. Wait until it ends, or name another state file.",
            isKept: false);
        var run = AutoAttackState.Describe(evaluator, attack);
        var state = stateFile is null ? null : AutoAttackState.Read(stateFile, run, evaluator, attack);
        using var images = options.SaveAdversarialTo is null
            ? null
            : new MisclassifiedImages(data, stateFile, state);
        state ??= AutoAttackState.Begin(run, evaluator.Correct, SanityChecks.Before(evaluator, attack));
        while (state.Stages.Count < attack.Attacks.Count)
            state = Run(evaluator, attack.Attacks[state.Stages.Count], state, stateFile, images);

        var robust = state.Robust;
        images?.Save(options.SaveAdversarialTo!, evaluator.Name, attack, options.Seed, robust);
        var after = SanityChecks.After(state.Stages);
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
            evaluator.Device);
    }

    // one attack on the examples that are still robust, from the batch on at which the state is
    private static AutoAttackState Run(Evaluator evaluator, Attack attack, AutoAttackState state, string? stateFile,
        MisclassifiedImages? images)
    {
        var (robustBefore, robust) = (state.Standing, (bool[])state.Robust.Clone());
        var toSkip = state.Batches * evaluator.Options.BatchSize;
        var wanted = robustBefore.Select(isRobust => isRobust && toSkip-- <= 0).ToArray();
        var (cost, clock, before) = (new AttackCost(), Stopwatch.StartNew(), state);
        foreach (var (_, adversarial, positions) in evaluator.Attacked(attack, wanted, cost))
        {
            var predictions = evaluator.Predict(adversarial);
            for (var i = 0; i < positions.Length; i++)
                robust[positions[i]] = predictions[i] == evaluator.Labels[positions[i]];
            images?.Take(positions, adversarial, robust, stateFile);
            state = state with
            {
                Robust = (bool[])robust.Clone(),
                Images = images?.Saved,
                Batches = state.Batches + 1,
                Seconds = before.Seconds + clock.Elapsed.TotalSeconds,
                ModelEvaluations = before.ModelEvaluations + cost.ModelEvaluations,
                Backwards = before.Backwards + cost.Backwards,
            };
            if (stateFile is not null) state.Write(stateFile);
        }
        var (attacked, left) = (robustBefore.Count(isRobust => isRobust), robust.Count(isRobust => isRobust));
        state = state.Next(AutoAttackStage.Of(attack, evaluator.Data.Classes) with
        {
            Attacked = attacked, Misclassified = attacked - left, RobustAccuracy = Proportion.Of(robust),
            Seconds = state.Seconds, ModelEvaluations = state.ModelEvaluations,
            Backwards = state.Backwards,
        }) with { Images = images?.Saved };
        if (stateFile is not null) state.Write(stateFile);
        return state;
    }
}

/// <summary>What one attack of Auto-Attack did.</summary>
/// <param name="Attack">Its name.</param>
/// <param name="Settings">Its settings as text by name.</param>
/// <param name="IsScoreBased">Whether it needs no gradient.</param>
/// <param name="Attacked">The examples that were robust before it.</param>
/// <param name="Misclassified">Those of them that are misclassified after it.</param>
/// <param name="RobustAccuracy">The share of all examples that are robust after it.</param>
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

    /// <summary>The backward passes among <see cref="ModelEvaluations"/>, counted per example; null in files that were
    /// written without them.</summary>
    public long? Backwards { get; init; }

    /// <summary>The forward passes among <see cref="ModelEvaluations"/>, counted per example; null where those of the
    /// other kind are not known.</summary>
    public long? Forwards => ModelEvaluations - Backwards;
}
