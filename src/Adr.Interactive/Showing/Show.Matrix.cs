using Adr.Evaluation;
using Adr.Experiments;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

public static partial class Show
{
    /// <summary>Means over seeds, what ADR adds to its baseline, and which runs are missing.</summary>
    public static TableView Matrix(MatrixTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        string[] columns = ["defence", "seeds", .. table.Columns];
        var rows = table.Defences.Select(defence => (IReadOnlyList<TableCell>)[defence, string.Join(", ", table.SeedsOf(defence)), .. table.Means(defence).Select(mean => AsCell(mean, signed: false))]).ToList();
        foreach (var (adr, baseline) in table.Pairs)
        {
            if (table.Difference(adr, baseline) is { } difference)
                rows.Add([$"{adr} − {baseline}", string.Join(", ", table.SeedsOf(adr).Intersect(table.SeedsOf(baseline))), .. difference.Select(mean => AsCell(mean, signed: true))]);
        }
        return new TableView(table.Name, columns, rows)
        {
            Notes =
            [
                table.Caption, .. table.Pairs.Select(pair => table.Verdict(pair.Adr, pair.Baseline, table.Columns.Count - 1)),
                .. table.Missing.Count > 0 ? new[] { $"Missing: {string.Join("; ", table.Missing.Select(cell => $"{cell} ({cell.State()})"))}." } : [],
            ],
        };
    }

    private static TableCell AsCell(MeanOfSeeds mean, bool signed) => new(
        (signed && mean.Mean > 0 ? "+" : "") + Number.Fixed(mean.Mean, 3), mean.HalfWidth is { } half ? $"± {Number.Fixed(half, 3)}" : "");
}
