using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Adr.Interactive.Drawing;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Interactive.Tests.Drawing;

public class PngTests
{
    /// <summary>An image of noise.</summary>
    public sealed record Noise(int Width, int Height, int Channels, int Seed)
    {
        public static Arbitrary<Noise> Any { get; } = Arb.From(
            from width in Gen.Choose(1, 40)
            from height in Gen.Choose(1, 40)
            from channels in Gen.Elements(1, 3)
            from seed in Gen.Choose(0, int.MaxValue)
            select new Noise(width, height, channels, seed));

        internal byte[] Pixels()
        {
            var pixels = new byte[Width * Height * Channels];
            new System.Random(Seed).NextBytes(pixels);
            return pixels;
        }
    }

    [Law(Arbitrary = [typeof(Noise)])]
    public void What_is_decoded_is_what_was_encoded(Noise image)
    {
        var sent = image.Pixels();
        var (width, height, channels, pixels) = Decode(Png.Encode(sent, image.Width, image.Height, image.Channels));
        Assert.Equal((image.Width, image.Height, image.Channels), (width, height, channels));
        Assert.Equal(sent, pixels);
    }

    [Fact]
    public void The_checksums_are_those_of_the_standard()
    {
        var png = Png.Encode([0], 1, 1, 1);
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png[..8]);
        byte[] end = [0, 0, 0, 0, (byte)'I', (byte)'E', (byte)'N', (byte)'D', 0xAE, 0x42, 0x60, 0x82];
        Assert.Equal(end, png[^12..]); // of every PNG
        Assert.Equal([0x3A, 0x7E, 0x9B, 0x55], png[29..33]); // a 1 × 1 grey header, as other encoders write it
    }

    [Theory]
    [InlineData(3, 1, 1, 1)]
    [InlineData(4, 1, 1, 2)]
    [InlineData(0, 0, 5, 1)]
    public void Pixels_that_do_not_fit_are_refused(int bytes, int width, int height, int channels) =>
        Assert.Throws<ArgumentException>(() => Png.Encode(new byte[bytes], width, height, channels));

    internal static (int, int, int, byte[]) Decode(byte[] png)
    {
        var (at, width, height, channels) = (8, 0, 0, 0);
        using var packed = new MemoryStream();
        while (at < png.Length)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var type = Encoding.ASCII.GetString(png, at + 4, 4);
            if (type == "IHDR")
            {
                width = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at + 8));
                height = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at + 12));
                channels = png[at + 17] == 0 ? 1 : 3;
            }
            if (type == "IDAT") packed.Write(png, at + 8, length);
            at += 12 + length;
        }
        packed.Position = 0;
        using var rows = new ZLibStream(packed, CompressionMode.Decompress);
        var pixels = new byte[width * height * channels];
        for (var row = 0; row < height; row++)
        {
            Assert.Equal(0, rows.ReadByte());
            rows.ReadExactly(pixels, row * width * channels, width * channels);
        }
        Assert.Equal(-1, rows.ReadByte());
        return (width, height, channels, pixels);
    }
}
