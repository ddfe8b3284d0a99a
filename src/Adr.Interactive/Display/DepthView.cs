using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Distances at each layer of networks, relative to the distance between classes.</summary>
internal static class DepthView
{
    internal static BarFigure Divergence(IReadOnlyList<DepthDivergence> networks) => ByLayer(
        networks, layer => layer.Relative, "How far the attack moves an image, by layer",
        "d(z, z′) / distance between classes", "1: as far as an image of another class");

    internal static BarFigure Widths(IReadOnlyList<DepthDivergence> networks) => ByLayer(
        networks, layer => layer.Width, "How wide classes are, by layer",
        "distance within / between classes", "clean images; below 1: distances within a class are the smaller ones");

    private static BarFigure ByLayer(IReadOnlyList<DepthDivergence> networks, Func<LayerDivergence, double> value,
        string title, string y, string subtitle)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count == 0) throw new ArgumentException("There is no network to show.", nameof(networks));
        var layers = Layers(networks[0]);
        if (networks.FirstOrDefault(network => !Layers(network).SequenceEqual(layers)) is { } other)
            throw new ArgumentException($"{other.Model} has other layers than {networks[0].Model}.", nameof(networks));
        var styles = Palette.StylesOf([.. networks.Select(network => network.Model)]);
        var series = networks.Select((network, i) => new BarSeries(network.Model, network.Layers.Select(value))
        {
            Style = styles[i],
        });
        return new BarFigure(title, layers, [.. series])
        {
            Y = new Axis(y) { Min = 0 },
            XLabel = "layer, from the image to the latent",
            Subtitle = $"{networks[0].Attack}, {Number.Count(networks[0].Examples)} images; {subtitle}",
            Width = 820,
            Height = 400,
        };
    }

    private static string[] Layers(DepthDivergence network) => [.. network.Layers.Select(layer => layer.Layer)];
}
