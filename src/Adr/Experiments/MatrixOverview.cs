using System.Globalization;
using System.Text;
using Adr.Evaluation;

namespace Adr.Experiments;

/// <summary>The experiments of a matrix beside each other, as in an ablation: one row for each of their
/// defences.</summary>
/// <remarks>A defence that experiments share the runs of, as all weights of ADR's terms share ADV, has one row.
/// <see cref="MatrixTable"/> has the settings of each experiment, and its missing runs.</remarks>
public static class MatrixOverview
{
    private const string Shared = "all";

    /// <summary>The overview in Markdown: means in percent with 95 % intervals over seeds, and in the last column what
    /// ADR adds to its baseline under the last attack. Experiments that were evaluated by other attacks have a table of
    /// their own.</summary>
    /// <param name="matrix">The runs.</param>
    /// <exception cref="InvalidDataException">A file of a run folder is damaged.</exception>
    public static string ToMarkdown(ExperimentMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var tables = MatrixTable.Of(matrix);
        var text = new StringBuilder();
        foreach (var group in tables.Where(table => table.Seeds.Count > 0).GroupBy(table =>
            string.Join('\n', table.Columns)))
        {
            var columns = group.First().Columns;
            text.Append("| experiment | defence | seeds | ").AppendJoin(" | ", columns)
                .Append(CultureInfo.InvariantCulture, $" | ADR's gain under {columns[^1]} |\n|---|")
                .Insert(text.Length, "---|", columns.Count + 3)
                .Append('\n');
            foreach (var (name, defence, table) in Rows(matrix, [.. group]))
                text.Append(CultureInfo.InvariantCulture,
                        $"| {name} | {defence} | {string.Join(", ", table.SeedsOf(defence))} | ")
                    .AppendJoin(" | ", table.Cells(defence).Append(Gain(table, defence)))
                    .Append(" |\n");
            var runs = group.SelectMany(table => table.Runs, (table, one) => (table.Name, one.Run, one.Row))
                .DistinctBy(one => one.Run.ResultPath).ToList();
            text.Append('\n')
                .AppendJoin(' ', group.Select(table => table.Settings + ".").Distinct())
                .Append(' ').Append(MatrixTable.WhatTheyTook([.. runs.Select(one => (one.Run, one.Row))]))
                .Append("\n\n");
            foreach (var (name, run, row) in runs)
                foreach (var note in row.Notes)
                    text.Append(CultureInfo.InvariantCulture, $"Note on {run}, {name}: {note}\n\n");
        }
        var missing = tables.SelectMany(table => table.Missing).DistinctBy(run => run.ResultPath).Count();
        text.Append("Percent: the mean over the seeds, ± half of its 95 % interval (Student's t) where there are "
            + "several; a lone seed has the 95 % interval of its examples (Wilson). The gain is the difference to the "
            + "same defence without ADR's terms, seed by seed. `adr table` without `--together` has the differences "
            + "under every attack.\n");
        if (missing > 0) text.Append(CultureInfo.InvariantCulture, $"\nRuns that are missing: {missing}.\n");
        return text.ToString();
    }

    private static IEnumerable<(string Experiment, string Defence, MatrixTable Table)> Rows(
        ExperimentMatrix matrix, IReadOnlyList<MatrixTable> tables) =>
        from defence in matrix.Defences
        from runs in tables.Where(table => table.Defences.Contains(defence)).GroupBy(table =>
            string.Join('\n', matrix.Seeds.Select(
                seed => new SweepRun(table.Experiment with { Seed = seed }, defence).ResultPath)))
        let names = runs.Select(table => table.Name).ToList()
        let name = names.Count == tables.Count && names.Count > 1 ? Shared : string.Join("; ", names)
        select (name, defence, runs.First());

    private static string Gain(MatrixTable table, string defence)
    {
        var pair = table.Pairs.FirstOrDefault(pair => pair.Adr == defence);
        return pair.Baseline is { } baseline && table.Difference(defence, baseline) is { } difference
            ? MatrixTable.Signed(difference[^1])
            : "";
    }
}
