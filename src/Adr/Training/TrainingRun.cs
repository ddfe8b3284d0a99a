using System.Diagnostics;
using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>One run of a <see cref="Trainer"/>: its state, and what one step does to it.</summary>
internal sealed class TrainingRun : IDisposable
{
    private const int DropoutStream = 1, NoiseStream = 2, ValidationStream = 3, AugmentationStream = 4;
    private const string Anew = "Delete the folder to train from the start.";
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(200);

    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly Defence _defence;
    private readonly TrainingOptions _options;
    private readonly RunFolder? _folder;
    private readonly string _settings; // their fingerprint
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;

    private readonly Device _device;
    private readonly Dataset _train;
    private readonly Dataset? _held;
    private readonly Optimizer _optimizer;
    private readonly DivergenceGuard _guard;
    private readonly BestWeights _best;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly RunEnvironment _began;
    private readonly int _steps; // of each epoch

    private readonly List<string> _notes = []; // on what the folder held
    private List<EpochMetrics> _epochs = [];
    private TrainingRecord _record = TrainingRecord.Empty;
    private EpochTally _tally = new();
    private readonly PersistentPerturbation _perturbation = new();
    private int _epoch, _step; // the present ones, from 1
    private double _epsilon, _learningRate; // those of the present step
    private TimeSpan _reported;

    internal TrainingRun(
        nn.Module<Tensor, Tensor> model,
        Defence defence,
        TrainingOptions options,
        Dataset train,
        RunFolder? folder,
        string settings,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellation)
    {
        (_model, _defence, _options, _folder, _settings) = (model, defence, options, folder, settings);
        (_progress, _cancellation) = (progress, cancellation);
        _device = device(options.Device);
        _began = RunEnvironment.Here(options.Device);
        (_train, _held) = options.ValidationCount > 0
            ? train.HoldOut(options.ValidationCount, options.Seed)
            : (train.Take(train.Count), null);
        _steps = _train.BatchCount(options.BatchSize);
        model.to(_device);
        _optimizer = options.Optimizer.Create([.. model.named_parameters().Where(p => p.parameter.requires_grad)]);
        _guard = new DivergenceGuard(defence, options.Optimizer.LearningRate, options.LatentGrowthLimit);
        _best = new BestWeights(model, folder);
    }

    private TrainingHistory History => TrainingHistory.Of(_defence.Name, [.. _epochs]) with { FolderNotes = _notes };

    /// <summary>Trains the epochs that are left; the model then has the weights of the best one.</summary>
    internal TrainingHistory Complete()
    {
        Resume();
        while (_epochs.Count < _options.Epochs)
        {
            _epochs.Add(RunEpoch());
            if (History.BestEpoch == _epoch) _best.Keep();
            Save();
        }
        _best.Load();
        _model.eval();
        return History;
    }

    public void Dispose()
    {
        _best.Dispose();
        _perturbation.Dispose();
        _optimizer.Dispose();
        _held?.Dispose();
        _train.Dispose();
    }

    private EpochMetrics RunEpoch()
    {
        var began = _clock.Elapsed;
        (_epoch, _step, _tally, _reported) = (_epochs.Count + 1, 0, new EpochTally(), default);
        foreach (var batch in _train.ShuffledBatches(_options.BatchSize, _options.Seed, _epoch))
        {
            _cancellation.ThrowIfCancellationRequested();
            using (batch) Step(batch);
            Report();
        }
        var (natural, robust, classes, confidence) = Validate();
        return new EpochMetrics(_epoch, _learningRate, _epsilon, _tally.Loss, _tally.Terms, _tally.NaturalAccuracy,
            _tally.RobustAccuracy, natural, robust, _tally.Norm, (_clock.Elapsed - began).TotalSeconds)
        {
            ValidationClasses = classes,
            ValidationConfidence = confidence,
        };
    }

