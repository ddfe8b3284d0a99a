using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Adr.Attacks;
using Adr.Models;
using Adr.Training;

namespace Adr.Evaluation;

/// <summary>How far a run of Auto-Attack is: enough to resume to the same result. Written after every batch.</summary>
/// <param name="Run">What runs: fingerprints, attacks with their settings, seed, batch size. Another run does not
/// resume from here.</param>
/// <param name="Right">For each example whether the clean image is classified correctly.</param>
/// <param name="Warnings">What was seen before the attacks.</param>
/// <param name="Stages">The attacks that are done.</param>
/// <param name="Standing">For each example whether it was robust when the running attack began.</param>
/// <param name="Robust">For each example whether it is robust so far.</param>
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
    private const int Format = 2; // 1 had other names for its settings

    /// <summary>The backward passes among <see cref="ModelEvaluations"/>; null in a file that was written without
    /// them.</summary>
    public long? Backwards { get; init; }

    /// <summary>What runs, so that another run does not resume from here.</summary>
    internal static JsonObject Describe(Evaluator evaluator, AutoAttack attack) => new()
    {
        ["model"] = Fingerprint.Of(evaluator.Model),
        ["architecture"] = ModelFacts.NameOf(evaluator.Model),
        ["data"] = Fingerprint.Of([("images", evaluator.Data.Images), ("labels", evaluator.Data.Labels)]),
        ["examples"] = evaluator.Data.Count,
        ["attacks"] = string.Join("; ", attack.Attacks.Select(AttackSettings.Whole)),
        ["seed"] = evaluator.Options.Seed,
        ["batchSize"] = evaluator.Options.BatchSize,
        ["savesImages"] = evaluator.Options.SaveAdversarialTo is not null,
    };

    /// <summary>Before the first attack.</summary>
    internal static AutoAttackState Begin(JsonObject run, bool[] correct, IReadOnlyList<SanityWarning> warnings) =>
        new(run, correct, warnings, [], correct, correct, 0, 0, 0) { Backwards = 0 };

    /// <summary>After an attack, before the next one.</summary>
    internal AutoAttackState Next(AutoAttackStage done) =>
        this with { Stages = [.. Stages, done], Standing = Robust, Batches = 0, Seconds = 0, ModelEvaluations = 0, Backwards = 0 };

    /// <summary>The state in a file; null where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="run">What shall run.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="InvalidOperationException">It belongs to another run; the message says how that
    /// differs.</exception>
    internal static AutoAttackState? Read(string path, JsonObject run)
    {
        if (!File.Exists(path)) return null;
        var stored = Json.ReadObject(path);
        if (stored["format"]?.GetValue<int>() != Format)
            throw new InvalidDataException($"{path} is not a state of Auto-Attack in format {Format}. Name another "
                + $"file, or delete it to begin anew.");
        AutoAttackState state;
        try
        {
            state = stored["state"].Deserialize<AutoAttackState>(Json.Compact)
                ?? throw new InvalidDataException($"{path} holds no state. Delete it to begin anew.");
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"{path} is damaged: {damaged.Message} Delete it to begin anew.", damaged);
        }
        var differences = Json.Differences(state.Run, run).ToList();
        return differences.Count == 0 ? state : throw new InvalidOperationException(
            $"{path} belongs to another run, so this one cannot resume from it:\n  "
                + $"{string.Join("\n  ", differences)}\nName another state file, or delete this one.");
    }

    /// <summary>Writes the state whole or not at all.</summary>
    internal void Write(string path) =>
        Json.WriteText(path, new JsonObject {
            ["format"] = Format,
            ["state"] = JsonSerializer.SerializeToNode(this, Json.Compact) }.ToJsonString(Json.Compact) + "\n");
}
