using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>Trains a classifier under a defence.</summary>
/// <remarks>
/// Same model, data, settings and machine give the same bits. A run with a folder can be killed at any moment and continued: the
/// order of batches derives from (seed, epoch), the noise of attacks from (seed, epoch, point), and libtorch's generator (dropout)
/// is set anew from (seed, epoch, step) before each step, so nothing random is carried over. That generator is the process's: where
/// dropout is on, two trainings at once in one process disturb each other's numbers, though nothing else of each other.
/// </remarks>
public sealed class Trainer
{
    private const int DropoutStream = 1, NoiseStream = 2, ValidationStream = 3, AugmentationStream = 4;
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(200);

    private readonly Classifier _model;
    private readonly Defence _defence;
    private readonly TrainingOptions _options;
    private readonly string _initialWeights;

    /// <summary>Sets up a run.</summary>
    /// <param name="model">What is trained, in place, from the weights it has now.</param>
    /// <param name="defence">How a batch becomes a loss.</param>
    /// <param name="options">The rest.</param>
    /// <exception cref="ArgumentException">The options cannot work; every problem is listed.</exception>
    public Trainer(Classifier model, Defence defence, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(defence);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_model, _defence, _options) = (model, defence, options);
        using var scope = NewDisposeScope();
        _initialWeights = Fingerprint(model.state_dict().OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value));
    }

    /// <summary>Trains, or goes on where the folder's run stopped, or just loads what a finished run left.</summary>
    /// <param name="train">The training data; some of it is held out where the options say so. Never the test set.</param>
    /// <param name="folder">Where metrics and checkpoints go after every epoch; none are kept without.</param>
    /// <param name="progress">Told a few times a second, on this thread.</param>
    /// <param name="cancellation">Stops within a step. The folder then holds the last complete epoch; the model is left as it is at that moment.</param>
    /// <returns>The history. The model has the weights of its best epoch and is in evaluation mode.</returns>
    /// <exception cref="ArgumentException">The data do not suit the model or the options.</exception>
    /// <exception cref="TrainingDivergedException">The loss is not finite, or the latent runs away.</exception>
    /// <exception cref="InvalidOperationException">The folder holds a run under other settings.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was requested.</exception>
    public TrainingHistory Fit(Dataset train, RunFolder? folder = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        cancellation = HostCancellation.Or(cancellation);
        _options.Validate(train);
        CheckFits(train);
        using var taken = folder?.Open(Describe(train));
        var clock = Stopwatch.StartNew();
        var device = torch.device(_options.Device);
        _model.to(device);
        var (fit, held) = _options.ValidationCount > 0 ? train.HoldOut(_options.ValidationCount, _options.Seed) : (train.Take(train.Count), null);
        using var ownFit = fit;
        using var ownHeld = held;
        using var optimizer = _options.Optimizer.Create([.. _model.named_parameters().Where(p => p.parameter.requires_grad)]);
        var guard = new DivergenceGuard(_defence, _options.Optimizer.LearningRate, _options.LatentGrowthLimit);
        using var best = new BestWeights(_model, folder);

        var epochs = Resume(folder, optimizer, guard);
        var history = TrainingHistory.Of(_defence.Name, [.. epochs]);
        while (epochs.Count < _options.Epochs)
        {
            epochs.Add(RunEpoch(epochs.Count + 1, fit, held, device, optimizer, guard, history, progress, clock, cancellation));
            history = TrainingHistory.Of(_defence.Name, [.. epochs]);
            folder?.WriteMetrics(epochs);
            if (history.BestEpoch == epochs.Count) best.Keep();
            if (folder is not null)
            {
                Checkpoint.Save(folder, _model, optimizer, epochs.Count, guard.InitialLatentNorm!.Value);
                Checkpoint.Announce(folder, history, _options.Epochs);
            }
        }
        best.Load();
        _model.eval();
        return history;
    }

    // Puts the folder's last checkpoint into model, optimiser and guard; returns the epochs it stands for.
    private List<EpochMetrics> Resume(RunFolder? folder, Optimizer optimizer, DivergenceGuard guard)
    {
        if (folder is null || Checkpoint.Restore(folder, _model, optimizer) is not { } checkpoint) return [];
        var epochs = folder.ReadMetrics().Where(line => line.Epoch <= checkpoint.Epoch).ToList(); // a later line had no checkpoint yet
        if (epochs.Count != checkpoint.Epoch)
            throw new InvalidDataException($"{folder.MetricsPath} has {epochs.Count} of the {checkpoint.Epoch} epochs of the checkpoint beside it. Delete the folder to train anew.");
        guard.InitialLatentNorm = checkpoint.InitialLatentNorm;
        Checkpoint.Announce(folder, TrainingHistory.Of(_defence.Name, epochs), _options.Epochs);
        return epochs;
    }

    private EpochMetrics RunEpoch(int epoch, Dataset fit, Dataset? held, Device device, Optimizer optimizer, DivergenceGuard guard,
        TrainingHistory soFar, IProgress<TrainingProgress>? progress, Stopwatch clock, CancellationToken cancellation)
    {
        var began = clock.Elapsed;
        var reported = TimeSpan.Zero;
        var fullEpsilon = _defence.Attack?.Threat.Epsilon ?? 0;
        var (epsilonWarmup, termWarmup) = (new LinearWarmup(_options.EpsilonWarmupEpochs), new LinearWarmup(_options.TermWarmupEpochs));
        using var carried = new Carried();
        var tally = new EpochTally();
        var (step, steps) = (0, fit.BatchCount(_options.BatchSize));
        var attackType = AttackType(fit);
        var (epsilon, learningRate) = (0.0, 0.0);

        foreach (var batch in fit.ShuffledBatches(_options.BatchSize, _options.Seed, epoch))
        {
            cancellation.ThrowIfCancellationRequested();
            using var points = batch;
            using var scope = NewDisposeScope(); // every tensor of a step ends with it
            step++;
            epsilon = fullEpsilon * epsilonWarmup.At(epoch, step, steps);
            var termShare = termWarmup.At(epoch, step, steps);
            var defence = termShare < 1 && _defence.Weights is { } weights ? _defence.WithWeights(weights * termShare) : _defence;
            learningRate = LearningRateAt(epoch, step, steps);
            _model.train();
            Reseed(epoch, step);
            var seeds = new ExampleSeeds(_options.Seed, batch.Indices).Fork(NoiseStream).Fork(epoch);
            var here = batch.To(device);
            if (_options.Augmentation is { } augmentation) here = here with { Images = augmentation.Apply(here.Images, seeds.Fork(AugmentationStream)) };
            var inner = new InnerAttack(epsilon, seeds, attackType, cancellation, epoch, carried);
            for (var replay = 0; replay < defence.Replays; replay++)
            {
                using var once = NewDisposeScope();
                var (loss, gradients) = defence.Differentiate(_model, here, inner, optimizer.Parameters);
                var (value, latentNorm) = (loss.Total.item<float>(), MeanNorm(loss.Latent));
                guard.Check(value, latentNorm, epoch, step);
                optimizer.Step(gradients, learningRate);
                tally.Add(loss, here.Labels, value, latentNorm);
            }
            if (progress is not null && (step == steps || clock.Elapsed - reported > ReportInterval))
            {
                reported = clock.Elapsed;
                progress.Report(new TrainingProgress(epoch, _options.Epochs, step, steps, tally.Loss, tally.NaturalAccuracy, tally.RobustAccuracy,
                    learningRate, epsilon, clock.Elapsed.TotalSeconds, soFar));
            }
        }
        var (natural, robust, classes) = held is null ? (null, null, null) : Validate(held, device, cancellation);
        return new EpochMetrics(epoch, learningRate, epsilon, tally.Loss, tally.Terms, tally.NaturalAccuracy, tally.RobustAccuracy,
            natural, robust, tally.LatentNorm, (clock.Elapsed - began).TotalSeconds) { ValidationClasses = classes };
    }

    private double LearningRateAt(int epoch, int step, int steps) => _options.CyclicPeak is { } peak
        ? new CyclicLearningRate(_options.Optimizer.LearningRate, peak, _options.Epochs).At(epoch, step, steps)
        : new LearningRateSchedule(_options.Optimizer.LearningRate, _options.Milestones, _options.DecayFactor).At(epoch);

    // Accuracies on the points held out, clean and under a short PGD at full ε, and how many classes the clean answers name; the noise is the same after every epoch.
    private (double? Natural, double? Robust, int? Classes) Validate(Dataset held, Device device, CancellationToken cancellation)
    {
        _model.eval();
        var attack = _defence.Attack is { Threat.Epsilon: > 0 } trained ? new Pgd(trained.Threat, _options.ValidationSteps) : null;
        long right = 0, robust = 0;
        var (answered, asked) = (new HashSet<long>(), new HashSet<long>());
        foreach (var batch in held.Batches(256))
        {
            using var points = batch;
            using var scope = NewDisposeScope();
            using var noGraph = no_grad();
            var here = batch.To(device);
            var logits = _model.call(here.Images); // [B,K]
            right += EpochTally.CountRight(logits, here.Labels);
            answered.UnionWith(logits.argmax(1).Values<long>());
            asked.UnionWith(batch.Labels.Values<long>());
            if (attack is null) continue;
            var seeds = new ExampleSeeds(_options.Seed, batch.Indices).Fork(ValidationStream);
            robust += EpochTally.CountRight(_model.call(attack.RunUnchecked(_model, here.Images, here.Labels, seeds, cancellation)), here.Labels);
        }
        return ((double)right / held.Count, attack is null ? null : (double)robust / held.Count, asked.Count > 1 ? answered.Count : null);
    }

    // Dropout draws from libtorch's own generator; a fixed start at every step makes a resumed run draw the same.
    private void Reseed(int epoch, int step)
    {
        var key = CounterNoise.Key(CounterNoise.Key(CounterNoise.Key((ulong)_options.Seed, DropoutStream), epoch), step);
        manual_seed((long)(key >> 1));
    }

    private static double MeanNorm(Tensor latent) // [B,D] → scalar
    {
        using var noGraph = no_grad();
        return latent.detach().flatten(1).pow(2).sum(1).sqrt().mean().item<float>();
    }

    private void CheckFits(Dataset train)
    {
        if (!train.ImageShape.SequenceEqual(_model.InputShape))
            throw new ArgumentException($"{_model.Architecture} takes images [{string.Join(",", _model.InputShape)}], {train.Name} has [{string.Join(",", train.ImageShape)}].", nameof(train));
        if (train.Classes != _model.Classes)
            throw new ArgumentException($"{_model.Architecture} tells {_model.Classes} classes apart, {train.Name} has {train.Classes}.", nameof(train));
    }

    private JsonObject Describe(Dataset train) => new()
    {
        ["model"] = DescribeModel(),
        ["data"] = new JsonObject { ["name"] = train.Name, ["count"] = train.Count, ["sha256"] = Fingerprint([train.Images, train.Labels]) },
        ["defence"] = _defence.Describe(),
        ["attackType"] = AttackType(train).ToString(),
        ["options"] = JsonSerializer.SerializeToNode(_options, Json.Compact),
    };

    private JsonObject DescribeModel()
    {
        var description = new JsonObject { ["architecture"] = _model.Architecture, ["initialWeights"] = _initialWeights };
        if (_model is StagedClassifier staged && staged.LatentLayer != staged.DefaultLatentLayer) description["latentLayer"] = staged.LatentLayer;
        return description;
    }

    private ScalarType AttackType(Dataset data) => _options.AttackPrecision.TypeFor(data.Name, torch.device(_options.Device));

    private static string Fingerprint(IEnumerable<Tensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var scope = NewDisposeScope();
        foreach (var tensor in tensors) hash.AppendData(tensor.detach().cpu().contiguous().bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
