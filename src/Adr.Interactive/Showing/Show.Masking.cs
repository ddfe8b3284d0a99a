using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

public static partial class Show
{
    /// <summary>The checks for masked gradients: what must hold, what was measured, and for each warning what it means and what to do.</summary>
    public static TableView Masking(GradientMaskingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var rows = report.Findings.SelectMany(finding => finding.Numbers.Select((number, i) => (IReadOnlyList<TableCell>)
            [i > 0 ? "" : finding.IsWarning ? new TableCell("warning", Strong: true) : "ok", i > 0 ? "" : new TableCell(finding.Rule, $"({finding.Limit})"), number.What, AsCell(number.Share)]));
        return new TableView($"Masked gradients? {report.Model} on {report.DataSet}, {Number.Count(report.Natural.Total)} points, {AsText(report.Threat)}: {report.Warnings.Count} of {report.Findings.Count} checks warn",
            ["", "what must hold", "measured", "share of points"], rows)
        {
            WordColumns = 3,
            Notes =
            [
                .. report.Warnings.Select(finding => $"Does not hold: {finding.Rule}. {finding.Meaning} {finding.Advice}"),
                .. report.Note is null ? [] : new[] { $"Note: {report.Note}" },
                .. report.Warnings.Count > 0 ? [] : new[] { "No warning is no proof: these checks, at these budgets, saw nothing." },
                $"The gradient attacks increase {report.Loss}. {Number.Duration(report.Seconds)}, {Number.Count(report.ModelEvaluations - report.Backwards)} forward and {Number.Count(report.Backwards)} backward passes, counted per point. Seed {report.Seed}, device {report.Device}.",
            ],
        };
    }
}
