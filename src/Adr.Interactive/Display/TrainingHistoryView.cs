using Adr.Interactive.Drawing;
using Adr.Training;

namespace Adr.Interactive;

/// <summary>A training run by epoch, and what an epoch costs.</summary>
internal static class TrainingHistoryView
{
    /// <summary>Two figures: the loss with its terms, and the accuracies.</summary>
    internal static FigureRow Of(TrainingHistory history) =>
        new(Loss(history), Accuracy(history)) { Notes = history.Notes };

    internal static BarFigure Costs(IReadOnlyList<TrainingHistory> histories)
    {
        ArgumentNullException.ThrowIfNull(histories);
        if (histories.Count == 0) throw new ArgumentException("There is no history to show.", nameof(histories));
        var series = histories.Select(history =>
            new BarSeries(history.Defence, Median([.. history.Epochs.Select(epoch => epoch.Seconds)]))
            {
                Style = Palette.StyleOf(history.Defence),
            });
        return new BarFigure("Cost of an epoch", ["median epoch"], [.. series])
        {
            Y = new Axis("seconds per epoch") { Min = 0 },
            Decimals = 1,
            Subtitle = "wall time of training, the attack included; unreliable on a busy machine",
            Width = 560,
        };
    }

    private static LineFigure Loss(TrainingHistory history)
    {
        var epochs = history.Epochs;
        var x = Epochs(history);
        var curves = new List<LineSeries> { new("total", x, epochs.Select(epoch => epoch.Loss)) };
        foreach (var term in epochs.SelectMany(epoch => epoch.Terms.Keys).Distinct())
        {
            var values = epochs.Select(epoch => epoch.Terms.GetValueOrDefault(term, double.NaN));
            curves.Add(new LineSeries(DisplayText.Words(term), x, values) { Dashed = true });
        }
        var total = $"{epochs.Count} epoch{(epochs.Count == 1 ? "" : "s")} in {Number.Duration(history.Seconds)}";
        return new LineFigure($"{history.Defence}: loss", curves)
        {
            X = EpochAxis,
            Y = new Axis("loss"),
            Subtitle = $"{total}; each term with its weight",
            Width = 440,
            Height = 380,
        };
    }

    private static LineFigure Accuracy(TrainingHistory history)
    {
        var curves = new List<LineSeries>();
        Add("natural", epoch => epoch.NaturalAccuracy, style: 0, dashed: false);
        Add("robust", epoch => epoch.RobustAccuracy, style: 1, dashed: false);
        Add("natural, held out", epoch => epoch.ValidationNatural, style: 0, dashed: true);
        Add("robust, held out", epoch => epoch.ValidationRobust, style: 1, dashed: true);
        return new LineFigure($"{history.Defence}: accuracy", curves)
        {
            X = EpochAxis,
            Y = Axis.Share("accuracy", curves.SelectMany(curve => curve.Y)),
            Subtitle = history.BestEpoch > 0
                ? $"during training; the weights of epoch {history.BestEpoch} are kept"
                : "during training",
            Width = 440,
            Height = 380,
        };

        void Add(string name, Func<EpochMetrics, double?> value, int style, bool dashed)
        {
            if (history.Epochs.All(epoch => value(epoch) is null)) return; // not measured
            var shares = history.Epochs.Select(epoch => value(epoch) ?? double.NaN);
            curves.Add(new LineSeries(name, Epochs(history), shares) { Style = style, Dashed = dashed });
        }
    }

    private static Axis EpochAxis => new("epoch") { Whole = true };

    private static double[] Epochs(TrainingHistory history) => [.. history.Epochs.Select(epoch => (double)epoch.Epoch)];

    private static double Median(double[] values)
    {
        if (values.Length == 0) return double.NaN;
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
