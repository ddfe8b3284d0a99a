using System.Buffers.Binary;
using System.IO.Compression;

namespace Adr.Data;

/// <summary>Reads IDX, the format of the MNIST files, plain or compressed by gzip.</summary>
/// <remarks>
/// Layout (Y. LeCun, "The MNIST database"): two zero bytes, the element type (8 = unsigned byte, the only one that
/// MNIST has), the number of dimensions, each dimension as a big-endian 32-bit integer, then the elements. A file must
/// hold exactly what its header announces. Whether it is compressed is seen from its first bytes, not from its name.
/// </remarks>
public static class IdxReader
{
    private const int UnsignedByte = 8;

    /// <summary>Reads a file.</summary>
    /// <param name="path">An IDX file, plain or gzip.</param>
    /// <exception cref="InvalidDataException">The file is not IDX, is damaged, or is shorter or longer than its header
    /// says.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static IdxArray Read(string path)
    {
        using var file = File.OpenRead(path);
        return Read(file, path);
    }

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">Seekable, at its start.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="InvalidDataException">The content is not IDX, is damaged, or is shorter or longer than its
    /// header says.</exception>
    public static IdxArray Read(Stream stream, string name)
    {
        using var unpacked = IsGzip(stream) ? Unpack(stream, name) : null;
        return Parse(unpacked ?? stream, name);
    }

    /// <summary>Whether a seekable stream starts as gzip does; leaves its position alone.</summary>
    internal static bool IsGzip(Stream stream)
    {
        var start = stream.Position;
        var gzip = stream.ReadByte() == 0x1F && stream.ReadByte() == 0x8B;
        stream.Position = start;
        return gzip;
    }

    private static IdxArray Parse(Stream stream, string name)
    {
        Span<byte> word = stackalloc byte[4];
        ReadHeader(stream, word, name);
        if (word[0] != 0 || word[1] != 0)
            throw new InvalidDataException($"{name} is not an IDX file: it starts with {Convert.ToHexString(word)}, "
                + $"expected 000008 and the number of dimensions.");
        if (word[2] != UnsignedByte)
            throw new InvalidDataException(
                $"{name} holds elements of IDX type {word[2]:X2}; only unsigned bytes (08) are read.");
        if (word[3] == 0)
            throw new InvalidDataException($"{name} announces an array of no dimensions; expected at least one.");

        var shape = new int[word[3]];
        long total = 1;
        for (var i = 0; i < shape.Length; i++)
        {
            ReadHeader(stream, word, name);
            var size = BinaryPrimitives.ReadUInt32BigEndian(word);
            if (size > int.MaxValue || size != 0 && total > Array.MaxLength / size)
                throw new InvalidDataException($"{name} announces "
                    + $"{string.Join("×", shape[..i])}{(i > 0 ? "×" : "")}{size}… elements, more than the "
                    + $"{Array.MaxLength} that fit in memory: its header is damaged.");
            shape[i] = (int)size;
            total *= size;
        }
        return new IdxArray(ReadExactly(stream, (int)total, name), shape);
    }

    private static void ReadHeader(Stream stream, Span<byte> word, string name)
    {
        if (stream.ReadAtLeast(word, 4, throwOnEndOfStream: false) < 4)
            throw new InvalidDataException($"{name} is truncated within its header. Fetch the file again.");
    }

    // Grows with what arrives, so that a damaged header cannot demand memory that the file does not back.
    private static byte[] ReadExactly(Stream stream, int expected, string name)
    {
        var values = new byte[Math.Min(expected, 1 << 20)];
        var count = 0;
        while (true)
        {
            count += stream.ReadAtLeast(values.AsSpan(count), values.Length - count, throwOnEndOfStream: false);
            if (count < values.Length)
                throw new InvalidDataException($"{name} is truncated: its header announces {expected} bytes of data, "
                    + $"{count} came. Fetch the file again.");
            if (count == expected) break;
            Array.Resize(ref values, (int)Math.Min(expected, 2L * values.Length));
        }
        if (stream.ReadByte() >= 0)
            throw new InvalidDataException($"{name} is oversized: its header announces {expected} bytes of data, more "
                + $"came. It is not the file it says it is.");
        return values;
    }

    private static MemoryStream Unpack(Stream stream, string name)
    {
        var unpacked = new MemoryStream();
        try
        {
            using var gzip = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
            gzip.CopyTo(unpacked);
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidDataException($"{name}: the gzip data is damaged. Fetch the file again.", damaged);
        }
        CheckTrailer(stream, unpacked.Length, name);
        unpacked.Position = 0;
        return unpacked;
    }

    // GZipStream takes a missing trailer for the end of the file, and ignores what follows one. The trailer's last word
    // is the unpacked length.
    private static void CheckTrailer(Stream stream, long unpacked, string name)
    {
        Span<byte> word = stackalloc byte[4];
        stream.Position = Math.Max(0, stream.Length - 4);
        if (stream.ReadAtLeast(word, 4, throwOnEndOfStream: false) < 4
            || BinaryPrimitives.ReadUInt32LittleEndian(word) != (uint)unpacked)
            throw new InvalidDataException($"{name}: the gzip data does not end with its checksum and length; the "
                + $"file is truncated, or something was appended. Fetch the file again.");
    }
}
