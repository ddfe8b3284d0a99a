using System.Globalization;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Accuracy over the weight of a term, two curves for each term: natural and under the last attack.</summary>
internal static class SensitivityView
{
    internal static LineFigure Of(IReadOnlyList<double> weights, IReadOnlyDictionary<string, List<ModelResult>> rows)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.FirstOrDefault(pair => pair.Value.Count != weights.Count) is { Key: { } wrong })
            throw new ArgumentException(
                $"{wrong} has {rows[wrong].Count} rows for {weights.Count} weights.", nameof(rows));
        // The weights are spaced evenly, because 0 has no place on a logarithmic axis.
        var places = Enumerable.Range(0, weights.Count).Select(i => (double)i).ToArray();
        var first = rows.Values.First()[0].Report;
        var attack = first.Attacks[^1].Attack;
        return new LineFigure("Accuracy over the weight of a term", [.. rows.SelectMany((pair, i) => new[]
        {
            Curve($"{pair.Key}: {attack}", places, pair.Value.Select(Robust), i, dashed: false),
            Curve($"{pair.Key}: natural", places, pair.Value.Select(row => row.Report.Natural), i, dashed: true),
        })])
        {
            X = new Axis("weight of the term")
            {
                Names = [.. weights.Select(weight => weight.ToString("0.###", CultureInfo.InvariantCulture))],
            },
            Y = Axis.Share("accuracy", rows.Values.SelectMany(term => term).Select(row => row.Report.Natural.High)),
            Subtitle = $"dashed: natural, solid: {attack}; "
                + $"bands: 95 % intervals of {Number.Count(first.Examples)} images, one seed",
        };
    }

    private static Proportion Robust(ModelResult row) => row.Report.Attacks[^1].RobustAccuracy;

    private static LineSeries Curve(
        string name, double[] places, IEnumerable<Proportion> shares, int style, bool dashed)
    {
        var all = shares.ToArray();
        return new LineSeries(name, places, all.Select(share => share.Value))
        {
            Style = style,
            Dashed = dashed,
            Low = [.. all.Select(share => share.Low)],
            High = [.. all.Select(share => share.High)],
        };
    }
}
