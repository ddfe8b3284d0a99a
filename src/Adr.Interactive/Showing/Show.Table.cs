using Adr.Evaluation;
using Adr.Experiments;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

public static partial class Show
{
    /// <summary>Defences by attacks, with 95 % intervals and the settings under the table.</summary>
    /// <remarks>A number is bold only where its interval lies above that of every other row. The rows share their test points, so intervals that overlap decide nothing.</remarks>
    public static TableView Table(RobustnessTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        string[] columns = ["defence", .. table.Columns, "training"];
        var shares = table.Rows.Select(table.Shares).ToArray();
        var rows = table.Rows.Select((row, r) => (IReadOnlyList<TableCell>)
            [row.Defence, .. shares[r].Select((share, c) => AsCell(share, IsClearlyBest(shares, r, c))), row.TrainingSeconds < 60 ? Number.Duration(row.TrainingSeconds) : $"{Number.Fixed(row.TrainingSeconds / 60, 1)} min"]);
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
            Y = Axis.Share("accuracy"),
            Subtitle = $"ε = {Epsilon(table.Experiment.Epsilon)} (L∞), {Number.Count(table.Rows[0].Report.Natural.Total)} test images; 95 % intervals",
            Width = 680,
        };
    }

    private static bool IsClearlyBest(IReadOnlyList<Proportion>[] shares, int row, int column) =>
        shares.Length > 1 && shares.Where((_, other) => other != row).All(other => other[column].High < shares[row][column].Low);
}
