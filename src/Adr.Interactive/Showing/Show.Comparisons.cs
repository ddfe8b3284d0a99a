using System.Globalization;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Interactive.Drawing;
using Adr.Training;

namespace Adr.Interactive;

public static partial class Show
{
    /// <summary>How wide a class is against the distance between classes, layer by layer.</summary>
    /// <param name="networks">At least one; all of the same layers.</param>
    /// <exception cref="ArgumentException">There is none, or their layers differ.</exception>
    public static BarFigure Widths(params IReadOnlyList<DepthDivergence> networks) => ByLayer(networks, layer => layer.Width,
        "How wide classes are, layer by layer", "distance within / between classes", "clean images; below 1: classes are narrower than they are apart");

    /// <summary>Accuracy over the weight of a term, one curve for each term: natural dashed, under the last attack solid.</summary>
    /// <param name="weights">The values, in the order of the rows.</param>
    /// <param name="rows">For each term one row for each value.</param>
    /// <exception cref="ArgumentException">A term has not as many rows as there are values.</exception>
    public static LineFigure Sensitivity(IReadOnlyList<double> weights, IReadOnlyDictionary<string, List<RobustnessRow>> rows)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.FirstOrDefault(pair => pair.Value.Count != weights.Count) is { Key: { } wrong }) throw new ArgumentException($"{wrong} has {rows[wrong].Count} rows for {weights.Count} weights.", nameof(rows));
        var places = Enumerable.Range(0, weights.Count).Select(i => (double)i).ToArray(); // evenly: 0 has no place on a logarithmic axis
        var attack = rows.Values.First()[0].Report.Attacks[^1].Attack;
        return new LineFigure("Accuracy over the weight of a term",
            [.. rows.SelectMany((pair, i) => new[]
            {
                Curve($"{pair.Key}: {attack}", pair.Value.Select(row => row.Report.Attacks[^1].RobustAccuracy), i, natural: false),
                Curve($"{pair.Key}: natural", pair.Value.Select(row => row.Report.Natural), i, natural: true),
            })])
        {
            X = new Axis("weight of the term") { Names = [.. weights.Select(weight => weight.ToString("0.###", CultureInfo.InvariantCulture))] },
            Y = Axis.Share("accuracy", rows.Values.SelectMany(term => term).Select(row => row.Report.Natural.High)),
            Subtitle = $"dashed: natural, solid: {attack}; bands: 95 % intervals of {Number.Count(rows.Values.First()[0].Report.Points)} images, one seed",
        };

        LineSeries Curve(string name, IEnumerable<Proportion> shares, int style, bool natural)
        {
            var all = shares.ToArray();
            return new LineSeries(name, places, all.Select(share => share.Value)) { Style = style, Dashed = natural, Low = [.. all.Select(share => share.Low)], High = [.. all.Select(share => share.High)] };
        }
    }

    /// <summary>What an epoch of training costs under each defence, in seconds.</summary>
    /// <param name="histories">At least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static BarFigure Costs(params IReadOnlyList<TrainingHistory> histories)
    {
        ArgumentNullException.ThrowIfNull(histories);
        if (histories.Count == 0) throw new ArgumentException("There is no history to show.", nameof(histories));
        return new BarFigure("What an epoch costs", ["median epoch"],
            [.. histories.Select(history => new BarSeries(history.Defence, Median([.. history.Epochs.Select(epoch => epoch.Seconds)])) { Style = DefenceStyle.Of(history.Defence) })])
        {
            Y = new Axis("seconds an epoch") { Min = 0 },
            Decimals = 1,
            Subtitle = "wall time of training with its attack; on a busy machine it says little",
            Width = 560,
        };
    }

    private static double Median(double[] values) => values.Length == 0 ? double.NaN : (values.Order().ElementAt((values.Length - 1) / 2) + values.Order().ElementAt(values.Length / 2)) / 2;
}
