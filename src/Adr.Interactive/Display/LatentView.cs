using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Latents in a plane: discs are clean images, crosses adversarial ones, and colours are classes.</summary>
internal static class LatentView
{
    private const int MostLinks = 300; // of more, the lines would cover the points

    internal static ScatterFigure Of(LatentExamples points, string title, int width)
    {
        ArgumentNullException.ThrowIfNull(points);
        var series = new List<ScatterSeries>();
        var notes = new List<Note>();
        for (var k = 0; k < points.ClassNames.Count; k++)
        {
            var members = Enumerable.Range(0, points.Labels.Length).Where(i => points.Labels[i] == k).ToArray();
            if (members.Length == 0) continue;
            var name = points.ClassNames[k];
            series.Add(Cloud(name, points.Clean, members, k, Symbol.Circle));
            series.Add(Cloud($"{name}, adversarial", points.Adversarial, members, k, Symbol.Cross));
            var (x, y) = (members.Average(i => points.Clean[i, 0]), members.Average(i => points.Clean[i, 1]));
            notes.Add(new Note(x, y, name, Style: k));
        }
        return new ScatterFigure(title, series)
        {
            Notes = notes,
            Links = points.Labels.Length > MostLinks ? [] : [.. Enumerable.Range(0, points.Labels.Length).Select(i =>
                new Link(points.Clean[i, 0], points.Clean[i, 1], points.Adversarial[i, 0], points.Adversarial[i, 1]))],
            Subtitle = $"discs: clean, crosses: adversarial; mean d(z, z') {Number.Fixed(points.MeanDivergence, 3)}, "
                + $"within a class {Number.Fixed(points.WithinClass, 3)}; "
                + $"distance between classes / width of a class {Number.Fixed(points.SeparationRatio, 2)}",
            X = new Axis(AxisName(points, "first", points.ExplainedVariance.First)),
            Y = new Axis(AxisName(points, "second", points.ExplainedVariance.Second)),
            Width = width,
            Height = Math.Min(520, width + 80),
        };
    }

    private static string AxisName(LatentExamples points, string which, double variance) =>
        points.Projection == Projection.TSne
            ? $"t-SNE, {which} coordinate"
            : $"{which} principal component ({Number.Fixed(variance * 100, 0)} % of variance)";

    private static ScatterSeries Cloud(string name, float[,] at, int[] members, int style, Symbol symbol) =>
        new(name, members.Select(i => (double)at[i, 0]), members.Select(i => (double)at[i, 1]))
        {
            Style = style, Symbol = symbol, InLegend = false,
        };
}
