using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Adr.Attacks;
using Adr.Data;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>The accuracy of a model under a list of attacks.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Natural">Accuracy on the clean images.</param>
/// <param name="NaturalPerClass">The same for the examples of each class.</param>
/// <param name="Attacks">One result per attack, in the order given.</param>
/// <param name="WorstCase">The share of all examples that are correct and stay so under every attack; equal to
/// <paramref name="Natural"/> without attacks.</param>
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
    string Device) : IStored
{
    /// <summary>The number of examples, N.</summary>
    public int Examples => Natural.Total;

    /// <summary>Signs of an unreliable evaluation, in sentences: answers that depend on the rest of the batch, or on
    /// chance; outputs that look like probabilities; the same class for every example; attacks that had no gradient to
    /// move by. Empty where nothing was seen.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>By which to know the attacked model's weights and buffers again, SHA-256; null in reports of
    /// before.</summary>
    public string? Weights { get; init; }

    /// <summary>By which to know the attacked images and labels again, SHA-256; null in reports of before.</summary>
    public string? Data { get; init; }

    /// <summary>Everything as JSON: shares with their counts and 95 % intervals, settings, time, evaluations, and for
    /// each attack one 0 or 1 per example.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, Json.Indented)!.AsObject();

    /// <summary>Writes <see cref="ToJson"/>, whole or not at all; makes the folder where it is missing.</summary>
    /// <param name="path">The file; it is replaced if it exists.</param>
    public void Save(string path) => Json.Write(path, this);

    /// <summary>Reads a report back.</summary>
    /// <param name="path">A file by <see cref="Save"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file holds something else, or is damaged.</exception>
    public static RobustnessReport Load(string path) => Json.Read<RobustnessReport>(path);

    /// <summary>Reports of one model on the same examples as one, with the worst case over all of their
    /// attacks.</summary>
    /// <param name="parts">At least one, of the same data, number of examples, seed and natural accuracy.</param>
    /// <exception cref="ArgumentException">There is no report, or they are of different things.</exception>
    public static RobustnessReport Together(IReadOnlyList<RobustnessReport> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0) throw new ArgumentException("There is no report to put together.", nameof(parts));
        var first = parts[0];
        if (parts.FirstOrDefault(part => Same(part) != Same(first)) is { } other)
            throw new ArgumentException(
                $"{Words(first)} and {Words(other)}: reports of different things cannot be put together.",
                nameof(parts));
        AttackResult[] attacks = [.. parts.SelectMany(part => part.Attacks)];
        return first with { Attacks = attacks, WorstCase = Worst(first.Natural, attacks),
            Notes = [.. parts.SelectMany(part => part.Notes).Distinct()] };
    }

    IEnumerable<string> IStored.Faults()
    {
        var classes = ClassNames.Count;
        foreach (var fault in Consistency.OfClasses("natural accuracy", Natural, NaturalPerClass, classes))
            yield return fault;
        foreach (var attack in Attacks)
        {
            foreach (var fault in Consistency.OfRobustAccuracy(
                attack.Attack, attack.RobustAccuracy, attack.Robust, attack.PerClass, Natural, classes))
                yield return fault;
            foreach (var fault in Consistency.OfCost(
                attack.Attack, attack.Seconds, attack.ModelEvaluations, attack.Backwards, attack.Settings))
                yield return fault;
        }
        if (Worst(Natural, Attacks) is var worst && worst != WorstCase)
            yield return $"the worst case is {Consistency.Words(WorstCase)}, but the attacks together leave "
                + $"{Consistency.Words(worst)}";
    }

    private static Proportion Worst(Proportion natural, IReadOnlyList<AttackResult> attacks) => attacks.Count == 0
        ? natural
        : Proportion.Of([.. Enumerable.Range(0, natural.Total).Select(i => attacks.All(attack => attack.Robust[i]))]);

    private static (string Model, string Data, Proportion Natural, long Seed) Same(RobustnessReport report) =>
        (report.Model, report.DataSet, report.Natural, report.Seed);

    private static string Words(
        RobustnessReport report) => $"{report.Model} on {report.DataSet} (natural {report.Natural.Successes} of "
            + $"{report.Examples}, seed {report.Seed})";

    /// <summary>Natural accuracy, robust accuracy under each attack, and the worst case over them.</summary>
    /// <remarks>
    /// Robust accuracy is the share of all examples that are classified correctly and stay so. Examples that are
    /// misclassified as they are count as not robust and are not attacked. Every attack runs on all other examples,
    /// with random numbers that depend on the seed and the example's position alone. So a result does not depend on the
    /// other attacks in the list or, but for rounding, on the batch size.
    /// </remarks>
    /// <param name="evaluator">Model and data.</param>
    /// <param name="attacks">The attacks, in the order of the report; none gives natural accuracy alone.</param>
    /// <exception cref="ArgumentException">An attack does not suit the model; nothing has run then.</exception>
    /// <exception cref="InvalidOperationException">The model's logits or gradients are not finite, or it has no
    /// gradient where an attack needs one.</exception>
    public static RobustnessReport Evaluate(Evaluator evaluator, IReadOnlyList<Attack> attacks)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        ArgumentNullException.ThrowIfNull(attacks);
        foreach (var attack in attacks) evaluator.Check(attack, nameof(attacks));
        var correct = evaluator.Correct;
        AttackResult[] results = [.. attacks.Select((attack, i) => AttackResult.Of(evaluator, attack, i, correct))];
        bool[] worst = [.. correct.Select(
            (isCorrect, i) => isCorrect && Array.TrueForAll(results, result => result.Robust[i]))];
        return new RobustnessReport(evaluator.Name, evaluator.Data.Name, Proportion.Of(correct),
            evaluator.PerClass(correct), results, Proportion.Of(worst), evaluator.Data.ClassNames,
            evaluator.Options.Seed, evaluator.Device)
        {
            Weights = Fingerprint.Of(evaluator.Model),
            Data = Fingerprint.Of(evaluator.Data),
            Notes =
            [
                .. evaluator.Notes,
                .. evaluator.NotesOn(attacks.Zip(results, (attack, result) => (attack, result.Unmoved))),
            ],
        };
    }
}

