using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>A confusion matrix: counts in the cells, and the share of the row as colour.</summary>
internal static class ConfusionView
{
    internal static HeatmapFigure Of(ConfusionMatrix matrix, string title)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var classes = matrix.ClassNames.Count;
        var (shades, texts) = (new double[classes, classes], new string[classes, classes]);
        for (var row = 0; row < classes; row++)
        {
            var total = Enumerable.Range(0, classes).Sum(column => matrix.Counts[row, column]);
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
            Subtitle = $"counts; colour: share of the row; accuracy {DisplayText.Of(matrix.Accuracy)}",
            Width = 560,
            Height = 480,
        };
    }
}
