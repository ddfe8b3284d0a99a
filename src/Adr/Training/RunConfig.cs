using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>The config.json of a run folder: every setting that decides what is computed.</summary>
/// <remarks>The initial weights of a network that draws them from a seed (<see cref="Classifier.Seed"/>) are
/// settings too, by their fingerprint. Those of any other network count only until the first checkpoint holds them; of
/// such a network the names and shapes of the parameters are recorded. The first format had the initial weights of
/// every network.</remarks>
internal static class RunConfig
{
    /// <summary>What is recorded of a model, with the weights that it has now.</summary>
    internal static JsonObject Describe(nn.Module<Tensor, Tensor> model)
    {
        using var scope = NewDisposeScope();
        var state = model.state_dict().OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        var description = new JsonObject { ["architecture"] = ModelFacts.NameOf(model) };
        if (model is Classifier { Seed: not null })
            description["initialWeights"] = Fingerprint(state.Select(pair => pair.Value));
        else
            description["parameters"] = new JsonObject(
                from pair in state
                select KeyValuePair.Create(pair.Key, (JsonNode?)$"[{string.Join(",", pair.Value.shape)}]"));
        if (model is StagedClassifier staged && staged.LatentLayer != staged.DefaultLatentLayer)
            description["latentLayer"] = staged.LatentLayer;
        if (model is ConvNet { Dropout: not ConvNet.DefaultDropout and var dropout }) description["dropout"] = dropout;
        return description;
    }

    /// <summary>All settings of a run.</summary>
    internal static JsonObject Of(JsonObject model, Dataset train, Defence defence, TrainingOptions options) => new()
    {
        [FileFormat.Key] = FileFormat.Current,
        ["model"] = model.DeepClone(),
        ["data"] = new JsonObject
        {
            ["name"] = train.Name,
            ["count"] = train.Count,
            ["sha256"] = Fingerprint([train.Images, train.Labels]),
        },
        ["defence"] = defence.Describe(),
        ["options"] = JsonSerializer.SerializeToNode(options, Json.Compact),
    };

    /// <summary>By which to know the settings of a run again.</summary>
    internal static string Fingerprint(JsonObject config)
    {
        var settings = config.DeepClone().AsObject();
        settings.Remove(FileFormat.Key);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(settings.ToJsonString(Json.Compact))));
    }

    /// <summary>Where the settings of a file differ from these: one line for each setting, with both values.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or of a later version of this library.</exception>
    internal static IReadOnlyList<string> Differences(string path, JsonObject here)
    {
        var there = Json.ReadObject(path);
        var isFirstFormat = !there.ContainsKey(FileFormat.Key);
        there = FileFormat.Update(there, path)!.AsObject();
        if (isFirstFormat && there["model"] is JsonObject model && here["model"]?["parameters"] is { } parameters)
        {
            model.Remove("initialWeights");
            model["parameters"] = parameters.DeepClone(); // not recorded then; the checkpoint checks them
        }
        var rounded = JsonNode.Parse(here.ToJsonString(Json.Compact))!.AsObject(); // numbers as after a round trip
        rounded.Remove(FileFormat.Key);
        return [.. Json.Differences(there, rounded)];
    }

    private static string Fingerprint(IEnumerable<Tensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var scope = NewDisposeScope();
        foreach (var tensor in tensors) hash.AppendData(tensor.detach().cpu().contiguous().bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
