using Adr.Data;
using Adr.Evaluation;
using Adr.Interactive.Drawing;
using TorchSharp;

namespace Adr.Interactive;

/// <summary>Images, and under them the gradients of their cross-entropy, two rows for each network.</summary>
internal static class GradientView
{
    private const int Most = 10; // in a row

    internal static ImageGrid Of(Dataset images, IReadOnlyList<LossGradients> networks)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count == 0) throw new ArgumentException("Expected one network or more.", nameof(networks));
        foreach (var network in networks)
        {
            if (network.DataSet != images.Name || !network.Positions.SequenceEqual(images.Positions))
                throw new ArgumentException($"The gradients of {network.Model} are not of these images: they are of "
                    + $"{network.Positions.Count} of {network.DataSet}{From(network.Positions)}, and the images are "
                    + $"{images.Count} of {images.Name}{From(images.Positions)}.", nameof(networks));
        }
        var count = Math.Min(Most, images.Count);
        using var scope = torch.NewDisposeScope();
        var pixels = Pixels.Of(images.Images);
        var labels = ImageView.Labels(images.Labels, images.Count);
        var rows = new List<(string, IReadOnlyList<Tile>)>
        {
            ("image", [.. Enumerable.Range(0, count)
                .Select(i => new Tile(pixels.Image(i), ImageView.ClassName(labels[i], images.ClassNames)))]),
        };
        foreach (var network in networks)
        {
            rows.Add(($"{network.Model}: ∂CE/∂x",
                Tiles(network.Images, count, pixels.Channels, pixels.Height, pixels.Width)));
            var (height, width) = Rectangle(network.Latents[0].Length);
            rows.Add(($"{network.Model}: ∂CE/∂z", Tiles(network.Latents, count, 1, height, width)));
        }
        return new ImageGrid("Gradients of the cross-entropy", rows)
        {
            Subtitle = "orange raises it, blue lowers it; colours are full at each picture's own largest; "
                + "Σ: the sum of the absolute values",
        };
    }

    private static string From(IReadOnlyList<long> positions) =>
        positions.Count > 0 ? $" from image {positions[0]} on" : "";

    private static Tile[] Tiles(IReadOnlyList<float[]> gradients, int count, int channels, int height, int width) =>
        [.. gradients.Take(count).Select(gradient =>
        {
            var largest = gradient.Max(Math.Abs);
            var values = new float[channels * height * width]; // a latent may leave a rest of zeros
            gradient.CopyTo(values, 0);
            return new Tile(
                PixelImage.FromPerturbation(values, channels, height, width, largest > 0 ? largest : 1),
                $"Σ {Number.Short(gradient.Sum(value => Math.Abs((double)value)), 3)}");
        })];

    // The most even rectangle of this many places; where none is at most thrice as wide as high, one with some to spare
    private static (int Height, int Width) Rectangle(int places)
    {
        var side = (int)Math.Sqrt(places);
        for (var height = side; height * height * 3 >= places; height--)
            if (places % height == 0) return (height, places / height);
        return (side, (places + side - 1) / side);
    }
}
