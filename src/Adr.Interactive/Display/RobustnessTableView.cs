using Adr.Evaluation;
using Adr.Experiments;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>The result of an experiment: as a table, as bars, and as intervals.</summary>
internal static class RobustnessTableView
{
    private const int PageColumns = 6; // of numbers with their intervals

    /// <summary>
    /// Defences and attacks, with 95 % intervals and the settings under the table. Each row is a defence, or an attack
    /// where there are so many of them that the table would be wider than a page.
    /// </summary>
    /// <remarks>
    /// A number is bold only where its interval lies above that of every other defence. All defences share their test
    /// examples, so intervals that overlap decide nothing.
    /// </remarks>
    internal static TableView Of(RobustnessTable table)
    {
        var shares = table.Rows.Select(table.Shares).ToArray();
        var cells = shares
            .Select((row, r) => row.Select((share, c) => DisplayText.Cell(share, IsBest(shares, r, c))).ToArray())
            .ToArray();
        TableCell[] training = [.. table.Rows.Select(row => (TableCell)TrainingTime(row.TrainingSeconds))];
        var isWide = table.Columns.Count > Math.Max(PageColumns, table.Rows.Count);
        string[] columns = isWide
            ? ["attack", .. table.Rows.Select(row => row.Defence)]
            : ["defence", .. table.Columns, "training"];
        IReadOnlyList<TableCell>[] rows = isWide
            ? [.. table.Columns.Select((name, c) => (IReadOnlyList<TableCell>)[name, .. cells.Select(row => row[c])]),
               ["training", .. training]]
            : [.. table.Rows.Select((row, r) => (IReadOnlyList<TableCell>)[row.Defence, .. cells[r], training[r]])];
        return new TableView("Natural and robust accuracy", columns, rows)
        {
            Notes =
            [
                table.Caption,
                .. table.Notes,
                .. table.Rows.Count > 1
                    ? new[] { "Bold (*): the interval lies above that of every other defence." }
                    : [],
            ],
        };
    }

    internal static BarFigure Bars(RobustnessTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var series = table.Rows.Select(row =>
        {
            var shares = table.Shares(row);
            return new BarSeries(row.Defence, shares.Select(share => share.Value))
            {
                Style = Palette.StyleOf(row.Defence),
                Low = [.. shares.Select(share => share.Low)],
                High = [.. shares.Select(share => share.High)],
            };
        });
        return new BarFigure("Natural and robust accuracy", table.Columns, [.. series])
        {
            Y = Axis.Share("accuracy", table.Rows.SelectMany(table.Shares).Select(share => share.High)),
            Subtitle = Subtitle(table),
            Width = 680,
        };
    }

    internal static IntervalFigure Intervals(RobustnessTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        int[] autoAttack = table.Rows[0].AutoAttack is null ? [] : [table.Columns.Count - 1];
        int[] columns = [0, table.Attacks.Count, .. autoAttack];
        var shares = table.Rows.Select(table.Shares).ToArray();
        var series = columns.Select((column, i) => new BarSeries(
            table.Columns[column], shares.Select(row => row[column].Value))
        {
            // Colours tell attacks apart here, so those of ADV and ADR-ADV are not used.
            Style = i == 0 ? Palette.Neutral : i + 3,
            Low = [.. shares.Select(row => row[column].Low)],
            High = [.. shares.Select(row => row[column].High)],
        });
        var rows = table.Rows.Select(row => row.Defence);
        return new IntervalFigure("Natural and robust accuracy", [.. rows], [.. series])
        {
            X = Axis.Share("accuracy", shares.SelectMany(row => row).Select(share => share.High)),
            Subtitle = Subtitle(table),
            Width = 720,
            Height = Math.Clamp(120 + 44 * table.Rows.Count, 240, 4000),
        };
    }

    private static string Subtitle(RobustnessTable table) =>
        $"ε = {DisplayText.Epsilon(table.Experiment.Epsilon)} (L∞), "
        + $"{Number.Count(table.Rows[0].Report.Natural.Total)} test images; 95 % intervals";

    private static string TrainingTime(double seconds) =>
        seconds < 60 ? Number.Duration(seconds) : $"{Number.Fixed(seconds / 60, 1)} min";

    private static bool IsBest(IReadOnlyList<Proportion>[] shares, int row, int column) =>
        shares.Length > 1
        && shares.Where((_, other) => other != row).All(other => other[column].High < shares[row][column].Low);
}
