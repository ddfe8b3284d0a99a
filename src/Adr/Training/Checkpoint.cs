using System.Globalization;
using System.Text.Json.Nodes;
using Adr.Evaluation;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>What a run needs to continue as if it had never stopped.</summary>
/// <remarks>It is one safetensors file, so that a rename replaces all of it at once. Nothing in it depends on time:
/// equal runs give equal bytes. It knows the other files of its folder by their fingerprints; in checkpoints of earlier
/// versions these are null.</remarks>
/// <param name="Epoch">How many epochs are complete; 0 for the initial weights.</param>
/// <param name="InitialNorm">See <see cref="DivergenceGuard.InitialNorm"/>.</param>
/// <param name="Settings">Of the run's settings (<see cref="RunConfig.Fingerprint(JsonObject)"/>).</param>
/// <param name="Metrics">Of the epochs' metrics (<see cref="MetricsFile.Fingerprint"/>).</param>
/// <param name="Best">Of the weights of the best epoch.</param>
internal sealed record Checkpoint(int Epoch, double? InitialNorm, string? Settings, string? Metrics, string? Best)
{
    private const string Format = "adr-checkpoint-1", ModelPrefix = "model.", OptimizerPrefix = "optimizer.";
    private const string PerturbationName = "perturbation"; // where a defence keeps one

    /// <summary>Writes the state after an epoch.</summary>
    internal void Save(RunFolder folder, nn.Module<Tensor, Tensor> model, Optimizer optimizer,
        PersistentPerturbation perturbation)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (name, value) in model.state_dict()) tensors[ModelPrefix + name] = value;
        foreach (var (name, value) in optimizer.State) tensors[OptimizerPrefix + name] = value;
        if (perturbation.Value is { } kept) tensors[PerturbationName] = kept;
        var metadata = new Dictionary<string, string?>
        {
            ["format"] = Format,
            ["architecture"] = ModelFacts.NameOf(model),
            ["epoch"] = Epoch.ToString(CultureInfo.InvariantCulture),
            ["optimizerSteps"] = optimizer.Steps.ToString(CultureInfo.InvariantCulture),
            ["initialLatentNorm"] = InitialNorm?.ToString("R", CultureInfo.InvariantCulture),
            ["settings"] = Settings,
            ["metrics"] = Metrics,
            ["best"] = Best,
        };
        Safetensors.Write(folder.CheckpointPath, tensors,
            metadata.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!));
    }

    /// <summary>Puts a folder's state into the model, the optimiser and the perturbation; null where the folder has
    /// none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or of another model, optimiser or run.</exception>
    internal static Checkpoint? Restore(
        RunFolder folder, nn.Module<Tensor, Tensor> model, Optimizer optimizer, PersistentPerturbation perturbation,
        string settings)
    {
        var path = folder.CheckpointPath;
        if (!File.Exists(path)) return null;
        using var scope = NewDisposeScope();
        var (tensors, metadata) = Safetensors.Read(path);
        if (metadata.GetValueOrDefault("format") != Format)
            throw new InvalidDataException(
                $"{path} is no checkpoint of this library ({Format}). Delete the folder to train from the start.");
        var norm = metadata.GetValueOrDefault("initialLatentNorm");
        if (!int.TryParse(metadata.GetValueOrDefault("epoch"), NumberStyles.None, CultureInfo.InvariantCulture,
                out var epoch)
            || !long.TryParse(metadata.GetValueOrDefault("optimizerSteps"), NumberStyles.None,
                CultureInfo.InvariantCulture, out var steps)
            || !double.TryParse(norm ?? "0", CultureInfo.InvariantCulture, out var initialNorm)
            || !(initialNorm >= 0 && double.IsFinite(initialNorm)))
            throw new InvalidDataException($"{path} is damaged: its epoch, steps or norm are no numbers that a run "
                + "writes. Delete the folder to train from the start.");
        var checkpoint = new Checkpoint(epoch, norm is null ? null : initialNorm,
            metadata.GetValueOrDefault("settings"), metadata.GetValueOrDefault("metrics"),
            metadata.GetValueOrDefault("best"));
        if (checkpoint.Settings is { } other && other != settings
            && other != RunConfig.Fingerprint(Json.ReadObject(folder.ConfigPath))) // of an earlier format
            throw new InvalidDataException($"{path} belongs to a run of other settings than {folder.ConfigPath}. "
                + "Delete the folder to train from the start.");
        var weights = Below(ModelPrefix);
        Weights.CheckNumbers(model, weights, path);
        Weights.CopyInto(model, weights, path);
        try
        {
            optimizer.Restore(Below(OptimizerPrefix), steps);
        }
        catch (InvalidDataException wrong)
        {
            throw new InvalidDataException($"{path}: {wrong.Message}", wrong);
        }
        if (tensors.TryGetValue(PerturbationName, out var kept))
            perturbation.Put(kept.to(model.parameters().First().device), epoch);
        return checkpoint;

        Dictionary<string, Tensor> Below(string prefix) => tensors
            .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value);
    }
}

/// <summary>What the checkpoint holds, for people and scripts.</summary>
/// <param name="Defence">The defence's name.</param>
/// <param name="Epoch">How many epochs are complete.</param>
/// <param name="Epochs">How many there will be.</param>
/// <param name="BestEpoch">The epoch whose weights are kept; 0 before the first one ends.</param>
/// <param name="Finished">Whether all are complete.</param>
internal sealed record CheckpointInfo(string Defence, int Epoch, int Epochs, int BestEpoch, bool Finished) : IStored
{
    /// <summary>Of a run.</summary>
    internal static CheckpointInfo Of(TrainingHistory history, int epochs) => new(
        history.Defence, history.Epochs.Count, epochs, history.BestEpoch, history.Epochs.Count == epochs);

    IEnumerable<string> IStored.Faults()
    {
        if (Epoch < 0 || Epoch > Epochs || BestEpoch < 0 || BestEpoch > Epoch || Finished != (Epoch == Epochs))
            yield return $"epoch {Epoch} of {Epochs} and best epoch {BestEpoch} do not go with finished: {Finished}";
    }
}

/// <summary>Keeps the weights of the best epoch, in the run folder or, without one, in memory.</summary>
internal sealed class BestWeights(nn.Module<Tensor, Tensor> model, RunFolder? folder) : IDisposable
{
    private Dictionary<string, Tensor> _copy = [];

    /// <summary>By which to know the weights of the best epoch; null where none are known, as in checkpoints of
    /// earlier versions.</summary>
    internal string? Known { get; set; }

    /// <summary>Writes the model's weights, which are those of the best epoch, to the folder.</summary>
    internal void Write()
    {
        if (folder is not null) Weights.Save(model, folder.BestPath);
    }

    /// <summary>Whether the folder has the weights that are known.</summary>
    internal bool IsWritten()
    {
        if (folder is null) return true;
        if (!File.Exists(folder.BestPath)) return false;
        if (Known is null) return true;
        using var scope = NewDisposeScope();
        var (stored, _) = Safetensors.Read(folder.BestPath);
        return Fingerprint.Of(stored) == Known;
    }

    /// <summary>Keeps the model's weights as they are now: in memory, or by their fingerprint until
    /// <see cref="Write"/> is called.</summary>
    internal void Keep()
    {
        if (folder is not null)
        {
            Known = Fingerprint.Of(model);
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
