using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Adr.Training;

namespace Adr.Experiments;

public sealed partial record ExperimentMatrix
{
    // a setting that does not exist is an error, not an omission
    private static readonly JsonSerializerOptions Strict = new(Json.Compact) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowOutOfOrderMetadataProperties = true };

    /// <summary>Reads a matrix from a JSON file.</summary>
    /// <remarks>
    /// <c>{ "experiments": { NAME: { "of": "mnist", "budget": "desktop", … } }, "defences": ["ADV", …], "seeds": [1, …], "device": "auto" }</c>,
    /// where "of" is mnist, cifar-10 or cifar-100, and what follows are properties of <see cref="Experiment"/> that differ from the budget's,
    /// nested ones too: <c>"epochs": 20, "weights": { "confidence": 0 }</c>. Comments are allowed.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="runsFolder">See <see cref="Experiment.RunsFolder"/>.</param>
    /// <exception cref="InvalidDataException">The file is no such JSON; the message says what is wrong with it.</exception>
    public static ExperimentMatrix Load(string path, string? runsFolder = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            var file = JsonSerializer.Deserialize<MatrixFile>(File.ReadAllText(path), new JsonSerializerOptions(Strict) { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true })
                ?? throw new InvalidDataException($"{path} holds null, not a matrix.");
            return new ExperimentMatrix
            {
                Experiments = file.Experiments.ToDictionary(pair => pair.Key, pair => Named(pair.Key, () => Read(pair.Value, file.Device ?? "auto") with { RunsFolder = runsFolder })),
                Defences = file.Defences,
                Seeds = file.Seeds,
            };
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is no matrix of experiments: {problem.Message}", problem);
        }
    }

    private static Experiment Named(string name, Func<Experiment> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException)
        {
            throw new ArgumentException($"experiment \"{name}\": {problem.Message}", problem);
        }
    }

    private static Experiment Read(JsonObject changes, string device)
    {
        changes = changes.DeepClone().AsObject();
        var of = Take("of") ?? throw new ArgumentException("\"of\" is missing: mnist, cifar-10 or cifar-100.");
        var budgetName = Take("budget") ?? throw new ArgumentException("\"budget\" is missing: smoke, quick, desktop or paper.");
        if (!Enum.TryParse<Budget>(budgetName, ignoreCase: true, out var budget) || char.IsAsciiDigit(budgetName[0])) throw new ArgumentException($"\"budget\" is \"{budgetName}\"; expected smoke, quick, desktop or paper.");
        var network = changes["network"]?.GetValue<string>();
        var settings = of switch
        {
            "mnist" => Experiment.Mnist(budget, device: device),
            "cifar-10" => Experiment.Cifar10(budget, device: device, network: network ?? "cifar-cnn"),
            "cifar-100" => Experiment.Cifar100(budget, device: device, network: network ?? "cifar-100-cnn"),
            _ => throw new ArgumentException($"\"of\" is \"{of}\"; expected mnist, cifar-10 or cifar-100."),
        };
        var merged = JsonSerializer.SerializeToNode(settings, Strict)!.AsObject();
        Merge(merged, changes);
        return merged.Deserialize<Experiment>(Strict)! with { StandsInFor = settings.StandsInFor };

        string? Take(string key) => changes.Remove(key, out var value) ? value?.GetValue<string>() : null;
    }

    private static void Merge(JsonObject into, JsonObject changes)
    {
        foreach (var (key, value) in changes)
        {
            if (value is JsonObject inner && into[key] is JsonObject there && !inner.ContainsKey("kind")) Merge(there, inner);
            else into[key] = value?.DeepClone();
        }
    }

    private sealed record MatrixFile(IReadOnlyDictionary<string, JsonObject> Experiments, IReadOnlyList<string> Defences, IReadOnlyList<long> Seeds, string? Device = null);
}
