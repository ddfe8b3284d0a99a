using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>The cross-entropy around one image as colour; × marks where the image is misclassified.</summary>
internal static class SurfaceView
{
    private const int AxisLabels = 6; // more would not fit

    internal static HeatmapFigure Of(LossSurface surface, double? most)
    {
        ArgumentNullException.ThrowIfNull(surface);
        var count = surface.Offsets.Length;
        var top = most ?? surface.Losses.Cast<double>().Max();
        var (shades, texts) = (new double[count, count], new string[count, count]);
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                shades[i, j] = top > 0 ? Math.Min(1, surface.Losses[i, j] / top) : 0;
                texts[i, j] = surface.Right[i, j] ? "" : "×";
            }
        }
        var wrong = 100.0 * surface.Right.Cast<bool>().Count(right => !right) / (count * count);
        var every = Math.Max(1, (count - 1) / AxisLabels);
        string[] names = [.. surface.Offsets.Select((offset, i) => i % every == 0 ? Number.Short(offset, 3) : "")];
        return new HeatmapFigure($"{surface.Model}: cross-entropy around an image", shades, texts, names, names)
        {
            ColumnLabel = "along the sign of the gradient (images in [0,1])",
            RowLabel = "along random signs (images in [0,1])",
            Subtitle =
                $"full colour: {Number.Fixed(top, 2)}; ×: misclassified, {Number.Fixed(wrong, 0)} % of the cells",
            Width = 480,
            Height = 440,
        };
    }
}
