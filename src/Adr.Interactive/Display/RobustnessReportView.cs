using Adr.Attacks;
using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>A report as two tables: accuracy, time and cost under each attack; and accuracy for each class.</summary>
internal static class RobustnessReportView
{
    internal static ViewStack Of(RobustnessReport report) => new(Overall(report), ByClass(report));

    private static TableView Overall(RobustnessReport report)
    {
        var rows = new List<IReadOnlyList<TableCell>>
        {
            (TableCell[])["none (natural)", "", DisplayText.Cell(report.Natural), "", "", ""],
        };
        rows.AddRange(report.Attacks.Select(attack => (IReadOnlyList<TableCell>)
        [
            attack.Attack, DisplayText.Of(attack.Threat), DisplayText.Cell(attack.RobustAccuracy),
            Number.Duration(attack.Seconds), DisplayText.PerExample(attack.Forwards, report.Natural.Successes),
            DisplayText.PerExample(attack.Backwards, report.Natural.Successes),
        ]));
        if (report.Attacks.Count > 1)
            rows.Add(["worst case of all", "", DisplayText.Cell(report.WorstCase), "", "", ""]);
        var title = $"{report.Model} on {report.DataSet}, {Number.Count(report.Natural.Total)} examples";
        string[] columns = ["attack", "threat", "accuracy", "time", .. DisplayText.PassColumns];
        return new TableView(title, columns, rows)
        {
            WordColumns = 2,
            Notes =
            [
                .. report.Notes.Select(note => $"Note: {note}"),
                .. report.Attacks.Where(attack => attack.Note is not null)
                    .Select(attack => $"Note on {attack.Attack}: {attack.Note}"),
                "Accuracy is the share of all examples that are classified correctly and stay so under the attack, "
                    + $"with its 95 % Wilson interval. {DisplayText.PassesAreMeans} "
                    + $"Seed {report.Seed}, device {report.Device}.",
                .. report.Attacks.Where(attack => attack.Settings.Count > 0)
                    .Select(attack => $"{attack.Attack}: {DisplayText.Of(attack.Settings)}."),
            ],
        };
    }

    private static TableView ByClass(RobustnessReport report)
    {
        string[] columns = ["class", "examples", "natural", .. report.Attacks.Select(attack => attack.Attack)];
        return new TableView("By class", columns, report.ClassNames.Select((name, k) => (IReadOnlyList<TableCell>)
        [
            name, Number.Count(report.NaturalPerClass[k].Total), DisplayText.Cell(report.NaturalPerClass[k]),
            .. report.Attacks.Select(attack => DisplayText.Cell(attack.PerClass[k])),
        ]));
    }
}
