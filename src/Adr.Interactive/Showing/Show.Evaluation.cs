using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

public static partial class Show
{
    /// <summary>A confusion matrix: counts in the cells, shares of the row as colour.</summary>
    public static HeatmapFigure Confusion(ConfusionMatrix matrix, string title = "Confusion")
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var classes = matrix.ClassNames.Count;
        var (shades, texts) = (new double[classes, classes], new string[classes, classes]);
        for (var row = 0; row < classes; row++)
        {
            long total = 0;
            for (var column = 0; column < classes; column++) total += matrix.Counts[row, column];
            for (var column = 0; column < classes; column++)
            {
                shades[row, column] = total == 0 ? 0 : (double)matrix.Counts[row, column] / total;
                texts[row, column] = Number.Count(matrix.Counts[row, column]);
            }
        }
        return new HeatmapFigure(title, shades, texts, matrix.ClassNames, matrix.ClassNames)
        {
            RowLabel = "true class",
            ColumnLabel = "predicted class",
            Subtitle = $"counts; colour: share of the row; accuracy {AsText(matrix.Accuracy)}",
            Width = 560,
            Height = 480,
        };
    }

    /// <summary>Robust accuracy over ε, one curve for each model, with 95 % intervals as bands; ε = 0 is the natural accuracy.</summary>
    public static LineFigure Curves(params IReadOnlyList<RobustnessCurve> curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        var attacks = curves.Select(curve => curve.Attack).Distinct().ToArray();
        var series = curves.Select(curve => new LineSeries(attacks.Length > 1 ? $"{curve.Model}, {curve.Attack}" : curve.Model,
            curve.Points.Select(point => point.Epsilon), curve.Points.Select(point => point.RobustAccuracy.Value))
        {
            Style = attacks.Length > 1 ? null : DefenceStyle.Of(curve.Model),
            Low = [.. curve.Points.Select(point => point.RobustAccuracy.Low)],
            High = [.. curve.Points.Select(point => point.RobustAccuracy.High)],
        });
        return new LineFigure("Accuracy over the size of the perturbation", [.. series])
        {
            X = new Axis("ε", "pixel units"),
            Y = Axis.Share("accuracy", curves.SelectMany(curve => curve.Points).Select(point => point.RobustAccuracy.High)),
            Subtitle = $"{(attacks.Length == 1 ? $"under {attacks[0]}, " : "")}{Images(curves)}; ε = 0 is the natural accuracy; bands: 95 % intervals",
        };
    }

    private static string Images(IReadOnlyList<RobustnessCurve> curves)
    {
        int[] counts = [.. curves.SelectMany(curve => curve.Points).Select(point => point.RobustAccuracy.Total).Distinct().Order()];
        return counts.Length == 0 ? "no images" : $"{string.Join(" or ", counts.Select(count => Number.Count(count)))} images";
    }

    /// <summary>Latents in a plane: discs are clean images, crosses adversarial ones, colour is the class.</summary>
    public static ScatterFigure Latents(LatentExamples points, string title = "Latents z of clean and z' of adversarial images")
    {
        ArgumentNullException.ThrowIfNull(points);
        var series = new List<ScatterSeries>();
        var notes = new List<Note>();
        for (var k = 0; k < points.ClassNames.Count; k++)
        {
            var members = Enumerable.Range(0, points.Labels.Length).Where(i => points.Labels[i] == k).ToArray();
            if (members.Length == 0) continue;
            series.Add(Cloud(points.ClassNames[k], points.Clean, members, k, Symbol.Circle));
            series.Add(Cloud($"{points.ClassNames[k]}, adversarial", points.Adversarial, members, k, Symbol.Cross));
            notes.Add(new Note(members.Average(i => points.Clean[i, 0]), members.Average(i => points.Clean[i, 1]), points.ClassNames[k]));
        }
        var (first, second) = points.ExplainedVariance;
        return new ScatterFigure(title, series)
        {
            Notes = notes,
            Subtitle = $"discs: clean, crosses: adversarial; mean d(z, z') {Number.Fixed(points.MeanDivergence, 3)}, within a class {Number.Fixed(points.WithinClass, 3)}; classes apart / wide {Number.Fixed(points.SeparationRatio, 2)}",
            X = new Axis(points.Projection == Projection.TSne ? "t-SNE, first coordinate" : $"first principal component ({Number.Fixed(first * 100, 0)} % of variance)"),
            Y = new Axis(points.Projection == Projection.TSne ? "t-SNE, second coordinate" : $"second principal component ({Number.Fixed(second * 100, 0)} %)"),
            Height = 520,
        };
    }

    private static ScatterSeries Cloud(string name, float[,] at, int[] members, int style, Symbol symbol) =>
        new(name, members.Select(i => (double)at[i, 0]), members.Select(i => (double)at[i, 1])) { Style = style, Symbol = symbol, InLegend = false };
}
