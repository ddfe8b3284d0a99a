using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>The share of images up to each confidence and up to each entropy, clean and attacked.</summary>
internal static class ConfidenceView
{
    internal static FigureRow Of(IReadOnlyList<PredictionConfidence> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count == 0) throw new ArgumentException("There is no network to show.", nameof(networks));
        var confidence = new Axis("largest probability") { Min = 0, Max = 1 };
        var entropy = new Axis("entropy of the prediction", "nats") { Min = 0, Max = Math.Log(networks[0].Classes) };
        return new FigureRow(
            Spread("Confidence", confidence, one => one.CleanConfidence, one => one.AdversarialConfidence),
            Spread("Entropy", entropy, one => one.CleanEntropy, one => one.AdversarialEntropy));

        LineFigure Spread(
            string title,
            Axis x,
            Func<PredictionConfidence, double[]> clean,
            Func<PredictionConfidence, double[]> adversarial) =>
            new(title, [.. networks.SelectMany((network, i) => new[]
            {
                Cumulative(network.Model, i, clean(network), x, attacked: false),
                Cumulative(network.Model, i, adversarial(network), x, attacked: true),
            })])
            {
                X = x,
                Y = Axis.Share("share of images at or below"),
                Subtitle = $"solid: clean; dashed: under {networks[0].Attack}; "
                    + $"{Number.Count(networks[0].CleanConfidence.Length)} images",
                Width = 440,
                Height = 400,
            };
    }

    // The share of values at or below each of 101 places: a curve that needs no choice of bins.
    private static LineSeries Cumulative(string name, int place, double[] values, Axis axis, bool attacked)
    {
        var (low, high) = (axis.Min!.Value, axis.Max!.Value);
        var x = Enumerable.Range(0, 101).Select(i => low + (high - low) * i / 100).ToArray();
        var shares = x.Select(at => (double)values.Count(value => value <= at + 1e-9) / values.Length);
        return new LineSeries(attacked ? $"{name}, attacked" : name, x, shares)
        {
            Style = Palette.StyleOf(name) ?? place, Dashed = attacked, Markers = false,
        };
    }
}
