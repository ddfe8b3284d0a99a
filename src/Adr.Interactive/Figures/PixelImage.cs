using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>A small picture of whole pixels, grey or RGB. Immutable.</summary>
public sealed class PixelImage
{
    private PixelImage(byte[] png, int width, int height) => (PngBytes, Width, Height) = (png, width, height);

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    internal byte[] PngBytes { get; }

    /// <summary>
    /// A picture of one image [C,H,W] with values in [0,1] and C = 1 or 3. Values outside are drawn as the nearer end,
    /// NaN as 0.
    /// </summary>
    /// <exception cref="ArgumentException">The values do not fill the picture, or channels is not 1 or 3.</exception>
    public static PixelImage FromUnit(IReadOnlyList<float> values, int channels, int height, int width)
    {
        Check(values, channels, height, width);
        var pixels = new byte[values.Count];
        var plane = height * width;
        for (var p = 0; p < plane; p++)
            for (var c = 0; c < channels; c++)
                pixels[p * channels + c] = Byte(values[c * plane + p]);
        return new PixelImage(Png.Encode(pixels, width, height, channels), width, height);
    }

    /// <summary>
    /// A perturbation [C,H,W], magnified so that ±reach fills the colours: orange raises a pixel, blue lowers it, grey
    /// leaves it. Several channels are shown as their mean.
    /// </summary>
    /// <exception cref="ArgumentException">The values do not fill the picture, or reach is not above 0.</exception>
    public static PixelImage FromPerturbation(
        IReadOnlyList<float> values, int channels, int height, int width, double reach)
    {
        Check(values, channels, height, width);
        if (!(reach > 0) || !double.IsFinite(reach))
            throw new ArgumentException($"Expected a reach above 0, got {reach}.", nameof(reach));
        var plane = height * width;
        var pixels = new byte[plane * 3];
        for (var p = 0; p < plane; p++)
        {
            double mean = 0;
            for (var c = 0; c < channels; c++) mean += values[c * plane + p] / (double)channels;
            Diverging(double.IsNaN(mean) ? 0 : Math.Clamp(mean / reach, -1, 1), pixels.AsSpan(p * 3, 3));
        }
        return new PixelImage(Png.Encode(pixels, width, height, 3), width, height);
    }

    // From grey (0) to orange (+1) or blue (−1), of similar luminance, so that it is readable on white and on black.
    private static void Diverging(double at, Span<byte> rgb)
    {
        ReadOnlySpan<int> grey = [0xC9, 0xC9, 0xC9], up = [0xC8, 0x4A, 0x00], down = [0x00, 0x55, 0xA8];
        var end = at >= 0 ? up : down;
        for (var c = 0; c < 3; c++) rgb[c] = (byte)Math.Round(grey[c] + (end[c] - grey[c]) * Math.Abs(at));
    }

    private static byte Byte(float value) =>
        float.IsNaN(value) ? (byte)0 : (byte)Math.Round(Math.Clamp(value, 0f, 1f) * 255);

    private static void Check(IReadOnlyList<float> values, int channels, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (channels is not (1 or 3))
            throw new ArgumentException($"Expected 1 (grey) or 3 (RGB) channels, got {channels}.", nameof(channels));
        var count = (long)channels * height * width;
        if (height < 1 || width < 1 || values.Count != count)
            throw new ArgumentException(
                $"Expected [{channels},{height},{width}], {count} values; got {values.Count}.", nameof(values));
    }
}
