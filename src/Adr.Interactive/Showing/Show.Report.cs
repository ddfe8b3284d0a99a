using Adr.Attacks;
using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

public static partial class Show
{
    /// <summary>A report as two tables: accuracy, time and cost under each attack, with notes and settings below; and accuracy for each class.</summary>
    public static ViewStack Report(RobustnessReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var accuracy = new List<IReadOnlyList<TableCell>> { (TableCell[])["none (natural)", "", AsCell(report.Natural), "", "", ""] };
        accuracy.AddRange(report.Attacks.Select(attack => (IReadOnlyList<TableCell>)
            [attack.Attack, AsText(attack.Threat), AsCell(attack.RobustAccuracy), Number.Duration(attack.Seconds), Number.Count(attack.Forwards), Number.Count(attack.Backwards)]));
        if (report.Attacks.Count > 1) accuracy.Add(["worst case of all", "", AsCell(report.WorstCase), "", "", ""]);
        var overall = new TableView($"{report.Model} on {report.DataSet}, {Number.Count(report.Natural.Total)} points", ["attack", "threat", "accuracy", "time", "forward passes", "backward passes"], accuracy)
        {
            WordColumns = 2,
            Notes =
            [
                .. report.Notes.Select(note => $"Note: {note}"),
                .. report.Attacks.Where(attack => attack.Note is not null).Select(attack => $"Note on {attack.Attack}: {attack.Note}"),
                $"Share of all points that are right and stay right, with 95 % Wilson intervals. Seed {report.Seed}, device {report.Device}{(report.AttackPrecision == AttackPrecision.Float32 ? "" : $", attacks in {report.AttackPrecision}")}. Passes are counted per point.",
                .. report.Attacks.Where(attack => attack.Settings.Count > 0).Select(attack => $"{attack.Attack}: {AsText(attack.Settings)}."),
            ],
        };
        var classes = report.ClassNames.Select((name, k) => (IReadOnlyList<TableCell>)
            [name, Number.Count(report.NaturalPerClass[k].Total), AsCell(report.NaturalPerClass[k]), .. report.Attacks.Select(attack => AsCell(attack.PerClass[k]))]);
        return new ViewStack(overall, new TableView("By class", ["class", "points", "natural", .. report.Attacks.Select(attack => attack.Attack)], classes));
    }

    /// <summary>"steps 40, step size 0.01, keep Last".</summary>
    internal static string AsText(IReadOnlyDictionary<string, string> settings) => string.Join(", ", settings.Select(setting => $"{Words(setting.Key)} {setting.Value}"));
}
