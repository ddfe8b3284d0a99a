using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

public static partial class Show
{
    /// <summary>A report as two tables: accuracy under each attack, and the same for each class.</summary>
    public static ViewStack Report(RobustnessReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var accuracy = new List<IReadOnlyList<TableCell>> { (TableCell[])["none (natural)", "", AsCell(report.Natural), "", ""] };
        accuracy.AddRange(report.Attacks.Select(attack => (IReadOnlyList<TableCell>)
            [attack.Attack, AsText(attack.Threat), AsCell(attack.RobustAccuracy), Number.Duration(attack.Seconds), Number.Count(attack.ModelEvaluations)]));
        if (report.Attacks.Count > 1) accuracy.Add(["worst case of all", "", AsCell(report.WorstCase), "", ""]);
        var overall = new TableView($"{report.Model} on {report.DataSet}, {Number.Count(report.Natural.Total)} points", ["attack", "threat", "accuracy", "time", "model evaluations"], accuracy)
        {
            WordColumns = 2,
            Notes = [$"Share of all points that are right and stay right, with 95 % Wilson intervals. Seed {report.Seed}, device {report.Device}."],
        };
        var classes = report.ClassNames.Select((name, k) => (IReadOnlyList<TableCell>)
            [name, Number.Count(report.NaturalPerClass[k].Total), AsCell(report.NaturalPerClass[k]), .. report.Attacks.Select(attack => AsCell(attack.PerClass[k]))]);
        return new ViewStack(overall, new TableView("By class", ["class", "points", "natural", .. report.Attacks.Select(attack => attack.Attack)], classes));
    }
}
