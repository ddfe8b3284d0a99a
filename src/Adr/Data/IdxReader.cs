using System.Buffers.Binary;

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

    // Five times MNIST's largest file. A small gzip file can announce, and hold, a thousand times its own size.
    private const int MostUnpacked = 256 << 20;

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
        var start = stream.Position;
        var isGzip = stream.ReadByte() == 0x1F && stream.ReadByte() == 0x8B;
        stream.Position = start;
        if (!isGzip) return Parse(stream, Array.MaxLength, name);
        if (stream.Length - start > MostUnpacked)
            throw new InvalidDataException($"{name} has {stream.Length - start} bytes of gzip data, more than the "
                + $"{MostUnpacked} that are unpacked. Unpack it by gunzip, and read the unpacked file.");
        var packed = new byte[stream.Length - start];
        stream.ReadExactly(packed);
        using var content = new GzipContent(packed, name);
        return Parse(content, MostUnpacked, name);
    }

    private static IdxArray Parse(Stream stream, int most, string name)
    {
        Span<byte> word = stackalloc byte[4];
        ReadHeader(stream, word, name);
        if (word[0] != 0 || word[1] != 0)
            throw new InvalidDataException($"{name} is not an IDX file: it starts with {Convert.ToHexString(word)}, "
                + $"expected 000008 and the number of dimensions.{Kind(word, stream)}");
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
        if (total > most)
            throw new InvalidDataException($"{name} announces {total} bytes of data, more than the {most} that are "
                + $"unpacked from gzip. Unpack it by gunzip, and read the unpacked file.");
        return new IdxArray(ReadExactly(stream, (int)total, name), shape);
    }

    private static string Kind(ReadOnlySpan<byte> start, Stream rest)
    {
        Span<byte> bytes = stackalloc byte[FileKind.Length];
        start.CopyTo(bytes);
        var more = bytes[start.Length..];
        return FileKind.Of(bytes[..(start.Length + rest.ReadAtLeast(more, more.Length, throwOnEndOfStream: false))]);
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
}
