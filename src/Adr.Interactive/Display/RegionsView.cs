using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Decision regions: the colour of a place is the predicted class, the fuller the surer; points lie on
/// top.</summary>
internal static class RegionsView
{
    private const int MostPoints = 150;     // of more, one would cover the other
    private const double FullColor = 0.5;   // a place where the model is sure keeps lighter than a point

    internal static FigureRow Of(IReadOnlyList<DecisionRegions> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count == 0) throw new ArgumentException("There is no network to show.", nameof(networks));
        return new FigureRow([.. networks.Select(Of)])
        {
            Notes =
            [
                "The colour of a place is the predicted class, the fuller the likelier; it is white where all classes "
                    + "are equally likely. "
                    + "Discs are clean points, crosses the same points after the attack."
                    + (networks[0].Labels.Length > MostPoints ? $" The first {MostPoints} points are drawn." : ""),
                $"Robust: under {Attacks(networks)}. On a grid: every place of a fine grid within ε of the point has "
                    + "its class.",
            ],
        };
    }

    private static string Attacks(IReadOnlyList<DecisionRegions> networks) => string.Join(" or ", networks
        .Select(network => $"{network.Attack} ({DisplayText.Of(network.Threat)})").Distinct());

    private static ScatterFigure Of(DecisionRegions network)
    {
        var (low, high) = Box(network.Places);
        var shown = Enumerable.Range(0, Math.Min(MostPoints, network.Labels.Length)).ToArray();
        var series = new List<ScatterSeries>();
        for (var k = 0; k < network.ClassNames.Count; k++)
        {
            int[] members = [.. shown.Where(i => network.Labels[i] == k)];
            series.Add(Cloud(network.ClassNames[k], network.Clean, members, k, Symbol.Circle));
            series.Add(Cloud($"{network.ClassNames[k]}, adversarial", network.Adversarial, members, k, Symbol.Cross));
        }
        return new ScatterFigure($"{network.Model}: regions", series)
        {
            Backdrop = new Backdrop(Picture(network), low, high, low, high),
            Links = [.. shown.Select(i => new Link(network.Clean[i, 0], network.Clean[i, 1],
                network.Adversarial[i, 0], network.Adversarial[i, 1]))],
            Subtitle = $"natural {DisplayText.Percent(network.Natural.Value)} %, "
                + $"robust {DisplayText.Percent(network.RobustAccuracy.Value)} %, "
                + $"on a grid {DisplayText.Percent(network.GridAccuracy.Value)} %",
            X = new Axis("x") { Min = low, Max = high },
            Y = new Axis("y") { Min = low, Max = high },
            Width = 400,
            Height = 430,
        };
    }

    // the places are the middles of cells
    private static (double Low, double High) Box(double[] places)
    {
        var half = (places[1] - places[0]) / 2;
        return (places[0] - half, places[^1] + half);
    }

    private static PixelImage Picture(DecisionRegions network)
    {
        var (n, classes) = (network.Places.Length, network.ClassNames.Count);
        var pixels = new float[3 * n * n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
            {
                var (answer, probability) = network.At(i, j);
                var share = FullColor * (classes * probability - 1) / (classes - 1); // 0 for an even guess
                var color = Palette.Rgb(answer);
                for (var c = 0; c < 3; c++) // the first row of a picture is at the top
                    pixels[(c * n + n - 1 - i) * n + j] = (float)(1 - share * (1 - color[c]));
            }
        return PixelImage.FromUnit(pixels, 3, n, n);
    }

    private static ScatterSeries Cloud(string name, float[,] at, int[] members, int style, Symbol symbol) =>
        new(name, members.Select(i => (double)at[i, 0]), members.Select(i => (double)at[i, 1]))
        {
            Style = style, Symbol = symbol, InLegend = symbol == Symbol.Circle,
        };
}
