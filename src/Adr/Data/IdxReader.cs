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
    private const int UsualRatio = 16; // by which images and labels are compressed at most

    /// <summary>Reads a file.</summary>
    /// <param name="path">An IDX file, plain or gzip.</param>
    /// <exception cref="InvalidDataException">The file is not IDX, is damaged, or is shorter or longer than its header
    /// says.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static IdxArray Read(string path)
    {
        using var file = DataFolder.Open(path);
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
        var length = stream.Length - start;
        if (!isGzip) return Parse(stream, length, Array.MaxLength, name);
        if (length > MostUnpacked)
            throw new InvalidDataException($"{name} has {length} bytes of gzip data, more than the {MostUnpacked} that "
                + "are unpacked. Unpack it by gunzip, and read the unpacked file.");
        var packed = new byte[length];
        stream.ReadExactly(packed);
        using var content = new GzipContent(packed, name);
        return Parse(content, UsualRatio * length, MostUnpacked, name);
    }

    // backed: how many bytes may well come, so that memory for them can be taken at once
    private static IdxArray Parse(Stream stream, long backed, int most, string name)
    {
        Span<byte> word = stackalloc byte[4];
        ReadHeader(stream, word, name);
        if (word[0] != 0 || word[1] != 0)
            throw new InvalidDataException($"{name} is not an IDX file: it starts with {Convert.ToHexString(word)}, "
                + $"expected 000008 and the number of dimensions."
                + FileKind.Of(stream, DataFolder.OtherForm, word));
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
        return new IdxArray(ReadExactly(stream, (int)total, backed, name), shape);
    }

    private static void ReadHeader(Stream stream, Span<byte> word, string name)
    {
        if (stream.ReadAtLeast(word, 4, throwOnEndOfStream: false) < 4)
            throw new InvalidDataException($"{name} is truncated within its header. Fetch the file again.");
    }

    // Grows with what arrives, so that a damaged header cannot demand memory that the file does not back.
    private static byte[] ReadExactly(Stream stream, int expected, long backed, string name)
    {
        var values = new byte[Math.Min(expected, Math.Max(backed, 1 << 20))];
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
