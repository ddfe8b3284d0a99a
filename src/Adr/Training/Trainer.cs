using System.Text.Json.Nodes;
using Adr.Data;
using Adr.Models;
using Adr.Native;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>Trains a model with a defence.</summary>
/// <remarks>The same model, data, settings and machine give the same bits. A run with a folder can be killed at any
/// moment and continued: the order of batches derives from (seed, epoch), the noise of attacks from (seed, epoch,
/// example), and libtorch's generator (dropout) is set from (seed, epoch, step) before each step, so nothing random is
/// carried over. That generator is the process's: where dropout is on, two trainings at once in one process change each
/// other's numbers.</remarks>
public sealed class Trainer
{
    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly Defence _defence;
    private readonly TrainingOptions _options;
    private readonly JsonObject _described;

    /// <summary>Sets up a run.</summary>
    /// <param name="model">Any module; it is trained in place, from the weights that it has now.</param>
    /// <param name="defence">How a batch becomes a loss.</param>
    /// <param name="options">The other settings.</param>
    /// <exception cref="ArgumentException">The options cannot work (every problem is listed), or the defence needs a
    /// latent that the model does not give.</exception>
    public Trainer(nn.Module<Tensor, Tensor> model, Defence defence, TrainingOptions options)
    {
        NativeTorch.Load();
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(defence);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (defence.Weights is not null) ModelFacts.Latent(model);
        (_model, _defence, _options) = (model, defence, options);
        _described = RunConfig.Describe(model); // before training changes its weights
    }

    /// <summary>Trains, or continues the run of the folder, or just loads what a finished run left.</summary>
    /// <param name="train">The training data, of which the options may hold some out. Never the test set.</param>
    /// <param name="resumeFrom">A run folder, or its path: the run in it is continued, or a new one is started. Metrics
    /// and checkpoints go there after every epoch; without it none are written.</param>
    /// <param name="progress">Reported to a few times a second, on this thread.</param>
    /// <param name="cancellation">Stops within a step. The folder then holds the last complete epoch; the model is left
    /// as it is at that moment.</param>
    /// <returns>The history. The model has the weights of its best epoch and is in evaluation mode.</returns>
    /// <exception cref="ArgumentException">The data do not suit the model or the options.</exception>
    /// <exception cref="TrainingDivergedException">The loss or the latent grew without bound.</exception>
    /// <exception cref="InvalidOperationException">The folder holds a run with other settings, or the model's weights
    /// are not finite.</exception>
    /// <exception cref="InvalidDataException">A file of the folder is damaged, or does not belong to the others, or its
    /// weights are not finite.</exception>
    /// <exception cref="IOException">The folder is in use by another run, or cannot be written to.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was requested.</exception>
    public TrainingHistory Fit(
        Dataset train,
        RunFolder? resumeFrom = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        _options.Validate(train);
        ModelFacts.Check(_model, train.ImageShape, train.Classes, train.Name, nameof(train));
        var config = resumeFrom is null ? null : RunConfig.Of(_described, train, _defence, _options);
        using var taken = config is null ? null : resumeFrom!.Open(config);
        var settings = config is null ? "" : RunConfig.Fingerprint(config);
        using var run = new TrainingRun(
            _model, _defence, _options, train, resumeFrom, settings, progress, HostCancellation.Or(cancellation));
        return run.Complete();
    }
}
