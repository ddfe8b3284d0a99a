using System.Globalization;
using System.Text.Json.Nodes;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>What a run needs to continue as if it had never stopped.</summary>
/// <remarks>It is one safetensors file, so that a rename replaces all of it at once. Nothing in it depends on time:
/// equal runs give equal bytes.</remarks>
/// <param name="Epoch">How many epochs are complete; 0 for the initial weights.</param>
/// <param name="InitialNorm">See <see cref="DivergenceGuard.InitialNorm"/>.</param>
internal sealed record Checkpoint(int Epoch, double? InitialNorm)
{
    private const string Format = "adr-checkpoint-1", ModelPrefix = "model.", OptimizerPrefix = "optimizer.";

    /// <summary>Writes the state after an epoch.</summary>
    internal void Save(RunFolder folder, nn.Module<Tensor, Tensor> model, Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (name, value) in model.state_dict()) tensors[ModelPrefix + name] = value;
        foreach (var (name, value) in optimizer.State) tensors[OptimizerPrefix + name] = value;
        var metadata = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["architecture"] = ModelFacts.NameOf(model),
            ["epoch"] = Epoch.ToString(CultureInfo.InvariantCulture),
            ["optimizerSteps"] = optimizer.Steps.ToString(CultureInfo.InvariantCulture),
        };
        if (InitialNorm is { } norm) metadata["initialLatentNorm"] = norm.ToString("R", CultureInfo.InvariantCulture);
        Safetensors.Write(folder.CheckpointPath, tensors, metadata);
    }

    /// <summary>Puts a folder's state into the model and the optimiser; null where the folder has none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or of another model or optimiser.</exception>
    internal static Checkpoint? Restore(RunFolder folder, nn.Module<Tensor, Tensor> model, Optimizer optimizer)
    {
        var path = folder.CheckpointPath;
        if (!File.Exists(path)) return null;
        using var scope = NewDisposeScope();
        var (tensors, metadata) = Safetensors.Read(path);
        if (!metadata.TryGetValue("format", out var format) || format != Format)
            throw new InvalidDataException(
                $"{path} is no checkpoint of this library ({Format}). Delete the folder to train from the start.");
        Weights.CopyInto(model, Below(ModelPrefix), path);
        optimizer.Restore(Below(OptimizerPrefix), long.Parse(metadata["optimizerSteps"], CultureInfo.InvariantCulture));
        return new Checkpoint(
            int.Parse(metadata["epoch"], CultureInfo.InvariantCulture),
            metadata.TryGetValue("initialLatentNorm", out var norm)
                ? double.Parse(norm, CultureInfo.InvariantCulture)
                : null);

        Dictionary<string, Tensor> Below(string prefix) => tensors
            .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value);
    }

    /// <summary>Says in JSON, for people and scripts, what the checkpoint holds.</summary>
    internal static void WriteInfo(RunFolder folder, TrainingHistory history, int epochs) =>
        AtomicFile.Write(folder.CheckpointInfoPath, new JsonObject
        {
            ["defence"] = history.Defence,
            ["epoch"] = history.Epochs.Count,
            ["epochs"] = epochs,
            ["bestEpoch"] = history.BestEpoch,
            ["finished"] = history.Epochs.Count == epochs,
        }.ToJsonString(Json.Indented) + "\n");
}

/// <summary>Keeps the weights of the best epoch, in the run folder or, without one, in memory.</summary>
internal sealed class BestWeights(nn.Module<Tensor, Tensor> model, RunFolder? folder) : IDisposable
{
    private Dictionary<string, Tensor> _copy = [];

    /// <summary>Keeps the model's weights as they are now.</summary>
    internal void Keep()
    {
        if (folder is not null)
        {
            Weights.Save(model, folder.BestPath);
            return;
        }
        Dispose();
        _copy = model.state_dict().ToDictionary(
            pair => pair.Key, pair => pair.Value.detach().clone().DetachFromDisposeScope());
    }

    /// <summary>Puts the kept weights into the model.</summary>
    internal void Load()
    {
        if (folder is null) Weights.CopyInto(model, _copy, "the best epoch");
        else Weights.Load(model, folder.BestPath);
    }

    /// <summary>Frees the copy.</summary>
    public void Dispose()
    {
        foreach (var value in _copy.Values) value.Dispose();
        _copy = [];
    }
}
