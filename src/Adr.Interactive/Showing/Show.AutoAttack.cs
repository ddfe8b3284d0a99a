using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

public static partial class Show
{
    /// <summary>What each attack of Auto-Attack did, with the reasons to doubt the result under the table.</summary>
    public static TableView AutoAttack(AutoAttackReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var rows = new List<IReadOnlyList<TableCell>> { (TableCell[])["none (natural)", "", "", AsCell(report.Natural), "", ""] };
        rows.AddRange(report.Stages.Select(stage => (IReadOnlyList<TableCell>)
            [stage.Attack, Number.Count(stage.Attacked), Number.Count(stage.Broken), AsCell(stage.RobustAccuracy), Number.Duration(stage.Seconds), Number.Count(stage.ModelEvaluations)]));
        string[] doubts = report.Warnings.Count == 0 ? ["No sign that these attacks cannot measure this model."] : [.. report.Warnings.Select(warning => $"Doubt: {warning}")];
        return new TableView($"{report.Attack} on {report.Model}: {report.DataSet}, first {Number.Count(report.Robust.Length)} points, {AsText(report.Threat)}",
            ["attack", "attacked", "broken", "accuracy after it", "time", "model evaluations"], rows)
        {
            WordColumns = 1,
            Notes = [$"Each attack meets the points that still stand. Share of all points, with 95 % Wilson intervals. Seed {report.Seed}, device {report.Device}.", .. doubts],
        };
    }
}
