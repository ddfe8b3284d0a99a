using Adr.Attacks;
using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>The share of examples that are misclassified within each distance, one curve for each report.</summary>
internal static class DistanceView
{
    internal static LineFigure Of(IReadOnlyList<MinimumNormReport> reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        if (reports.Count == 0) throw new ArgumentException("There is no report to show.", nameof(reports));
        var norm = reports[0].Threat.Norm;
        if (reports.FirstOrDefault(report => report.Threat.Norm != norm) is { } other)
            throw new ArgumentException(
                $"One figure shows distances in one norm; got {norm.Symbol()} and {other.Threat.Norm.Symbol()}.",
                nameof(reports));
        return new LineFigure("Distance to the nearest misclassified image", [.. reports.Select(Curve)])
        {
            X = new Axis($"distance ({norm.Symbol()}, images in [0,1])") { Min = 0 },
            Y = Axis.Share("share of examples misclassified within"),
            Subtitle = $"{Number.Count(reports[0].Examples)} examples; distances that attacks find are upper bounds",
        };
    }

    // An example without a distance is never misclassified, so the curve of such a report ends below 1.
    private static LineSeries Curve(MinimumNormReport report)
    {
        double[] distances = [.. report.Distances.Where(double.IsFinite).Order()];
        var shares = distances.Select((_, i) => (i + 1.0) / report.Examples);
        return new LineSeries($"{report.Model}, {report.Attack}", distances, shares) { Markers = false };
    }
}
