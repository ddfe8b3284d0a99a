using System.IO.Compression;

namespace Adr.Robustness.Damage;

/// <summary>A gzip stream: damaged itself, which its checksum covers, or in what it holds, which is then packed again.
/// </summary>
/// <param name="content">The form of what it holds.</param>
internal sealed class GzipForm(Form content) : Form
{
    internal override Damaged Damage(byte[] sample, byte[] other, Random random) => random.Next(4) switch
    {
        0 => new(Pack(content.Damage(Unpack(sample), Unpack(other), random).Bytes, Level(random))),
        1 => new(WithoutFew(sample, random), IsCovered: true),
        _ => new(ByteForm.Change(sample, other, random), IsCovered: true),
    };

    /// <summary>The bytes as one gzip member; a level of no compression stores them as they are.</summary>
    internal static byte[] Pack(byte[] bytes, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, level)) gzip.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var content = new MemoryStream();
        gzip.CopyTo(content);
        return content.ToArray();
    }

    // The sum and the length at the end have eight bytes: if so many are lost, they can be taken for content.
    private static byte[] WithoutFew(byte[] sample, Random random)
    {
        var length = random.Next(1, 13);
        var at = random.Next(sample.Length - length);
        return [.. sample[..at], .. sample[(at + length)..]];
    }

    private static CompressionLevel Level(Random random) =>
        random.Next(2) == 0 ? CompressionLevel.NoCompression : CompressionLevel.Optimal;
}
