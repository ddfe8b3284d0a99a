using System.Globalization;
using System.Text;
using Adr.Evaluation;
using Adr.Training;

namespace Adr.Experiments;

/// <summary>What of one experiment of a matrix has been evaluated: the mean over its seeds, what ADR adds to its
/// baseline, and which runs are missing.</summary>
public sealed class MatrixTable
{
    internal MatrixTable(string name, Experiment experiment, IReadOnlyList<(SweepRun Cell, ModelResult? Row)> cells)
    {
        (Name, Experiment) = (name, experiment);
        Missing = [.. cells.Where(cell => cell.Row is null).Select(cell => cell.Cell)];
        Seeds = [.. cells.Where(cell => cell.Row is not null).GroupBy(cell => cell.Cell.Experiment.Seed).Select(group =>
            new RobustnessTable(group.First().Cell.Experiment, [.. group.Select(cell => cell.Row!)]))];
        Columns = Seeds.Count == 0 ? [] : Seeds[0].Columns;
        Defences = [.. cells.Where(cell => cell.Row is not null).Select(cell => cell.Cell.Defence).Distinct()];
    }

    /// <summary>One table for each experiment of a matrix, from what is in the run folders.</summary>
    /// <param name="matrix">The runs.</param>
    /// <exception cref="InvalidDataException">A file of a run folder is damaged.</exception>
    public static IReadOnlyList<MatrixTable> Of(ExperimentMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return [.. matrix.Experiments.Select(pair => new MatrixTable(pair.Key, pair.Value,
            [.. (matrix with { Experiments = new Dictionary<string, Experiment> { [pair.Key] = pair.Value } }).Runs
                .Select(cell => (cell, cell.Result()))]))];
    }

    /// <summary>The experiment's name in the matrix.</summary>
    public string Name { get; }

    /// <summary>Its settings.</summary>
    public Experiment Experiment { get; }

    /// <summary>One table for each seed of which a run is there.</summary>
    public IReadOnlyList<RobustnessTable> Seeds { get; }

    /// <summary>The defences of which a run is there, in the matrix' order.</summary>
    public IReadOnlyList<string> Defences { get; }

    /// <summary>The columns of every seed's table.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The runs that are not there yet.</summary>
    public IReadOnlyList<SweepRun> Missing { get; }

    /// <summary>The seeds of which a defence's run is there.</summary>
    /// <param name="defence">One of <see cref="Defences"/>.</param>
    public IReadOnlyList<long> SeedsOf(string defence) => [.. Rows(defence).Select(pair => pair.Seed)];

    /// <summary>A defence's accuracies, one mean for each of <see cref="Columns"/>.</summary>
    /// <param name="defence">One of <see cref="Defences"/>.</param>
    public IReadOnlyList<MeanOfSeeds> Means(string defence)
    {
        var shares = Rows(defence).Select(pair => pair.Table.Shares(pair.Row)).ToList();
        return [.. Columns.Select((_, column) => new MeanOfSeeds([.. shares.Select(row => row[column].Value)]))];
    }

    /// <summary>What one defence has more than another, seed by seed, for each of <see cref="Columns"/>; null where
    /// they share no seed.</summary>
    /// <param name="first">One of <see cref="Defences"/>.</param>
    /// <param name="second">One of <see cref="Defences"/>.</param>
    public IReadOnlyList<MeanOfSeeds>? Difference(string first, string second)
    {
        var shared = Rows(first).Join(Rows(second), one => one.Seed, other => other.Seed,
            (one, other) => (one.Table.Shares(one.Row), other.Table.Shares(other.Row))).ToList();
        return shared.Count == 0 ? null : [.. Columns.Select((_, column) => new MeanOfSeeds(
            [.. shared.Select(pair => pair.Item1[column].Value - pair.Item2[column].Value)]))];
    }

    /// <summary>The pairs of which both are there: an ADR defence and the one that it adds its terms to.</summary>
    public IReadOnlyList<(string Adr, string Baseline)> Pairs =>
        [.. Defences.Where(name => name.StartsWith("ADR-", StringComparison.Ordinal) && Defences.Contains(name[4..]))
            .Select(name => (name, name[4..]))];

