using Adr.Experiments;
using Adr.Interactive.Drawing;
using Adr.Training;

namespace Adr.Interactive;

/// <summary>What a network that predicts the same for every image gains or loses by favouring one class.</summary>
internal static class ConstantPredictorView
{
    internal static LineFigure Of(Experiment experiment, IReadOnlyList<string>? defences, int classes)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var uniform = 1.0 / classes;
        var percents = Enumerable.Range(1, 99).Select(percent => percent / 100.0);
        double[] probabilities = [uniform, .. percents.Where(p => p > uniform + 1e-9), 0.995];
        return new LineFigure("A network that predicts the same for every image",
            [.. (defences ?? Experiment.DefenceNames).Select(Curve)])
        {
            X = new Axis("probability of one class; the others share the rest") { Min = 0, Max = 1 },
            Y = new Axis("loss relative to the uniform prediction", "nats"),
            Subtitle = "below 0: favouring one class, whatever the image, costs less than the uniform prediction",
            Width = 700,
        };

        LineSeries Curve(string defence, int place)
        {
            var losses = ConstantPredictor.Losses(experiment.Defence(defence), classes, probabilities);
            return new LineSeries(defence, probabilities, losses.Select(loss => loss - losses[0]))
            {
                Style = Palette.StyleOf(defence) ?? place,
                Dashed = defence.StartsWith("ADR-", StringComparison.Ordinal),
            };
        }
    }
}