/// <summary>The short way to a <see cref="RobustnessReport"/>.</summary>
public static class Robustness
{
    /// <summary>Natural accuracy, robust accuracy under each attack, and the worst case over them.</summary>
    /// <param name="model">Gives logits [B,K]. It runs in evaluation mode and is afterwards as it was before.</param>
    /// <param name="data">The examples.</param>
    /// <param name="attacks">The attacks, in the order of the report.</param>
    /// <param name="options">How to run; null for the defaults.</param>
    /// <param name="name">The model's name in tables; null for its own.</param>
    /// <param name="cancellation">Stops before the next step of an attack.</param>
    /// <exception cref="ArgumentException">Model, data, attacks and options do not fit together; nothing has run
    /// then.</exception>
    public static RobustnessReport Evaluate(
        nn.Module<Tensor, Tensor> model,
        Dataset data,
        IReadOnlyList<Attack> attacks,
        EvaluationOptions? options = null,
        string? name = null,
        CancellationToken cancellation = default)
    {
        using var evaluator = new Evaluator(model, data, options, name, cancellation);
        return RobustnessReport.Evaluate(evaluator, attacks);
    }
}

/// <summary>What one attack did to a data set.</summary>
/// <param name="Attack">The attack's name.</param>
/// <param name="Threat">What it was allowed to do.</param>
/// <param name="RobustAccuracy">The share of all examples that are classified correctly and stay so.</param>
/// <param name="Robust">For each example whether it is classified correctly and stays so.</param>
/// <param name="PerClass">The same share for the examples of each class.</param>
/// <param name="Seconds">Wall time of the attack.</param>
/// <param name="ModelEvaluations">Forward plus backward passes of the attack, counted per example.</param>
public sealed record AttackResult(
    string Attack,
    ThreatModel Threat,
    Proportion RobustAccuracy,
    [property: JsonConverter(typeof(FlagsConverter))] bool[] Robust,
    IReadOnlyList<Proportion> PerClass,
    double Seconds,
    long ModelEvaluations)
{
    /// <summary>The backward passes among <see cref="ModelEvaluations"/>: gradients, counted per example. 0 for an
    /// attack score-based.</summary>
    public long Backwards { get; init; }

    /// <summary>The forward passes among <see cref="ModelEvaluations"/>, counted per example.</summary>
    public long Forwards => ModelEvaluations - Backwards;

    /// <summary>How many examples stayed correct because the gradient of the attack's loss was exactly zero wherever it
    /// began, so that it could not move them. More than a few say that the attack measures nothing here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Unmoved { get; init; }

    /// <summary>What the attack did differently from what its name says, as a sentence
    /// (<see cref="Attacks.Attack.FallbackFor"/>); null where there is nothing to say.</summary>
    public string? Note { get; init; }

    /// <summary>The attack's settings as text by name, such as "steps": "40", "stepSize": "0.01".</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    internal static AttackResult Of(Evaluator evaluator, Attack attack, int number, bool[] correct)
    {
        var (clock, cost) = (Stopwatch.StartNew(), new AttackCost());
        var folder = evaluator.Options.SaveAdversarialTo;
        using var images = folder is null ? null : new AdversarialImages(evaluator.Data);
        var robust = evaluator.StayCorrect(attack, correct, cost, images);
        var seconds = clock.Elapsed.TotalSeconds;
        images?.Save(folder!, number, evaluator.Name, attack, evaluator.Options.Seed, robust);
        return new AttackResult(attack.Name, attack.Threat, Proportion.Of(robust), robust, evaluator.PerClass(robust),
            seconds, cost.ModelEvaluations)
        {
            Backwards = cost.Backwards,
            Unmoved = cost.UnmovedCorrect,
            Note = attack.FallbackFor(evaluator.Data.Classes),
            Settings = AttackSettings.Of(attack),
        };
    }
}

/// <summary>One flag per example as a text of 0 and 1: ten thousand lines of "true" would bury the rest of a
/// report.</summary>
internal sealed class FlagsConverter : JsonConverter<bool[]>
{
    /// <inheritdoc/>
    public override bool[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String
            ? reader.GetString()!
            : throw new JsonException("Expected a text of 0 and 1.");
        if (text.FirstOrDefault(
            letter => letter is not ('0' or '1'),
            '0') is var wrong and not '0') throw new JsonException(
                $"Expected a text of 0 and 1, but there is a '{wrong}'.");
        return [.. text.Select(letter => letter == '1')];
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, bool[] value, JsonSerializerOptions options) =>
        writer.WriteStringValue(string.Concat(value.Select(flag => flag ? '1' : '0')));
}
