using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>The checks for gradient masking: rule and measurement, and for a warning its meaning and advice.</summary>
internal static class GradientMaskingView
{
    internal static TableView Of(GradientMaskingReport report)
    {
        var title = $"Gradient masking: {report.Model} on {report.DataSet}, "
            + $"{Number.Count(report.Natural.Total)} examples, "
            + $"{DisplayText.Of(report.Threat)}: {report.Warnings.Count} of {report.Findings.Count} checks warn";
        return new TableView(title, ["", "rule", "measured", "share of examples"], report.Findings.SelectMany(Rows))
        {
            WordColumns = 3,
            Notes =
            [
                .. report.Warnings.Select(finding => $"Not met: {finding.Rule}. {finding.Meaning} {finding.Advice}"),
                .. report.Note is null ? [] : new[] { $"Note: {report.Note}" },
                .. report.Warnings.Count > 0
                    ? []
                    : new[] { "The absence of warnings is no proof: these checks found nothing with these budgets." },
                $"The gradient attacks increase {report.Loss}. {Number.Duration(report.Seconds)}, and for each "
                    + "example that was attacked "
                    + $"{DisplayText.PerExample(report.ModelEvaluations - report.Backwards, report.Natural.Successes)} "
                    + $"forward and {DisplayText.PerExample(report.Backwards, report.Natural.Successes)} "
                    + $"backward passes on average. Seed {report.Seed}, device {report.Device}.",
            ],
        };
    }

    // The first row of a finding names the rule; further rows hold further numbers.
    private static IEnumerable<IReadOnlyList<TableCell>> Rows(MaskingFinding finding)
    {
        var verdict = finding.IsWarning ? new TableCell("warning", Strong: true) : "ok";
        TableCell rule = new(finding.Rule, $"({finding.Limit})");
        return finding.Numbers.Select((number, i) => (IReadOnlyList<TableCell>)
            [i == 0 ? verdict : "", i == 0 ? rule : "", number.What, DisplayText.Cell(number.Share)]);
    }
}