    private void Step(Batch batch)
    {
        using var scope = NewDisposeScope(); // frees every tensor of the step
        _step++;
        _epsilon = (_defence.Attack?.Threat.Epsilon ?? 0) * Share(_options.EpsilonWarmupEpochs);
        _learningRate = LearningRate();
        var defence = WarmedUp(_defence, Share(_options.TermWarmupEpochs));
        var seeds = new ExampleSeeds(_options.Seed, batch.Indices).Fork(NoiseStream).Fork(_epoch);
        var here = batch.To(_device);
        if (_options.Augmentation is { } augmentation)
            here = here with { Images = augmentation.Apply(here.Images, seeds.Fork(AugmentationStream)) };
        var inner = new InnerAttack(_epsilon, seeds, _cancellation, _epoch, _perturbation,
            _options.Optimizer.WeightDecay);

        _model.train();
        SeedDropout();
        for (var replay = 0; replay < defence.Replays; replay++)
        {
            SafePoint.Pass();
            using var once = NewDisposeScope();
            var (loss, gradients) = defence.Differentiate(_model, here, inner, _optimizer.Parameters);
            var numbers = StepNumbers.Read(loss, here.Labels);
            _guard.Check(numbers.Loss, numbers.Norm, numbers.Watched, _epoch, _step, _optimizer.Steps == 0);
            _optimizer.Step(gradients, _learningRate, Momentum());
            _tally.Add(numbers, batch.Labels.shape[0]);
        }
    }

    private double Share(int warmupEpochs) => new LinearWarmup(warmupEpochs).At(_epoch, _step, _steps);

    private double LearningRate()
    {
        var rate = _options.Optimizer.LearningRate;
        return Cycle?.At(_epoch, _step, _steps)
            ?? new LearningRateSchedule(rate, _options.Milestones, _options.DecayFactor).At(_epoch);
    }

    private double? Momentum() => Cycle?.MomentumAt(_epoch, _step, _steps);

    private CyclicLearningRate? Cycle => _options.CyclicPeak is { } peak
        ? new CyclicLearningRate(_options.Optimizer.LearningRate, peak, _options.Epochs)
        : null;

    private static Defence WarmedUp(Defence defence, double share) =>
        share < 1 && defence.Weights is { } weights ? defence.WithWeights(weights * share) : defence;

    // Dropout draws from libtorch's own generator; a fixed start at every step makes a resumed run draw the same.
    private void SeedDropout()
    {
        var key = CounterNoise.Key(CounterNoise.Key((ulong)_options.Seed, DropoutStream), _epoch);
        manual_seed((long)(CounterNoise.Key(key, _step) >> 1));
    }

    private void Report()
    {
        if (_progress is null || _step < _steps && _clock.Elapsed - _reported <= ReportInterval) return;
        _reported = _clock.Elapsed;
        _progress.Report(new TrainingProgress(
            _epoch, _options.Epochs, _step, _steps, _tally.Loss, _tally.NaturalAccuracy, _tally.RobustAccuracy,
            _learningRate, _epsilon, _clock.Elapsed.TotalSeconds, History));
    }

    // Accuracies on the examples held out, clean and under a short PGD at full ε, how many classes the clean
    // predictions name, and how sure they are. The noise is the same after every epoch.
    private (double? Natural, double? Robust, int? Classes, double? Confidence) Validate()
    {
        if (_held is null) return default;
        _model.eval();
        var attack = _defence.Attack is { Threat.Epsilon: > 0 } trained
            ? new Pgd(trained.Threat, _options.ValidationSteps)
            : null;
        long right = 0, robust = 0;
        var confidence = 0.0;
        var (predicted, present) = (new HashSet<long>(), new HashSet<long>());
        foreach (var batch in _held.Batches(256))
        {
            using var examples = batch;
            using var scope = NewDisposeScope();
            using var noGraph = no_grad();
            var here = batch.To(_device);
            var logits = ModelFacts.Logits(_model, here.Images); // [B,K]
            _guard.CheckHeldOut(logits.isfinite().all().item<bool>(), _epoch, _step);
            confidence += logits.to(ScalarType.Float64).softmax(1).amax([1L]).sum().item<double>();
            right += StepNumbers.CountRight(logits, here.Labels).item<long>();
            predicted.UnionWith(logits.argmax(1).Values<long>());
            present.UnionWith(batch.Labels.Values<long>());
            if (attack is null) continue;
            var seeds = new ExampleSeeds(_options.Seed, batch.Indices).Fork(ValidationStream);
            var perturbed = attack.RunUnchecked(_model, here.Images, here.Labels, seeds, _cancellation);
            robust += StepNumbers.CountRight(ModelFacts.Logits(_model, perturbed), here.Labels).item<long>();
        }
        return ((double)right / _held.Count, attack is null ? null : (double)robust / _held.Count,
            present.Count > 1 ? predicted.Count : null, confidence / _held.Count);
    }

