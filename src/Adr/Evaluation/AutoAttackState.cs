using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Adr.Attacks;
using Adr.Models;
using Adr.Native;
using Adr.Training;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>How far a run of Auto-Attack is: enough to resume to the same result. Written after every batch.</summary>
/// <param name="Run">What runs: fingerprints, attacks with their settings, seed, batch size. Another run does not
/// resume from here.</param>
/// <param name="Right">For each example whether the clean image is classified correctly.</param>
/// <param name="Warnings">What was seen before the attacks.</param>
/// <param name="Stages">The attacks that are done.</param>
/// <param name="Standing">For each example whether the running attack is to attack it: whether it was robust when it
/// began, or where every attack runs on all correct examples, whether it is one.</param>
/// <param name="Robust">For each example whether it is robust so far, under all attacks.</param>
/// <param name="Batches">The batches of that attack that are done.</param>
/// <param name="Seconds">Its wall time so far.</param>
/// <param name="ModelEvaluations">Its passes so far.</param>
internal sealed record AutoAttackState(
    JsonObject Run,
    [property: JsonConverter(typeof(FlagsConverter))] bool[] Right,
    IReadOnlyList<SanityWarning> Warnings,
    IReadOnlyList<AutoAttackStage> Stages,
    [property: JsonConverter(typeof(FlagsConverter))] bool[] Standing,
    [property: JsonConverter(typeof(FlagsConverter))] bool[] Robust,
    int Batches,
    double Seconds,
    long ModelEvaluations)
{
    private const int Format = 3; // 1 had other names for its settings, 2 no seal

    /// <summary>The adversarial images that lie beside the state; null where none are kept.</summary>
    public SavedImages? Images { get; init; }

    /// <summary>Whether the file that it comes from has a seal. Without one it was written by an earlier version, and
    /// what can be recomputed is compared.</summary>
    [JsonIgnore]
    public bool IsSealed { get; private init; } = true;

    /// <summary>The backward passes among <see cref="ModelEvaluations"/>; null in a file that was written without
    /// them.</summary>
    public long? Backwards { get; init; }

    /// <summary>For each example the class predicted for its clean image; null in a file that was written without
    /// them.</summary>
    [JsonConverter(typeof(NumbersConverter))]
    public long[]? Natural { get; init; }

    /// <summary>For each example the class predicted after the running attack, −1 before; null in a file that was
    /// written without them.</summary>
    [JsonConverter(typeof(NumbersConverter))]
    public long[]? Predictions { get; init; }

    /// <summary>How far that attack changed the images that it misclassified.</summary>
    public PerturbationExtent? Perturbation { get; init; }

    /// <summary>See <see cref="AutoAttackReport.Environments"/>.</summary>
    public IReadOnlyList<RunEnvironment> Environments { get; init; } = [];

    private bool IsIndividual => Run.ContainsKey("individual");

    /// <summary>What runs, so that another run does not resume from here.</summary>
    internal static JsonObject Describe(Evaluator evaluator, AutoAttack attack, bool individual)
    {
        var data = evaluator.Data;
        var run = new JsonObject
        {
            ["model"] = Fingerprint.Of(evaluator.Model),
            ["architecture"] = ModelFacts.NameOf(evaluator.Model),
            ["data"] = Fingerprint.Of(data),
            ["examples"] = data.Count,
            ["attacks"] = string.Join("; ", attack.Attacks.Select(AttackSettings.Whole)),
            ["seed"] = evaluator.Options.Seed,
            ["batchSize"] = evaluator.Options.BatchSize,
            ["savesImages"] = evaluator.Options.SaveAdversarialTo is not null,
        };
        // as before there were such runs, whose states are still read
        if (!data.Positions.SequenceEqual(Enumerable.Range(0, data.Count).Select(i => (long)i)))
            run["selection"] = $"{AttackedExamples.Words(data.Positions)}, "
                + Fingerprint.Of([("positions", tensor(data.Positions.ToArray()))])[..8];
        if (individual) run["individual"] = true;
        return run;
    }

    /// <summary>Before the first attack.</summary>
    /// <param name="run">See <see cref="Describe"/>.</param>
    /// <param name="evaluator">Model and data of the run.</param>
    /// <param name="warnings">What was seen.</param>
    internal static AutoAttackState Begin(
        JsonObject run, Evaluator evaluator, IReadOnlyList<SanityWarning> warnings)
    {
        var correct = evaluator.Correct;
        return new(run, correct, warnings, [], correct, correct, 0, 0, 0)
        {
            Natural = evaluator.Predictions, Backwards = 0, Predictions = NoneOf(correct.Length),
            Environments = [RunEnvironment.Here(evaluator.Device)],
        };
    }

    /// <summary>After an attack, before the next one.</summary>
    internal AutoAttackState Next(Attack done, Evaluator evaluator)
    {
        var attacked = Standing.Count(isAttacked => isAttacked);
        var wrong = Predictions?.Zip(evaluator.Labels).Count(pair => pair.First >= 0 && pair.First != pair.Second)
            ?? attacked - Robust.Count(isRobust => isRobust);
        var stage = AutoAttackStage.Of(done, evaluator.Data.Classes) with
        {
            Attacked = attacked, Misclassified = wrong, RobustAccuracy = new Proportion(attacked - wrong, Right.Length),
            Predictions = Predictions, Perturbation = Perturbation,
            Seconds = Seconds, ModelEvaluations = ModelEvaluations, Backwards = Backwards,
        };
        return this with
        {
            Stages = [.. Stages, stage], Standing = IsIndividual ? Right : Robust,
            Predictions = NoneOf(Right.Length), Perturbation = null,
            Batches = 0, Seconds = 0, ModelEvaluations = 0, Backwards = 0,
        };
    }

    private static long[] NoneOf(int count) => [.. Enumerable.Repeat(-1L, count)];

    /// <summary>The state in a file; null where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="run">What shall run.</param>
    /// <param name="evaluator">Model and data of the run.</param>
    /// <param name="attack">The attacks of the run.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or contradicts itself or the run.</exception>
    /// <exception cref="InvalidOperationException">It belongs to another run; the message says how that
    /// differs.</exception>
    internal static AutoAttackState? Read(string path, JsonObject run, Evaluator evaluator, AutoAttack attack)
    {
        if (!File.Exists(path)) return null;
        try
        {
            var stored = Json.ReadObject(path, out var isSealed);
            var format = stored["format"] is JsonValue number && number.TryGetValue<int>(out var value) ? value : 0;
            if (format != (isSealed ? Format : 2))
                throw new InvalidDataException($"{path} is not a state of Auto-Attack in format {Format}.");
            var state = Json.To<AutoAttackState>(stored["state"], path) with { IsSealed = isSealed };
            var differences = Json.Differences(state.Run, run).ToList();
            if (differences.Count > 0)
                throw new InvalidOperationException($"{path} belongs to another run, so this one cannot resume from "
                    + $"it:\n  {string.Join("\n  ", differences)}\nName another state file, or delete this one.");
            if (state.Faults(evaluator, attack).FirstOrDefault() is { } fault)
                throw new InvalidDataException($"{path} is damaged: {fault}.");
            state.CheckAnswers(path, evaluator);
            return state;
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidDataException(
                $"{damaged.Message} Name another file, or delete it to begin anew.", damaged);
        }
    }

    // A model may have changed where its state_dict does not show it: a mean that is a number in C#, a black box. The
    // first batch tells.
    private void CheckAnswers(string path, Evaluator evaluator)
    {
        if (Natural is null || Warnings.Any(warning => warning.Flag == SanityFlag.Randomised)) return;
        using var noGraph = no_grad();
        foreach (var (images, _, _) in evaluator.Batches("the state's model", null))
        {
            var answers = ModelFacts.Logits(evaluator.Model, images).argmax(1).Values<long>();
            var others = answers.Zip(Natural).Count(pair => pair.First != pair.Second);
            if (others > Math.Max(1, answers.Length / 100)) // another machine may round one over its border
                throw new InvalidOperationException($"{path} belongs to another model: it predicted other classes for "
                    + $"{others} of the first {answers.Length} clean images. Name another state file, or delete this "
                    + "one.");
            return;
        }
    }

    /// <summary>Writes the state whole or not at all.</summary>
    internal void Write(string path) =>
        AtomicFile.Write(path, Json.Sealed(new JsonObject {
            ["format"] = Format,
            ["state"] = JsonSerializer.SerializeToNode(this, Json.Compact) }).ToJsonString(Json.Compact) + "\n");

    // What must hold between the members, and between them and the run.
    private IEnumerable<string> Faults(Evaluator evaluator, AutoAttack attack)
    {
        var (count, classes) = (evaluator.Data.Count, evaluator.Data.Classes);
        foreach (var (name, flags) in new[] { ("right", Right), ("standing", Standing), ("robust", Robust) })
            if (flags.Length != count) yield return $"{name} has {flags.Length} entries for {count} examples";
        foreach (var (name, inner, outer, what) in new[]
        {
            ("standing", Standing, Right, "is not classified right"), ("robust", Robust, Standing, "was not before"),
        })
            if (FirstOutside(inner, outer) is { } at) yield return $"example {at} is {name}, but {what}";
        if (Natural is not null
            && !Natural.Zip(evaluator.Labels, (answer, label) => answer == label).SequenceEqual(Right))
            yield return "its predictions of the clean images say otherwise which examples are right";
        if (!IsSealed && !Right.SequenceEqual(evaluator.Correct))
            yield return "other examples are right than the model classifies right";

        if (Stages.Count > attack.Attacks.Count)
            yield return $"there are {Stages.Count} stages of {attack.Attacks.Count} attacks";
        foreach (var (stage, member) in Stages.Zip(attack.Attacks))
        {
            var expected = AutoAttackStage.Of(member, classes);
            var here = expected with
            {
                Attacked = stage.Attacked, Misclassified = stage.Misclassified, RobustAccuracy = stage.RobustAccuracy,
                Seconds = stage.Seconds, ModelEvaluations = stage.ModelEvaluations, Backwards = stage.Backwards,
                Predictions = stage.Predictions, Perturbation = stage.Perturbation,
            };
            if (!Json.Same(here, stage))
                yield return $"a stage is of {stage.Attack} where one of {member.Name}, with other settings, belongs";
        }
        foreach (var fault in Consistency.OfStages(Proportion.Of(Right), Stages, IsIndividual)) yield return fault;
        var standing = Proportion.Of(Standing);
        var left = Stages.Count > 0 && !IsIndividual ? Stages[^1].RobustAccuracy : Proportion.Of(Right);
        if (standing != left)
            yield return $"{Consistency.Words(standing)} stand, but the stages leave {Consistency.Words(left)}";

        var size = evaluator.Options.BatchSize;
        var all = Stages.Count == attack.Attacks.Count ? 0 : (standing.Successes + size - 1) / size;
        if (Batches < 0 || Batches > all) yield return $"{Batches} batches are done of {all}";
        var attacked = (long)Batches * size;
        for (var i = 0; i < count; i++)
            if (Standing[i] && attacked-- <= 0 && !Robust[i] && !(IsIndividual && Stages.Count > 0))
                yield return $"example {i} is not robust, but was not attacked yet";
        foreach (var fault in OfPredictions(evaluator, attack)) yield return fault;
        foreach (var fault in Consistency.OfCost("the running attack", Seconds, ModelEvaluations, Backwards ?? 0))
            yield return fault;
        if (Batches == 0 && (Seconds, ModelEvaluations) != (0, 0))
            yield return $"no batch is done, but {ModelEvaluations} passes are counted";
        if (Warnings.CountBy(warning => warning.Flag).Any(flag => flag.Value > 1))
            yield return "a warning is there twice";
        var saves = evaluator.Options.SaveAdversarialTo is not null;
        if (IsSealed && saves != Images is not null)
            yield return $"it {(saves ? "does not say which" : "speaks of")} images lie beside it";
    }

    // the running attack counts as one that has ended
    private IEnumerable<string> OfPredictions(Evaluator evaluator, AutoAttack attack)
    {
        var stages = Stages;
        if (Stages.Count < attack.Attacks.Count)
        {
            if (Predictions is not { } predictions) yield break; // written by an earlier version
            if (predictions.Length != Right.Length)
            {
                yield return $"there are {predictions.Length} predictions for {Right.Length} examples";
                yield break;
            }
            // those that are not attacked yet are as if they had stayed correct
            var left = (long)Batches * evaluator.Options.BatchSize;
            long[] whole = [.. predictions.Select(
                (prediction, i) => Standing[i] && left-- <= 0 && prediction == -1 ? evaluator.Labels[i] : prediction)];
            var running = this with { Predictions = whole };
            stages = running.Next(attack.Attacks[Stages.Count], evaluator).Stages;
        }
        foreach (var fault in Consistency.OfPredictions(stages, evaluator.Labels, Right, Robust, IsIndividual))
            yield return fault;
    }

    private static int? FirstOutside(bool[] inner, bool[] outer)
    {
        for (var i = 0; i < Math.Min(inner.Length, outer.Length); i++)
            if (inner[i] && !outer[i]) return i;
        return null;
    }
}

/// <summary>The adversarial images beside a state: what of their file belongs to it. The file is written before the
/// state, so it may have more.</summary>
/// <param name="Count">How many.</param>
/// <param name="Sha256">Of positions and pixels, in their order.</param>
internal sealed record SavedImages(int Count, string Sha256);