    /// <summary>What ADR adds in one column, in words: how much, whether over every seed, and whether the interval
    /// leaves 0 out.</summary>
    /// <param name="adr">An ADR defence.</param>
    /// <param name="baseline">The one that it adds its terms to.</param>
    /// <param name="column">An index of <see cref="Columns"/>.</param>
    public string Verdict(string adr, string baseline, int column)
    {
        if (Difference(adr, baseline) is not { } differences) return $"{adr} and {baseline} share no seed.";
        var difference = differences[column];
        var wins = difference.Values.Count(value => value > 0);
        var decided = difference.HalfWidth is not null && (difference.Low > 0 || difference.High < 0);
        var verb = Math.Abs(difference.Mean) < 1e-12 ? "is level with" : difference.Mean < 0 ? "does not beat"
            : decided ? "beats" : "is ahead of";
        var size = difference.HalfWidth is null
            ? Points(difference.Mean) : Signed(difference);
        var what = string.Create(CultureInfo.InvariantCulture, $"{adr} {verb} {baseline} under {Columns[column]}: "
            + $"{size} points, ahead in {wins} of {difference.Values.Count} seeds");
        return difference.Values.Count == 1 ? what + "; one seed has no interval."
            : difference.HalfWidth is null ? what + "; the same in each, which is no interval."
            : decided ? what + "; the interval leaves 0 out."
            : what + "; the interval holds 0, so that these seeds do not decide it.";
    }

    /// <summary>The table in Markdown: means in percent with 95 % intervals over seeds, differences within pairs, the
    /// settings, and what is missing.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"### {Name}\n\n");
        if (Seeds.Count > 0)
        {
            text.Append("| defence | seeds | ").AppendJoin(" | ", Columns).Append(" | minutes |\n|---|")
                .Insert(text.Length, "---|", Columns.Count + 2)
                .Append('\n');
            foreach (var defence in Defences)
            {
                var minutes = Rows(defence).Average(pair => pair.Row.TrainingSeconds) / 60;
                Line(defence, SeedsOf(defence), Cells(defence), minutes.ToString("0.0", CultureInfo.InvariantCulture));
            }
            foreach (var (adr, baseline) in Pairs)
            {
                if (Difference(adr, baseline) is not { } difference) continue;
                Line($"{adr} − {baseline}", SeedsOf(adr).Intersect(SeedsOf(baseline)),
                    difference.Select((one, column) =>
                        one.Values.Count == 1 ? Lone(adr, baseline, column, one.Mean) : Signed(one)), "");
            }
            text.Append(CultureInfo.InvariantCulture, $"\n{Caption} {Compute}\n");
            foreach (var note in Notes) text.Append('\n').Append(note).Append('\n');
            foreach (var (adr, baseline) in Pairs)
                text.Append(CultureInfo.InvariantCulture, $"\n{Verdict(adr, baseline, Columns.Count - 1)}\n");
        }
        if (Missing.Count > 0) text.Append("\nMissing: ").AppendJoin("; ", Missing.Select(Described)).Append(".\n");
        return text.ToString();

        static string Described(SweepRun run) =>
            run.State() is { } state && state != "missing" ? $"{run} ({state})" : $"{run}";

