using System.Text.Json.Nodes;

namespace Adr.Training;

/// <summary>The folder of one training run: its settings, its metrics and its weights.</summary>
/// <remarks><c>config.json</c>: every setting; a run with other settings does not continue here. <c>metrics.jsonl</c>:
/// one line for each epoch (<see cref="EpochMetrics"/>). <c>checkpoint.safetensors</c>, <c>checkpoint.json</c>: model,
/// optimiser and epoch, to continue from. <c>best.safetensors</c>: the weights of the best epoch.
/// <c>environment.json</c>: with which machine and versions each epoch was trained. Every file is replaced by a rename,
/// so none is ever half written. Metrics and weights have checksums, and the checkpoint knows the settings, the metrics
/// and the best weights that belong to it: a folder that is damaged, or put together from several, is refused.
/// <c>run.lock</c> keeps a second run out while one is at work.</remarks>
public sealed class RunFolder
{
    private const string Another = "another folder: give its path to Fit, or set an experiment's RunsFolder, "
        + "the option --runs or the environment variable ADR_RUNS";

    /// <summary>Names a folder; it need not exist yet.</summary>
    /// <param name="path">Absolute, or relative to the current directory.</param>
    public RunFolder(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FullPath = Path.GetFullPath(path);
    }

    /// <summary>Lets a path be given where a folder is expected.</summary>
    /// <param name="path">Absolute, or relative to the current directory.</param>
    public static implicit operator RunFolder(string path) => new(path);

    /// <summary>Where it is.</summary>
    public string FullPath { get; }

    /// <summary>Every setting of the run.</summary>
    public string ConfigPath => File("config.json");

    /// <summary>One line of JSON for each epoch.</summary>
    public string MetricsPath => File("metrics.jsonl");

    /// <summary>Model and optimiser after the last complete epoch.</summary>
    public string CheckpointPath => File("checkpoint.safetensors");

    /// <summary>What the checkpoint holds, for people and scripts: epoch, epochs, bestEpoch, finished.</summary>
    public string CheckpointInfoPath => File("checkpoint.json");

    /// <summary>The weights of the best epoch.</summary>
    public string BestPath => File("best.safetensors");

    /// <summary>With which machine and versions each epoch was trained (<see cref="TrainingPart"/>).</summary>
    public string EnvironmentPath => File("environment.json");

    /// <summary>Whether every epoch of the run is done.</summary>
    /// <exception cref="InvalidDataException"><see cref="CheckpointInfoPath"/> is damaged.</exception>
    public bool IsFinished => System.IO.File.Exists(CheckpointInfoPath)
        && Json.Read<CheckpointInfo>(CheckpointInfoPath).Finished;

    /// <summary>A file of this folder, such as a table that goes with the run.</summary>
    /// <param name="name">Its name.</param>
    public string File(string name) => Path.Combine(FullPath, name);

    /// <summary>The metrics written so far, epoch by epoch from 1; none where there is no file.</summary>
    /// <param name="note">Told, in a sentence, where the last line is incomplete and is left out, as after a kill.
    /// Null, the default, for nobody.</param>
    /// <exception cref="InvalidDataException">Another line is damaged, or an epoch is missing or there twice; the
    /// message has the file and the line.</exception>
    public IReadOnlyList<EpochMetrics> ReadMetrics(Action<string>? note = null) =>
        System.IO.File.Exists(MetricsPath) ? MetricsFile.Read(MetricsPath, note) : [];

    /// <summary>With which machine and versions the epochs were trained: one part, or several where the run was resumed
    /// with others. Epochs that an earlier version of the library trained are in none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public IReadOnlyList<TrainingPart> ReadEnvironments() => Record().Parts;

    /// <summary>The folder's path.</summary>
    public override string ToString() => FullPath;

    /// <summary>What <see cref="EnvironmentPath"/> holds; nothing where there is no such file.</summary>
    internal TrainingRecord Record() => System.IO.File.Exists(EnvironmentPath)
        ? Json.Read<TrainingRecord>(EnvironmentPath)
        : TrainingRecord.Empty;

    /// <summary>Takes the folder for one run until disposed, and compares its settings with these.</summary>
    /// <exception cref="IOException">Another run uses it, or it may not be written to.</exception>
    /// <exception cref="InvalidDataException">Its settings are damaged or missing.</exception>
    /// <exception cref="InvalidOperationException">It holds a run with other settings.</exception>
    internal IDisposable Open(JsonObject config)
    {
        var guard = FileLock.Take(File("run.lock"),
            $"{FullPath} is in use by another run. Wait until it ends, or choose {Another}.", isKept: true);
        try
        {
            AtomicFile.RemoveOrphans(FullPath);
            if (!System.IO.File.Exists(ConfigPath) && System.IO.File.Exists(CheckpointPath))
                throw new InvalidDataException($"{ConfigPath} is missing, so nothing says of which settings "
                    + $"{CheckpointPath} is. Delete the folder to train from the start.");
            if (!System.IO.File.Exists(ConfigPath))
                AtomicFile.Write(ConfigPath, config.ToJsonString(Json.Indented) + "\n");
            var differences = RunConfig.Differences(ConfigPath, config);
            if (differences.Count > 0)
                throw new InvalidOperationException($"{FullPath} holds a run with other settings:\n  "
                    + $"{string.Join("\n  ", differences)}\nDelete the folder, or choose {Another}.");
            return guard;
        }
        catch
        {
            guard.Dispose();
            throw;
        }
    }
}
