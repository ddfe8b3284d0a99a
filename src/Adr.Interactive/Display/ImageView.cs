using System.Globalization;
using Adr.Interactive.Drawing;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Interactive;

/// <summary>Images, ten in a row, with their labels.</summary>
internal static class ImageView
{
    /// <summary>The first images; <paramref name="total"/> says how many there are where these are a part.</summary>
    internal static ImageGrid Of(
        Tensor images, Tensor? labels, int count, IReadOnlyList<string>? classNames, long? total = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        using var scope = NewDisposeScope();
        var pixels = Pixels.Of(images);
        var numbers = labels is null ? null : Labels(labels, pixels.Count);
        var tiles = Enumerable.Range(0, Math.Min(count, pixels.Count))
            .Select(i => new Tile(pixels.Image(i), numbers is null ? "" : ClassName(numbers[i], classNames)))
            .ToArray();
        var title = $"{Number.Count(tiles.Length)} of {Number.Count(total ?? pixels.Count)} images";
        var rows = tiles.Chunk(10).Select(row => ("", (IReadOnlyList<Tile>)row));
        return new ImageGrid(title, [.. rows]) { TileSize = 56 };
    }

    internal static string ClassName(long label, IReadOnlyList<string>? classNames) =>
        classNames is not null && label >= 0 && label < classNames.Count
            ? classNames[(int)label]
            : label.ToString(CultureInfo.InvariantCulture);

    internal static long[] Labels(Tensor labels, int count)
    {
        if (labels.dim() != 1 || labels.shape[0] != count)
            throw new ArgumentException(
                $"Expected [{count}] labels, one for each image; got [{string.Join(',', labels.shape)}].",
                nameof(labels));
        return labels.to(ScalarType.Int64).cpu().data<long>().ToArray();
    }
}

/// <summary>The pixels of images [B,C,H,W] on the CPU, one image after the other.</summary>
internal sealed record Pixels(float[] Values, int Count, int Channels, int Height, int Width)
{
    internal static Pixels Of(Tensor images)
    {
        var shape = images.shape;
        if (shape.Length == 3) shape = [1, .. shape];
        if (shape.Length != 4 || shape[1] is not (1 or 3))
            throw new ArgumentException(
                $"Expected images [B,C,H,W] or [C,H,W] with C = 1 or 3; got [{string.Join(',', images.shape)}].",
                nameof(images));
        var values = images.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        return new Pixels(values, (int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
    }

    internal PixelImage Image(int i) => PixelImage.FromUnit(One(i), Channels, Height, Width);

    internal PixelImage Perturbation(int i, double reach) =>
        PixelImage.FromPerturbation(One(i), Channels, Height, Width, reach);

    private ArraySegment<float> One(int i) =>
        new(Values, i * Channels * Height * Width, Channels * Height * Width);
}