        void Line(string name, IEnumerable<long> seeds, IEnumerable<string> cells, string minutes) =>
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {string.Join(", ", seeds)} | ")
                .AppendJoin(" | ", cells)
                .Append(CultureInfo.InvariantCulture, $" | {minutes} |\n");
    }

    /// <summary>The settings that its runs share, and the device; empty where there are none yet.</summary>
    internal string Settings
    {
        get
        {
            if (Seeds.Count == 0) return "";
            var isTrades = Defences.Any(name => name.Contains("TRADES", StringComparison.Ordinal));
            var beta = isTrades ? string.Create(CultureInfo.InvariantCulture, $", β = {Experiment.Beta} (TRADES)") : "";
            return $"{Seeds[0].Settings}{beta}; {Experiment.Device}";
        }
    }

    /// <summary>Signs that numbers are not to be believed, in sentences: one for each run and sign.</summary>
    public IReadOnlyList<string> Notes => [.. Runs.SelectMany(one =>
        one.Row.Notes.Select(note => $"Note on {one.Run.Defence}, seed {one.Run.Experiment.Seed}: {note}"))];

    /// <summary>The main settings in a sentence, to stand beside the numbers.</summary>
    public string Caption => Seeds.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
        $"{Settings}. Percent of all test images, or of the first ones where a column "
            + $"says so: the mean over the seeds, ± half of its 95 % interval (Student's t) where there are several; "
            + $"a lone seed has the 95 % interval of its examples (Wilson; of a difference, Agresti and Min), which "
            + $"says nothing about another seed. Minutes: of training, per model.");

    /// <summary>What the runs took, in a sentence: hours of training and of evaluation, and on what.</summary>
    public string Compute => WhatTheyTook([.. Runs]);

    /// <summary>The runs that are there.</summary>
    internal IEnumerable<(SweepRun Run, ModelResult Row)> Runs => Defences.SelectMany(defence => Rows(defence)
        .Select(one => (new SweepRun(Experiment with { Seed = one.Seed }, defence), one.Row)));

    /// <summary>What runs took, in a sentence; empty where there are none. A training that several share counts
    /// once.</summary>
    internal static string WhatTheyTook(IReadOnlyCollection<(SweepRun Run, ModelResult Row)> runs)
    {
        if (runs.Count == 0) return "";
        var trained = runs.DistinctBy(one => one.Run.Folder.FullPath).Select(one => one.Row);
        var rows = runs.DistinctBy(one => one.Run.ResultPath).Select(one => one.Row).ToList();
        var machines = rows.SelectMany(row => row.TrainedWith.Select(part => part.Environment)
            .Append(row.Environment).Concat(row.AutoAttack?.Environments ?? []))
            .OfType<RunEnvironment>().Select(one => one.Machine).Distinct();
        return string.Create(CultureInfo.InvariantCulture, $"{Count(rows.Count, "run")} took "
            + $"{trained.Sum(row => row.TrainingSeconds) / 3600:0.0} hours of training and "
            + $"{rows.Sum(row => row.EvaluationSeconds) / 3600:0.0} of evaluation, on "
            + $"{string.Join(", ", machines.DefaultIfEmpty("a machine that was not recorded"))}.");
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    /// <summary>The table in Markdown.</summary>
    public override string ToString() => ToMarkdown();

    private List<(long Seed, RobustnessTable Table, ModelResult Row)> Rows(string defence) =>
        [.. Seeds.SelectMany(
            table => table.Rows.Where(row => row.Defence == defence)
                .Select(row => (table.Experiment.Seed, table, row)))];

    /// <summary>A defence's accuracies in percent, as texts, one for each of <see cref="Columns"/>.</summary>
    internal IEnumerable<string> Cells(string defence) => Rows(defence) is [var only]
        ? only.Table.Shares(only.Row).Select(share => string.Create(CultureInfo.InvariantCulture,
            $"{100 * share.Value:0.0} [{100 * share.Low:0.0}, {100 * share.High:0.0}]"))
        : Means(defence).Select(mean => string.Create(CultureInfo.InvariantCulture,
            $"{100 * mean.Mean:0.0}") + (mean.HalfWidth is { } half
                ? string.Create(CultureInfo.InvariantCulture, $" ± {100 * half:0.0}") : " in each"));

    // the difference of the one seed that both have, with the interval of its examples where they are known
    private string Lone(string adr, string baseline, int column, double mean)
    {
        var (first, second) = Rows(adr).Join(Rows(baseline), one => one.Seed, other => other.Seed,
            (one, other) => (one.Table.Kept(one.Row)[column], other.Table.Kept(other.Row)[column])).Single();
        if (first is null || second is null)
            return Points(mean);
        var pairs = PairedDifference.Of(first, second);
        return $"{Points(mean)} [{Points(pairs.Low)}, {Points(pairs.High)}]";
    }

    /// <summary>A difference in percentage points with its sign, and its interval where there is one.</summary>
    internal static string Signed(MeanOfSeeds mean) => mean.HalfWidth is { } half
        ? string.Create(CultureInfo.InvariantCulture, $"{Points(mean.Mean)} ± {100 * half:0.0}")
        : Points(mean.Mean) + (mean.Values.Count > 1 ? " in each" : "");

    /// <summary>"+1.5", "−0.3"; what rounds to zero is "+0.0", from below, too.</summary>
    internal static string Points(double difference)
    {
        var points = 100 * difference;
        return (Math.Abs(points) < 0.05 ? 0 : points).ToString("+0.0;−0.0", CultureInfo.InvariantCulture);
    }
}
