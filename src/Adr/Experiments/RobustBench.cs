using System.Globalization;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Evaluation;
using Adr.Models;
using Adr.Training;

namespace Adr.Experiments;

/// <summary>Results in the form of RobustBench's <c>model_info</c>: one JSON file for each model, with Auto-Attack's
/// robust accuracy.</summary>
/// <remarks>The fields are those that its own benchmark writes (RobustBench/robustbench, <c>ModelInfo</c>), but for
/// those of corruptions, and <c>unreliable</c>. As there, a field that is not known is null, to be filled in by hand:
/// link, name, authors, venue and the reported number are of a paper, and these models are not of one. The footnote
/// says what a reader of the numbers has to know: which part of the data they are of.</remarks>
public static class RobustBench
{
    private const string StandardAutoAttack = "AutoAttack";

    // by our names: RobustBench's name if it has such a leaderboard, and the numbers of images of the whole data set
    private static readonly Dictionary<string, (string? Name, int Train, int Test)> WholeSets = new()
    {
        ["cifar-10"] = ("cifar10", 50_000, 10_000),
        ["cifar-100"] = ("cifar100", 50_000, 10_000),
        ["mnist"] = (null, 60_000, 10_000),
        ["fashion-mnist"] = (null, 60_000, 10_000),
    };

    /// <summary>Writes a file for each run of a matrix that Auto-Attack has evaluated: DATASET/NORM/RUN-FOLDER.json,
    /// and with "-eps" and ε behind the name where a run was evaluated at several. Of evaluations at the same ε, the
    /// one with the most images attacked counts.</summary>
    /// <param name="matrix">The runs.</param>
    /// <param name="folder">Where to; made if it is not there. Files of the same names are replaced.</param>
    /// <returns>The files, and why other runs have none.</returns>
    /// <exception cref="InvalidDataException">A file of a run folder is damaged.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static (IReadOnlyList<string> Files, IReadOnlyList<string> LeftOut) Write(
        ExperimentMatrix matrix, string folder)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var runs = matrix.Runs.Select(run => (Run: run, Row: run.Result()))
            .OrderByDescending(one => one.Row?.AutoAttack?.Robust.Length ?? 0)
            .DistinctBy(one => (one.Run.Folder.FullPath, one.Run.Experiment.Norm, one.Run.Experiment.Epsilon))
            .ToList();
        var radii = runs.CountBy(one => (one.Run.Folder.FullPath, one.Run.Experiment.Norm)).ToDictionary();
        var (files, leftOut) = (new List<string>(), new List<string>());
        foreach (var (run, row) in runs)
        {
            if (row is null) leftOut.Add($"{run}: {run.State()}");
            else if (row.AutoAttack?.Attack != StandardAutoAttack) leftOut.Add($"{run}: no Auto-Attack");
            else
            {
                var path = Path.Combine(folder, DataSetOf(run.Experiment), run.Experiment.Norm.ToString(),
                    Path.GetFileName(run.Folder.FullPath) + Radius(run) + ".json");
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                AtomicFile.Write(path, Entry(run.Experiment, row).ToJsonString(Json.Indented) + "\n");
                files.Add(path);
            }
        }
        return ([.. files.Order(StringComparer.Ordinal)], [.. leftOut.Order(StringComparer.Ordinal)]);

        string Radius(SweepRun run) => radii[(run.Folder.FullPath, run.Experiment.Norm)] == 1 ? ""
            : string.Create(CultureInfo.InvariantCulture, $"-eps{run.Experiment.Epsilon:0.######}");
    }

    /// <summary>What the file of a model holds.</summary>
    /// <param name="experiment">The settings.</param>
    /// <param name="row">The model's result.</param>
    /// <exception cref="ArgumentException">The standard Auto-Attack has not evaluated it.</exception>
    public static JsonObject Entry(Experiment experiment, ModelResult row)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(row);
        if (row.AutoAttack is not { Attack: StandardAutoAttack } auto)
            throw new ArgumentException($"{row.Defence} has no robust accuracy under the standard Auto-Attack.",
                nameof(row));
        var isOwnNetwork = Networks.Knows(experiment.Network.Name);
        var isOwnData = Data.DataSets.Names.Contains(experiment.DataSet.Name);
        return new JsonObject
        {
            ["link"] = null,
            ["name"] = null,
            ["authors"] = null,
            ["additional_data"] = isOwnData ? false : null,
            ["number_forward_passes"] = isOwnNetwork ? 1 : null,
            ["dataset"] = DataSetOf(experiment),
            ["venue"] = null,
            ["architecture"] = isOwnNetwork ? Architecture(experiment.Network.Name) : experiment.Network.Name,
            ["eps"] = RobustnessTable.Level(experiment.Epsilon),
            ["clean_acc"] = Percent(row.Report.Natural.Value),
            ["reported"] = null,
            ["autoattack_acc"] = Percent(auto.RobustAccuracy.Value),
            ["footnote"] = string.Join(" ", Footnote(experiment, row, auto)),
            ["unreliable"] = row.Notes.Count > 0,
        };
    }

    private static IEnumerable<string> Footnote(Experiment experiment, ModelResult row, AutoAttackReport auto)
    {
        var version = row.Environment is { } environment ? $" {environment.Version}" : "";
        yield return $"{row.Defence}, trained by Adr.Notebooks{version}, which is independent of the method's authors, "
            + $"with seed {experiment.Seed}.";
        var whole = WholeSets.GetValueOrDefault(experiment.DataSet.Name);
        var heldOut = experiment.ValidationCount == 0 ? ""
            : $"; {Count(experiment.ValidationCount)} more were held out to choose the epoch";
        yield return $"Trained on {Of(experiment.TrainCount, whole.Train, "training")} for "
            + $"{Count(experiment.Epochs)} {(experiment.Epochs == 1 ? "epoch" : "epochs")}{heldOut}.";
        if (row.Report.Examples != whole.Test)
            yield return $"clean_acc is of the first {Of(row.Report.Examples, whole.Test, "test")}.";
        if (auto.Robust.Length != whole.Test)
            yield return $"autoattack_acc is of the first {Of(auto.Robust.Length, whole.Test, "test")}, of which "
                + $"{Percent(auto.Natural.Value)} percent are classified correctly without an attack.";
        yield return $"95 % interval of autoattack_acc for these images: {Percent(auto.RobustAccuracy.Low)} to "
            + $"{Percent(auto.RobustAccuracy.High)}.";
        if (whole.Name is null) yield return $"RobustBench has no leaderboard of {experiment.DataSet}.";
        if (experiment.Norm == Norm.L1) yield return "RobustBench has no leaderboard of L1.";
        foreach (var note in row.Notes) yield return note;
    }

    private static string DataSetOf(Experiment experiment) =>
        WholeSets.GetValueOrDefault(experiment.DataSet.Name).Name ?? experiment.DataSet.Name;

    // "9,500 of 50,000 training images", or without the whole where it is not known or is meant
    private static string Of(int count, int whole, string what) =>
        (whole == 0 || count == whole ? Count(count) : $"{Count(count)} of {Count(whole)}") + $" {what} images";

    // as RobustBench's files write it: without normalisation and activation
    private static string Architecture(string name) => name.Split('@')[0]
        .Replace("silu-", "", StringComparison.Ordinal)
        .Replace("wide-resnet", "WideResNet", StringComparison.Ordinal)
        .Replace("preact-resnet", "PreActResNet", StringComparison.Ordinal)
        .Replace("resnet", "ResNet", StringComparison.Ordinal);

    private static string Count(int count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture);
}