    // Puts the folder's last checkpoint into the model, the optimiser and the guard, and reads the epochs before it.
    private void Resume()
    {
        var checkpoint = _folder is null ? null : Checkpoint.Restore(
            _folder, _model, _optimizer, _perturbation, _settings);
        var state = checkpoint is null ? _model.state_dict() : _model.state_dict().Concat(_optimizer.State);
        if (_perturbation.Value is { } kept) state = state.Append(KeyValuePair.Create("the perturbation", kept));
        if (ModelFacts.NotFinite(state) is { } name)
            throw checkpoint is null
                ? new InvalidOperationException($"{ModelFacts.NameOf(_model)} has numbers in {name} that are not "
                    + "finite, and no step was taken yet. Check the weights that it was given.")
                : new InvalidDataException($"{_folder!.CheckpointPath} has numbers in {name} that are not finite: the "
                    + "run had diverged before it was saved. Delete the folder to train from the start.");
        if (_folder is null) return;
        _record = _folder.Record();
        var written = _folder.ReadMetrics(_notes.Add);
        if (checkpoint is null)
        {
            if (written.Count > 0)
                throw new InvalidDataException($"{_folder.MetricsPath} has {written.Count} epochs, but there is no "
                    + $"{_folder.CheckpointPath} to continue from. {Anew}");
            Save(); // the initial weights, which perhaps no seed gives again
            return;
        }
        if (written.Count < checkpoint.Epoch || checkpoint.Epoch > _options.Epochs)
            throw new InvalidDataException($"{_folder.MetricsPath} has {written.Count} of the {checkpoint.Epoch} "
                + $"epochs of the checkpoint beside it, in a run of {_options.Epochs}. {Anew}");
        if (written.Count > checkpoint.Epoch + 1) // the next one's checkpoint may not have come
            _notes.Add($"{_folder.MetricsPath} has {written.Count} epochs, and the checkpoint is of epoch "
                + $"{checkpoint.Epoch}; those after it are trained again.");
        _epochs = [.. written.Take(checkpoint.Epoch)];
        if (checkpoint.Metrics is { } metrics && metrics != MetricsFile.Fingerprint(_epochs))
            throw new InvalidDataException($"{_folder.MetricsPath} has other numbers than the run of the checkpoint "
                + $"beside it. {Anew}");
        if (_optimizer.Steps != (long)checkpoint.Epoch * _steps * _defence.Replays)
            throw new InvalidDataException($"{_folder.CheckpointPath} has {_optimizer.Steps} steps after "
                + $"{checkpoint.Epoch} epochs of {_steps * _defence.Replays}. {Anew}");
        _guard.InitialNorm = checkpoint.InitialNorm;
        _best.Known = checkpoint.Best;
        if (_epochs.Count > 0 && !_best.IsWritten())
        {
            if (History.BestEpoch != checkpoint.Epoch)
                throw new InvalidDataException($"{_folder.BestPath} is missing, or does not hold the weights of epoch "
                    + $"{History.BestEpoch}, the best one. {Anew}");
            _best.Write(); // its checkpoint was written, and then the process ended
        }
        Json.Write(_folder.CheckpointInfoPath, CheckpointInfo.Of(History, _options.Epochs));
    }

    // The checkpoint is in front of the best weights: where it is of the best epoch, they can be written from it.
    private void Save()
    {
        if (_folder is null) return;
        if (_epochs.Count > 0)
        {
            _record = _record.With(_epochs.Count, _began.ContinuedBy(RunEnvironment.Here(_options.Device)));
            Json.Write(_folder.EnvironmentPath, _record); // an epoch that is lost is cut off when it is trained again
        }
        MetricsFile.Write(_folder.MetricsPath, _epochs);
        new Checkpoint(_epochs.Count, _guard.InitialNorm, _settings, MetricsFile.Fingerprint(_epochs), _best.Known)
            .Save(_folder, _model, _optimizer, _perturbation);
        if (_epochs.Count > 0 && History.BestEpoch == _epochs.Count) _best.Write();
        Json.Write(_folder.CheckpointInfoPath, CheckpointInfo.Of(History, _options.Epochs));
    }
}
