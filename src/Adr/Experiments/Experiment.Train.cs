using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Adr.Data;
using Adr.Models;
using Adr.Training;

namespace Adr.Experiments;

public sealed partial record Experiment
{
    /// <summary>Trains a new network under a defence, goes on with an interrupted run, or loads a finished one.</summary>
    /// <param name="defence">A name that <see cref="Defence"/> knows.</param>
    /// <param name="progress">See <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellation">See <see cref="Trainer.Fit"/>.</param>
    public TrainedModel Train(string defence, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        var how = Defence(defence);
        var (train, test) = Load();
        using (train)
        using (test)
        {
            var model = NewNetwork(train.Classes);
            var folder = FolderOf(defence);
            var history = new Trainer(model, how, Options()).Fit(train, folder, progress, cancellation);
            return new TrainedModel(defence, model, history, folder, history.Seconds);
        }
    }

    /// <summary>The run folder of a defence: <c>DATA-NETWORK-BUDGET-DEFENCE-seedN-HASH</c>. Other settings, another hash, another folder; but settings that this defence does not
    /// look at make no difference, so that ADV is trained once for any weights of ADR's terms.</summary>
    /// <param name="defence">A name that <see cref="Defence"/> knows.</param>
    public RunFolder FolderOf(string defence)
    {
        var root = RunsFolder ?? (Environment.GetEnvironmentVariable("ADR_RUNS") is { Length: > 0 } set ? set : Path.Combine("artifacts", "runs"));
        var training = SeenBy(defence) with { RunsFolder = null, TestCount = 0, Judgement = new() }; // not what only the evaluation sees
        return new RunFolder(Path.Combine(root, $"{DataSet}-{Network}-{Budget}-{defence}-seed{Seed}-{Hash(JsonSerializer.Serialize(training, Json.Compact))}".ToLowerInvariant()));
    }

    private static readonly Experiment Unset = new()
    {
        Budget = default, DataSet = "", Network = "", TrainCount = 0, ValidationCount = 0, TestCount = 0, Epochs = 0, AttackSteps = 0, StepSize = 0, Epsilon = 0, Judgement = new(),
    };

    // what other defences alone look at is as if it had not been set
    private Experiment SeenBy(string defence)
    {
        var (isAdr, isAwp) = (defence.StartsWith("ADR-", StringComparison.Ordinal), defence.EndsWith("-AWP", StringComparison.Ordinal));
        var inner = isAwp ? defence[..^4] : defence;
        if (isAdr) inner = inner[Math.Min(4, inner.Length)..];
        return this with
        {
            Weights = isAdr ? Weights : Unset.Weights,
            TermWarmupEpochs = isAdr ? TermWarmupEpochs : Unset.TermWarmupEpochs,
            AwpSize = isAwp ? AwpSize : null,
            CrossEntropyWeight = inner == "ADV" ? CrossEntropyWeight : Unset.CrossEntropyWeight,
            Beta = inner == "TRADES" ? Beta : Unset.Beta,
            MartBeta = inner == "MART" ? MartBeta : Unset.MartBeta,
            Replays = inner == "Free" ? Replays : Unset.Replays,
        };
    }

    private TrainingOptions Options() => new()
    {
        Epochs = Epochs, BatchSize = BatchSize, Optimizer = Optimizer, Milestones = Milestones, CyclicPeak = CyclicPeak, EpsilonWarmupEpochs = EpsilonWarmupEpochs, TermWarmupEpochs = TermWarmupEpochs,
        Augmentation = Augment ? new CropAndFlip() : null, Seed = Seed, ValidationCount = ValidationCount, Device = Device, AttackPrecision = AttackPrecision,
    };

    private Classifier NewNetwork(int classes)
    {
        var model = Networks.Create(Network, classes, Seed, Dropout);
        if (LatentLayer is null) return model;
        if (model is not StagedClassifier staged) throw new ArgumentException($"{Network} has one latent; LatentLayer cannot be chosen.");
        staged.LatentLayer = LatentLayer;
        return model;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
}
