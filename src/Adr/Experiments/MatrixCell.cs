using Adr.Evaluation;
using Adr.Training;

namespace Adr.Experiments;

/// <summary>One run of a matrix: a defence under an experiment's settings, its seed among them.</summary>
/// <param name="Experiment">The settings.</param>
/// <param name="Defence">A name that <see cref="Experiment.Defence"/> knows.</param>
public sealed record MatrixCell(Experiment Experiment, string Defence)
{
    /// <summary>The run's folder.</summary>
    public RunFolder Folder => Experiment.FolderOf(Defence);

    /// <summary>Its row of the table, if it has been trained and judged; null where it is missing.</summary>
    public RobustnessRow? Row() => Experiment.Row(Defence);

    /// <summary>How far it is: "missing", "trained" or "judged", or "epoch 3 of 40".</summary>
    public string State()
    {
        var folder = Folder;
        if (Experiment.Row(Defence) is not null) return "judged";
        if (folder.IsFinished) return "trained";
        return folder.ReadMetrics().Count is > 0 and var epochs ? $"epoch {epochs} of {Experiment.Epochs}" : "missing";
    }

    /// <summary>Trains and judges, or goes on where it was cut off; the network is freed afterwards.</summary>
    /// <param name="training">See <see cref="Trainer.Fit"/>.</param>
    /// <param name="judging">Told after every batch of an attack.</param>
    /// <param name="cancellation">Stops it; the folder keeps what was done.</param>
    public RobustnessRow Run(IProgress<TrainingProgress>? training = null, IProgress<EvaluationProgress>? judging = null, CancellationToken cancellation = default)
    {
        if (Row() is { } row) return row;
        var trained = Experiment.Train(Defence, training, cancellation);
        using var model = trained.Model;
        return Experiment.Judge(trained, judging, cancellation);
    }

    /// <summary>"ADR-ADV on mnist, seed 3".</summary>
    public override string ToString() => $"{Defence} on {Experiment.DataSet}, seed {Experiment.Seed}";
}
