using Adr.Attacks;
using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Distances to the nearest misclassified images that were found, as quantiles, and their cost.</summary>
internal static class MinimumNormView
{
    private static readonly double[] Quantiles = [0.1, 0.25, 0.5, 0.75, 0.9];

    internal static TableView Of(MinimumNormReport report)
    {
        var rows = Quantiles.Select(share => (IReadOnlyList<TableCell>)
        [
            $"{Number.Fixed(100 * share, 0)} %{(share == 0.5 ? " (median)" : "")}",
            Number.Short(report.Quantile(share)),
        ]);
        var title = $"{report.Model} on {report.DataSet}, {Number.Count(report.Examples)} examples: "
            + "distance to the nearest misclassified image";
        string[] columns = ["share of examples", $"misclassified within ({report.Threat.Norm.Symbol()})"];
        return new TableView(title, columns, rows)
        {
            Notes =
            [
                .. report.Notes.Select(note => $"Note: {note}"),
                .. report.Note is null ? [] : new[] { $"Note on {report.Attack}: {report.Note}" },
                $"The distances are those that {report.Attack} found, so they are upper bounds. Examples that are "
                    + "misclassified without an attack count with distance 0. "
                    + $"Natural accuracy: {DisplayText.Of(report.Natural)}. "
                    + $"Share for which an image was found: {DisplayText.Of(report.Found)}.",
                $"{Number.Duration(report.Seconds)}, and for each example that was attacked "
                    + $"{DisplayText.PerExample(report.Forwards, report.Natural.Successes)} forward and "
                    + $"{DisplayText.PerExample(report.Backwards, report.Natural.Successes)} backward passes on "
                    + $"average. Seed {report.Seed}, device {report.Device}.",
                .. report.Settings.Count == 0
                    ? []
                    : new[] { $"{report.Attack}: {DisplayText.Of(report.Settings)}." },
            ],
        };
    }
}
