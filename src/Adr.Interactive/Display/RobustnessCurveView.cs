using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Robust accuracy over ε, one curve for each model.</summary>
internal static class RobustnessCurveView
{
    internal static LineFigure Of(IReadOnlyList<RobustnessCurve> curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        var points = curves.SelectMany(curve => curve.Points).ToArray();
        var attacks = curves.Select(curve => curve.Attack).Distinct().ToArray();
        var series = curves.Select(curve => new LineSeries(
            attacks.Length > 1 ? $"{curve.Model}, {curve.Attack}" : curve.Model,
            curve.Points.Select(point => point.Epsilon),
            curve.Points.Select(point => point.RobustAccuracy.Value))
        {
            Style = attacks.Length > 1 ? null : Palette.StyleOf(curve.Model),
            Low = [.. curve.Points.Select(point => point.RobustAccuracy.Low)],
            High = [.. curve.Points.Select(point => point.RobustAccuracy.High)],
        });
        var under = attacks.Length == 1 ? $"under {attacks[0]}, " : "";
        return new LineFigure("Accuracy over the size of the perturbation", [.. series])
        {
            X = Axis.Epsilon(points.Select(point => point.Epsilon)),
            Y = Axis.Share("accuracy", points.Select(point => point.RobustAccuracy.High)),
            Subtitle = $"{under}{Images(points.Select(point => point.RobustAccuracy.Total))}; "
                + "ε = 0 is the natural accuracy; bands: 95 % intervals",
        };
    }

    private static string Images(IEnumerable<int> counts)
    {
        string[] texts = [.. counts.Distinct().Order().Select(count => Number.Count(count))];
        return texts.Length == 0 ? "no images" : $"{string.Join(" or ", texts)} images";
    }
}
