using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Evaluation;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Experiments;

/// <summary>The experiment's result: natural and robust accuracy of each defence, with intervals, and with every
/// setting that led there.</summary>
public sealed class RobustnessTable
{
    /// <summary>A table of one experiment's models.</summary>
    /// <param name="experiment">The settings that all rows share.</param>
    /// <param name="rows">One per defence, evaluated by the same attacks.</param>
    /// <exception cref="ArgumentException">There is no row, or two rows were evaluated by different
    /// attacks.</exception>
    public RobustnessTable(Experiment experiment, IReadOnlyList<ModelResult> rows)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        if (rows.Count == 0) throw new ArgumentException("A table needs at least one row.", nameof(rows));
        if (rows[0].Report.Attacks.Count == 0)
            throw new ArgumentException("A table needs at least one attack.", nameof(rows));
        Attacks = [.. rows[0].Report.Attacks.Select(attack => attack.Attack)];
        bool IsOther(ModelResult row) => !row.Report.Attacks.Select(attack => attack.Attack).SequenceEqual(Attacks);
        if (rows.FirstOrDefault(IsOther) is { } other)
            throw new ArgumentException($"{other.Defence} was evaluated by "
                + $"{string.Join(", ", other.Report.Attacks.Select(a => a.Attack))}, and {rows[0].Defence} by "
                + $"{string.Join(", ", Attacks)}: one table compares under the same attacks.", nameof(rows));
        if (rows.Select(row => (row.AutoAttack?.Attack, row.AutoAttack?.Robust.Length)).Distinct().Count() > 1)
            throw new ArgumentException("The rows were not all evaluated by Auto-Attack on the same examples: one "
                + "table compares under the same attacks on the same examples.", nameof(rows));
        if (rows.Select(row => string.Join("; ", row.Costly.Select(First))).Distinct().Count() > 1)
            throw new ArgumentException("The rows were evaluated by different costly attacks, or on different numbers "
                + "of examples: one table compares under the same attacks on the same examples.", nameof(rows));
        (Experiment, Rows) = (experiment, rows);
        Columns =
        [
            "natural", .. Attacks, .. Attacks.Count > 1 ? new[] { "worst case" } : [],
            .. rows[0].Costly.Select(First),
            .. rows[0].AutoAttack is { } auto
                ? new[] { $"{Attacks[^1]}, first {auto.Robust.Length}", $"{auto.Attack}, first {auto.Robust.Length}" }
                : [],
        ];
    }

    /// <summary>The settings that all rows share.</summary>
    public Experiment Experiment { get; }

    /// <summary>One per defence.</summary>
    public IReadOnlyList<ModelResult> Rows { get; }

    /// <summary>The names of the attacks, in the columns' order.</summary>
    public IReadOnlyList<string> Attacks { get; }

    /// <summary>What <see cref="Shares"/> are: natural, each attack, the worst case of several, each costly attack on
    /// the first examples, and beside Auto-Attack the last attack on the same examples.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The accuracies of a row, one for each of <see cref="Columns"/>.</summary>
    /// <param name="row">A row of this table.</param>
    public IReadOnlyList<Proportion> Shares(ModelResult row) =>
    [
        row.Report.Natural, .. row.Report.Attacks.Select(attack => attack.RobustAccuracy), .. Attacks.Count > 1
            ? new[] { row.Report.WorstCase }
            : [],
        .. row.Costly.Select(report => report.WorstCase),
        .. row.AutoAttack is { } auto ? new[] { OnFirst(row, auto.Robust.Length), auto.RobustAccuracy } : [],
    ];

    /// <summary>For each of <see cref="Columns"/> which examples a row keeps; null for the natural accuracy, of which
    /// only the count is known.</summary>
    /// <param name="row">A row of this table.</param>
    public IReadOnlyList<bool[]?> Kept(ModelResult row)
    {
        bool[][] all = [.. row.Report.Attacks.Select(attack => attack.Robust)];
        return
        [
            null, .. all, .. all.Length > 1 ? new[] {
                Enumerable.Range(0, all[0].Length).Select(i => Array.TrueForAll(all, robust => robust[i]))
                    .ToArray() } : [],
            .. row.Costly.Select(report => report.Attacks[0].Robust),
            .. row.AutoAttack is { } auto ? new[] { all[^1][..auto.Robust.Length], auto.Robust } : [],
        ];
    }

    /// <summary>Writes everything as JSON, whole or not at all; makes the folder where it is missing.</summary>
    /// <param name="path">The file.</param>
    public void SaveJson(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, ToJson().ToJsonString(Json.Indented) + "\n");
    }

    /// <summary>The table as JSON: the budget, and one object per row with its numbers, their 95 % intervals and all
    /// settings.</summary>
    public JsonObject ToJson() => new()
    {
        ["budget"] = Experiment.Budget.ToString().ToLowerInvariant(),
        ["rows"] = new JsonArray([.. Rows.Select(ToJson)]),
    };

    /// <summary>The table in Markdown, accuracies in percent with 95 % intervals, and a line of settings
    /// below.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append("| defence | ").AppendJoin(" | ", Columns).Append(" | minutes |\n|---|");
        text.Insert(text.Length, "---|", Columns.Count + 1).Append('\n');
        foreach (var row in Rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {row.Defence} | ")
                .AppendJoin(" | ", Shares(row).Select(Percent));
            text.Append(CultureInfo.InvariantCulture, $" | {row.TrainingSeconds / 60:0.0} |\n");
        }
        text.Append('\n').Append(Caption).Append('\n');
        foreach (var note in Notes) text.Append('\n').Append(note).Append('\n');
        return text.ToString();
    }

    /// <summary>All settings in one sentence, to stand beside the numbers.</summary>
    public string Caption => string.Create(CultureInfo.InvariantCulture,
        $"{Settings}; seed {Experiment.Seed}, {Experiment.Device}. Shares of all test "
            + $"images{(IsOfAll ? "" : ", or of the first ones where the table says so")}, with 95 % intervals "
            + $"(Wilson).");

    /// <summary>Signs that numbers of the table are not to be believed, each with its defence; empty where nothing was
    /// seen.</summary>
    public IReadOnlyList<string> Notes =>
        [.. Rows.SelectMany(row => row.Notes.Select(note => $"Note on {row.Defence}: {note}"))];

    /// <summary>The settings without seed and device.</summary>
    internal string Settings
    {
        get
        {
            var (e, culture) = (Experiment, CultureInfo.InvariantCulture);
            var warmup = e.EpsilonWarmupEpochs == 0 ? "" : $", warm-up over {Epochs(e.EpsilonWarmupEpochs)}";
            string[] parts =
            [
                string.Create(culture, $"{Rows[0].Report.DataSet}, {e.TestCount:N0} test images; {e.Network}; "),
                string.Create(culture, $"{Budget(e)} budget: trained on {e.TrainCount:N0} "),
                string.Create(culture, $"images ({e.ValidationCount:N0} more held out to choose the epoch), "),
                string.Create(culture, $"{Epochs(e.Epochs)}, batch {e.BatchSize}, {e.Optimizer}, "),
                string.Create(culture, $"ε = {Level(e.Epsilon)} ({e.Norm.Symbol()}{warmup}), "),
                string.Create(culture, $"{e.AttackSteps} attack steps of {Level(e.StepSize)}"),
            ];
            return string.Concat(parts);

            static string Budget(Experiment settings) => settings.Budget.ToString().ToLowerInvariant();

            static string Epochs(int count) => count == 1 ? "1 epoch" : $"{count} epochs";
        }
    }

    // whether every column is of every example
    private bool IsOfAll => Rows[0].AutoAttack is null && Rows[0].Costly.Count == 0;

    /// <summary>The table in Markdown.</summary>
    public override string ToString() => ToMarkdown();

    private JsonObject ToJson(ModelResult row) => new()
    {
        ["defence"] = row.Defence,
        ["natural"] = row.Report.Natural.Value,
        ["naturalInterval"] = Interval(row.Report.Natural),
        ["robust"] = ByAttack(row, result => JsonValue.Create(result.RobustAccuracy.Value),
            auto => JsonValue.Create(auto.RobustAccuracy.Value)),
        ["robustIntervals"] = ByAttack(row, result => Interval(result.RobustAccuracy),
            auto => Interval(auto.RobustAccuracy)),
        ["worstCase"] = row.Report.WorstCase.Value,
        ["worstCaseInterval"] = Interval(row.Report.WorstCase),
        ["dataSet"] = row.Report.DataSet,
        ["trainCount"] = Experiment.TrainCount,
        ["validationCount"] = Experiment.ValidationCount,
        ["testCount"] = row.Report.Natural.Total,
        ["epochs"] = Experiment.Epochs,
        ["bestEpoch"] = row.BestEpoch,
        ["batchSize"] = Experiment.BatchSize,
        ["optimizer"] = Experiment.Optimizer.ToString(),
        ["milestones"] = new JsonArray([.. Experiment.Milestones.Select(m => JsonValue.Create(m))]),
        ["cyclicPeak"] = Experiment.CyclicPeak,
        ["dropout"] = Experiment.Dropout,
        ["network"] = Experiment.Network.Name,
        ["augmented"] = Experiment.Augment,
        ["norm"] = Experiment.Norm.ToString(),
        ["epsilon"] = Experiment.Epsilon,
        ["epsilonWarmupEpochs"] = Experiment.EpsilonWarmupEpochs,
        ["attackSteps"] = Experiment.AttackSteps,
        ["stepSize"] = Experiment.StepSize,
        ["defenceSettings"] = (row.DefenceSettings ?? Experiment.Defence(row.Defence).Describe()).DeepClone(),
        ["termWarmupEpochs"] = row.Defence.StartsWith("ADR-", StringComparison.Ordinal)
            ? Experiment.TermWarmupEpochs
            : null,
        ["evaluation"] = ByAttack(row, result => new JsonObject {
            ["examples"] = result.RobustAccuracy.Total,
            ["epsilon"] = result.Threat.Epsilon,
            ["seconds"] = Math.Round(result.Seconds, 2),
            ["modelEvaluations"] = result.ModelEvaluations }, auto => ToJson(row, auto)),
        ["seed"] = Experiment.Seed,
        ["device"] = Experiment.Device,
        ["minutes"] = Math.Round(row.TrainingSeconds / 60, 2),
        ["environment"] = JsonSerializer.SerializeToNode(row.Environment, Json.Compact),
        ["trainedWith"] = JsonSerializer.SerializeToNode(row.TrainedWith, Json.Compact),
    };

    private static JsonObject ByAttack(
        ModelResult row,
        Func<AttackResult, JsonNode?> value,
        Func<AutoAttackReport, JsonNode?> ofAutoAttack)
    {
        var all = new JsonObject(row.Report.Attacks.Concat(row.Costly.SelectMany(report => report.Attacks))
            .Select(result => KeyValuePair.Create(result.Attack, value(result))));
        if (row.AutoAttack is { } auto) all[auto.Attack] = ofAutoAttack(auto);
        return all;
    }

    private JsonObject ToJson(ModelResult row, AutoAttackReport auto) => new()
    {
        ["examples"] = auto.RobustAccuracy.Total,
        ["epsilon"] = auto.Threat.Epsilon,
        ["seconds"] = Math.Round(auto.Seconds, 2),
        ["modelEvaluations"] = auto.ModelEvaluations,
        ["robustAfter"] = new JsonObject(
            auto.Stages.Select(stage => KeyValuePair.Create(stage.Attack, (JsonNode?)stage.RobustAccuracy.Value))),
        ["onTheSameExamples"] = new JsonObject {
            ["natural"] = auto.Natural.Value,
            [Attacks[^1]] = OnFirst(row, auto.Robust.Length).Value },
        ["warnings"] = new JsonArray([.. auto.Warnings.Select(warning => JsonValue.Create(warning.ToString()))]),
    };

    private static string First(RobustnessReport report) => $"{report.Attacks[0].Attack}, first {report.Examples}";

    /// <summary>A radius or a step as people write it, such as 8/255.</summary>
    internal static string Level(double value) =>
            Math.Abs(value * 255 - Math.Round(value * 255)) < 1e-9
            && Math.Abs(value * 100 - Math.Round(value * 100)) > 1e-9
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Round(value * 255)}/255")
        : value.ToString("0.######", CultureInfo.InvariantCulture);

    // the last attack on the first examples
    private static Proportion OnFirst(ModelResult row, int count) =>
        Proportion.Of(row.Report.Attacks[^1].Robust[..count]);

    private static JsonArray Interval(Proportion share) => [share.Low, share.High];

    private static string Percent(Proportion share) =>
            string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * share.Value:0.0} [{100 * share.Low:0.0}, {100 * share.High:0.0}]");
}
