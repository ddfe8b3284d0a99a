using Adr.Attacks;
using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

public static partial class Show
{
    private static readonly double[] ShownQuantiles = [0.1, 0.25, 0.5, 0.75, 0.9];

    /// <summary>Distances to the nearest adversarial images: within which distance which share of the points is wrong, and what it cost.</summary>
    public static TableView Distances(MinimumNormReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var unit = report.Threat.Norm.Symbol();
        var rows = ShownQuantiles.Select(share => (IReadOnlyList<TableCell>)
            [$"{Number.Fixed(100 * share, 0)} %{(share == 0.5 ? " (median)" : "")}", Number.Short(report.Quantile(share))]);
        return new TableView($"{report.Model} on {report.DataSet}, {Number.Count(report.Points)} points: distance to the nearest image that is wrong", ["share of points", $"wrong within ({unit})"], rows)
        {
            Notes =
            [
                .. report.Notes.Select(note => $"Note: {note}"),
                .. report.Note is null ? [] : new[] { $"Note on {report.Attack}: {report.Note}" },
                $"Found by {report.Attack}, so upper bounds; points that are wrong as they are count with distance 0. Right as they are: {AsText(report.Natural)}; found: {AsText(report.Found)}.",
                $"{Number.Duration(report.Seconds)}, {Number.Count(report.Forwards)} forward and {Number.Count(report.Backwards)} backward passes, counted per point. Seed {report.Seed}, device {report.Device}.",
                .. report.Settings.Count == 0 ? [] : new[] { $"{report.Attack}: {AsText(report.Settings)}." },
            ],
        };
    }
}
