using System.Globalization;
using System.Text.Json.Nodes;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>Everything a run needs to go on as if it had never stopped: model, optimiser, the epoch, and the latent's first norm.</summary>
/// <remarks>One safetensors file, so that a rename replaces all of it at once. Nothing in it depends on time: equal runs give equal bytes.</remarks>
internal sealed record Checkpoint(int Epoch, double InitialLatentNorm)
{
    private const string Format = "adr-checkpoint-1";

    /// <summary>Writes the state after an epoch.</summary>
    internal static void Save(RunFolder folder, Classifier model, Optimizer optimizer, int epoch, double initialLatentNorm)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (name, value) in model.state_dict()) tensors["model." + name] = value;
        foreach (var (name, value) in optimizer.State) tensors["optimizer." + name] = value;
        Safetensors.Write(folder.CheckpointPath, tensors, new Dictionary<string, string>
        {
            ["format"] = Format,
            ["architecture"] = model.Architecture,
            ["epoch"] = epoch.ToString(CultureInfo.InvariantCulture),
            ["optimizerSteps"] = optimizer.Steps.ToString(CultureInfo.InvariantCulture),
            ["initialLatentNorm"] = initialLatentNorm.ToString("R", CultureInfo.InvariantCulture),
        });
    }

    /// <summary>Puts a folder's state into model and optimiser; null where the folder has none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or of another model or optimiser.</exception>
    internal static Checkpoint? Restore(RunFolder folder, Classifier model, Optimizer optimizer)
    {
        if (!File.Exists(folder.CheckpointPath)) return null;
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var (tensors, metadata) = Safetensors.Read(folder.CheckpointPath);
        if (!metadata.TryGetValue("format", out var format) || format != Format)
            throw new InvalidDataException($"{folder.CheckpointPath} is no checkpoint of this library ({Format}). Delete the folder to train anew.");
        foreach (var (name, own) in model.state_dict())
        {
            if (!tensors.TryGetValue("model." + name, out var stored) || !stored.shape.SequenceEqual(own.shape))
                throw new InvalidDataException($"{folder.CheckpointPath} has no model.{name} of shape [{string.Join(",", own.shape)}]; it is of another model.");
            own.copy_(stored);
        }
        const string prefix = "optimizer.";
        optimizer.Restore(
            tensors.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value),
            long.Parse(metadata["optimizerSteps"], CultureInfo.InvariantCulture));
        return new Checkpoint(int.Parse(metadata["epoch"], CultureInfo.InvariantCulture), double.Parse(metadata["initialLatentNorm"], CultureInfo.InvariantCulture));
    }

    /// <summary>Says in JSON, for people and scripts, what the checkpoint holds.</summary>
    internal static void Announce(RunFolder folder, TrainingHistory history, int epochs) =>
        Json.WriteText(folder.CheckpointInfoPath, new JsonObject
        {
            ["defence"] = history.Defence,
            ["epoch"] = history.Epochs.Count,
            ["epochs"] = epochs,
            ["bestEpoch"] = history.BestEpoch,
            ["finished"] = history.Epochs.Count == epochs,
        }.ToJsonString(Json.Indented) + "\n");
}
