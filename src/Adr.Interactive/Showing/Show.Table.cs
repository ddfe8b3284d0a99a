using Adr.Evaluation;
using Adr.Experiments;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

public static partial class Show
{
    private const int PageColumns = 6; // of numbers with their intervals

    /// <summary>Defences and attacks, with 95 % intervals and the settings under the table. A defence has a line, or an attack has where there are so many that a page would be too narrow.</summary>
    /// <remarks>A number is bold only where its interval lies above that of every other defence. All share their test points, so intervals that overlap decide nothing.</remarks>
    public static TableView Table(RobustnessTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var shares = table.Rows.Select(table.Shares).ToArray();
        var cells = shares.Select((row, r) => row.Select((share, c) => AsCell(share, IsClearlyBest(shares, r, c))).ToArray()).ToArray();
        TableCell[] training = [.. table.Rows.Select(row => (TableCell)(row.TrainingSeconds < 60 ? Number.Duration(row.TrainingSeconds) : $"{Number.Fixed(row.TrainingSeconds / 60, 1)} min"))];
        var isWide = table.Columns.Count > Math.Max(PageColumns, table.Rows.Count);
        string[] columns = isWide ? ["attack", .. table.Rows.Select(row => row.Defence)] : ["defence", .. table.Columns, "training"];
        IReadOnlyList<TableCell>[] rows = isWide
            ? [.. table.Columns.Select((attack, c) => (IReadOnlyList<TableCell>)[attack, .. cells.Select(row => row[c])]), ["training", .. training]]
            : [.. table.Rows.Select((row, r) => (IReadOnlyList<TableCell>)[row.Defence, .. cells[r], training[r]])];
        return new TableView("Natural and robust accuracy", columns, rows)
        {
            Notes = [table.Caption, .. table.Rows.Count > 1 ? new[] { "Bold (*): its interval lies above that of every other defence." } : []],
        };
    }

    /// <summary>The same numbers as bars, one group for each attack.</summary>
    public static BarFigure Bars(RobustnessTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var series = table.Rows.Select(row =>
        {
            var shares = table.Shares(row);
            return new BarSeries(row.Defence, shares.Select(share => share.Value)) { Style = DefenceStyle.Of(row.Defence), Low = [.. shares.Select(share => share.Low)], High = [.. shares.Select(share => share.High)] };
        });
        return new BarFigure("Natural and robust accuracy", table.Columns, [.. series])
        {
            Y = Axis.Share("accuracy", table.Rows.SelectMany(table.Shares).Select(share => share.High)),
            Subtitle = $"ε = {Epsilon(table.Experiment.Epsilon)} (L∞), {Number.Count(table.Rows[0].Report.Natural.Total)} test images; 95 % intervals",
            Width = 680,
        };
    }

    /// <summary>Many rows of the same experiment, a line each: natural accuracy, that under the last attack on all images, and under Auto-Attack where it was run.</summary>
    /// <remarks>Colours tell attacks apart here, not defences: the lines are named.</remarks>
    public static IntervalFigure Intervals(RobustnessTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        int[] columns = [0, table.Attacks.Count, .. table.Rows[0].AutoAttack is null ? Array.Empty<int>() : [table.Columns.Count - 1]];
        var shares = table.Rows.Select(table.Shares).ToArray();
        var series = columns.Select((column, i) => new BarSeries(table.Columns[column], shares.Select(row => row[column].Value))
        {
            Style = i == 0 ? Palette.Neutral : i + 3, // none of ADV's and ADR-ADV's
            Low = [.. shares.Select(row => row[column].Low)],
            High = [.. shares.Select(row => row[column].High)],
        });
        return new IntervalFigure("Natural and robust accuracy", [.. table.Rows.Select(row => row.Defence)], [.. series])
        {
            X = Axis.Share("accuracy", shares.SelectMany(row => row).Select(share => share.High)),
            Subtitle = $"ε = {Epsilon(table.Experiment.Epsilon)} (L∞), {Number.Count(table.Rows[0].Report.Natural.Total)} test images; 95 % intervals",
            Width = 720,
            Height = Math.Clamp(120 + 44 * table.Rows.Count, 240, 4000),
        };
    }

    private static bool IsClearlyBest(IReadOnlyList<Proportion>[] shares, int row, int column) =>
        shares.Length > 1 && shares.Where((_, other) => other != row).All(other => other[column].High < shares[row][column].Low);
}
