using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>What each attack of Auto-Attack did, and below it the signs of an unreliable evaluation.</summary>
internal static class AutoAttackView
{
    internal static TableView Of(AutoAttackReport report)
    {
        var rows = new List<IReadOnlyList<TableCell>>
        {
            (TableCell[])["none (natural)", "", "", DisplayText.Cell(report.Natural), "", "", ""],
        };
        rows.AddRange(report.Stages.Select(stage => (IReadOnlyList<TableCell>)
        [
            stage.Attack, Number.Count(stage.Attacked), Number.Count(stage.Misclassified),
            DisplayText.Cell(stage.RobustAccuracy),
            Number.Duration(stage.Seconds), DisplayText.PerExample(stage.Forwards, stage.Attacked),
            DisplayText.PerExample(stage.Backwards, stage.Attacked),
        ]));
        if (report.Individual)
            rows.Add((TableCell[])["all of them", "", "", DisplayText.Cell(report.RobustAccuracy), "", "", ""]);
        var accuracy = report.Individual ? "accuracy under the attack" : "accuracy after the attack";
        string[] columns = ["attack", "attacked", "misclassified", accuracy, "time", .. DisplayText.PassColumns];
        var title = $"{report.Attack} on {report.Model}: {report.DataSet}, {report.Which}, "
            + DisplayText.Of(report.Threat);
        var on = report.Individual ? "all examples that are classified correctly without one"
            : "the examples that are still classified correctly";
        return new TableView(title, columns, rows)
        {
            Notes =
            [
                $"Each attack is run on {on}. Accuracies are shares of all "
                    + $"examples, with 95 % Wilson intervals. {DisplayText.PassesAreMeans} "
                    + $"Seed {report.Seed}, device {report.Device}.",
                .. report.Warnings.Count > 0
                    ? report.Warnings.Select(warning => $"Warning: {warning}")
                    : ["The checks found no sign of an unreliable evaluation."],
            ],
        };
    }
}
