using Adr.Evaluation;
using Adr.Experiments;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Means over seeds, the difference that ADR makes to its baseline, and the runs that are missing.</summary>
internal static class MatrixTableView
{
    internal static TableView Of(MatrixTable table)
    {
        var rows = table.Defences.Select(defence => (IReadOnlyList<TableCell>)
            [
                defence, Seeds(table.SeedsOf(defence)),
                .. table.Means(defence).Select(mean => Cell(mean, signed: false)),
            ]).ToList();
        foreach (var (adr, baseline) in table.Pairs)
        {
            if (table.Difference(adr, baseline) is not { } difference) continue;
            var seeds = table.SeedsOf(adr).Intersect(table.SeedsOf(baseline));
            rows.Add([$"{adr} − {baseline}", Seeds(seeds), .. difference.Select(mean => Cell(mean, signed: true))]);
        }
        var missing = table.Missing.Select(cell => $"{cell} ({cell.State()})");
        return new TableView(table.Name, ["defence", "seeds", .. table.Columns], rows)
        {
            Notes =
            [
                table.Caption,
                .. table.Notes,
                .. table.Pairs.Select(pair => table.Verdict(pair.Adr, pair.Baseline, table.Columns.Count - 1)),
                .. table.Missing.Count > 0 ? new[] { $"Missing: {string.Join("; ", missing)}." } : [],
            ],
        };
    }

    private static string Seeds(IEnumerable<long> seeds) => string.Join(", ", seeds);

    private static TableCell Cell(MeanOfSeeds mean, bool signed) => new(
        signed ? DisplayText.Signed(mean.Mean) : DisplayText.Percent(mean.Mean),
        mean.HalfWidth is { } half ? $"± {DisplayText.Percent(half)}" : mean.Values.Count > 1 ? "in each" : "");
}
