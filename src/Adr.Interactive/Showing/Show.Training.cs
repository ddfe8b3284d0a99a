using System.Text.RegularExpressions;
using Adr.Interactive.Drawing;
using Adr.Training;

namespace Adr.Interactive;

public static partial class Show
{
    /// <summary>A training run as two figures: the loss with its terms, and the accuracies, by epoch.</summary>
    public static FigureRow History(TrainingHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var epochs = history.Epochs;
        var x = epochs.Select(epoch => (double)epoch.Epoch).ToArray();
        var losses = new List<LineSeries> { new("total", x, epochs.Select(epoch => epoch.Loss)) };
        foreach (var term in epochs.SelectMany(epoch => epoch.Terms.Keys).Distinct())
            losses.Add(new LineSeries(Words(term), x, epochs.Select(epoch => epoch.Terms.GetValueOrDefault(term, double.NaN))) { Dashed = true });
        var accuracies = new List<LineSeries>();
        Add("natural", epoch => epoch.NaturalAccuracy, style: 0, dashed: false);
        Add("robust", epoch => epoch.RobustAccuracy, style: 1, dashed: false);
        Add("natural, held out", epoch => epoch.ValidationNatural, style: 0, dashed: true);
        Add("robust, held out", epoch => epoch.ValidationRobust, style: 1, dashed: true);
        var axis = new Axis("epoch") { Whole = true };
        var total = $"{epochs.Count} epoch{(epochs.Count == 1 ? "" : "s")} in {Number.Duration(history.Seconds)}";
        return new FigureRow(
            new LineFigure($"{history.Defence}: loss", losses) { X = axis, Y = new Axis("loss"), Subtitle = $"{total}; weight included in each term", Width = 440, Height = 380 },
            new LineFigure($"{history.Defence}: accuracy", accuracies) { X = axis, Y = Axis.Share("accuracy", accuracies.SelectMany(curve => curve.Y)), Subtitle = history.BestEpoch > 0 ? $"in training; weights kept: epoch {history.BestEpoch}" : "in training", Width = 440, Height = 380 })
        {
            Notes = history.Notes,
        };

        void Add(string name, Func<EpochMetrics, double?> value, int style, bool dashed)
        {
            if (epochs.Any(epoch => value(epoch) is not null))
                accuracies.Add(new LineSeries(name, x, epochs.Select(epoch => value(epoch) ?? double.NaN)) { Style = style, Dashed = dashed });
        }
    }

    /// <summary>"LocalCompactness" as "local compactness"; cross-entropy, long and twice in a legend, as "CE".</summary>
    private static string Words(string term) =>
        CapitalInside().Replace(term, " $0").ToLowerInvariant().Replace("cross entropy", "CE");

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex CapitalInside();

    /// <summary>Where a training run stands: one line, a bar, and the curves of the epochs that are complete.</summary>
    public static View Progress(TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        return new ProgressView(progress);
    }
}
