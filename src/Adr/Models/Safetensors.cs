using System.Buffers.Binary;
using System.Security.Cryptography;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>Reads and writes safetensors files: tensors by name, readable from Python, with no code in them.</summary>
/// <remarks>The format (huggingface/safetensors): 8 bytes little-endian length of the header; the header, JSON; then
/// the raw little-endian values of each tensor, without holes. The same tensors always give the same bytes. The
/// metadata of files that are written here hold a checksum, <c>adr.seal</c>, and a file that does not fit its own is
/// refused. Files from elsewhere have none.</remarks>
public static class Safetensors
{
    /// <summary>Writes tensors to a file, whole or not at all.</summary>
    /// <param name="path">The file; it is replaced if it exists. Its folder must exist.</param>
    /// <param name="tensors">On any device: float64/32/16, bfloat16, int64/32/16/8, uint8 or bool, up to 2 GiB
    /// each.</param>
    /// <param name="metadata">Text by key, stored in the header.</param>
    /// <exception cref="ArgumentException">A tensor's type or size cannot be stored.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path,
        IReadOnlyDictionary<string, Tensor> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        var header = SafetensorsHeader.For(tensors, metadata);
        if (header.Entries.FirstOrDefault(entry => entry.End - entry.Begin > int.MaxValue) is { } large)
            throw new ArgumentException($"Tensor '{large.Name}' has {large.End - large.Begin} bytes; "
                + $"at most {int.MaxValue} can be stored. Split it.", nameof(tensors));
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{path} cannot be written: there is no folder {folder}.");
        header = header.With(header.Seal(hash => Write(tensors, header, bytes => hash.AppendData(bytes))));
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            var bytes = header.ToBytes();
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)bytes.Length);
            stream.Write(length);
            stream.Write(bytes);
            Write(tensors, header, stream.Write);
        });
    }

    /// <summary>Reads all tensors, onto the CPU, and the metadata.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Tensors by name, which the caller disposes of, and the metadata.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is cut short, too long, corrupt, or holds a type that is not
    /// supported; the message names the file and the fault.</exception>
    public static (IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(
        string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return Read(stream);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            stream.Position = 0;
            var kind = FileKind.Of(stream,
                "Load it in Python and write it again: safetensors.torch.save_file(state_dict, path).");
            throw new InvalidDataException($"'{path}' is not a valid safetensors file"
                + (kind.Length > 0 ? $".{kind}" : $": {error.Message}."), error);
        }
    }

    private delegate void Bytes(ReadOnlySpan<byte> bytes);

    private static void Write(IReadOnlyDictionary<string, Tensor> tensors, SafetensorsHeader header, Bytes write)
    {
        foreach (var entry in header.Entries)
        {
            using var scope = NewDisposeScope();
            if (entry.End > entry.Begin) write(tensors[entry.Name].detach().cpu().contiguous().bytes);
        }
    }

    private static (IReadOnlyDictionary<string, Tensor>, IReadOnlyDictionary<string, string>) Read(FileStream stream)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Safetensors files are little-endian; this machine is not.");
        if (stream.Length < 8)
            throw new InvalidDataException($"it has {stream.Length} bytes, fewer than the 8 of the header's length");
        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsHeader.LargestHeader)
            throw new InvalidDataException(
                $"its header claims {length} bytes; at most {SafetensorsHeader.LargestHeader} are allowed");
        var dataLength = stream.Length - 8 - (long)length;
        if (dataLength < 0)
            throw new InvalidDataException(
                $"its header claims {length} bytes, but {stream.Length - 8} follow; the file is cut short");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        var (header, seal) = SafetensorsHeader.Parse(bytes, dataLength).WithoutSeal();

        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>();
        var actual = header.Seal(hash =>
        {
            foreach (var entry in header.Entries.OrderBy(entry => entry.Begin))
                tensors.Add(entry.Name, ReadTensor(stream, entry, hash));
        });
        if (seal is not null && seal != actual)
            throw new InvalidDataException("its content does not fit its seal, a checksum: it is damaged, or another "
                + "program changed it and kept the metadata adr.seal");
        foreach (var tensor in tensors.Values) tensor.MoveToOuterDisposeScope(); // only when all could be read
        return (tensors, header.Metadata);
    }

    private static Tensor ReadTensor(FileStream stream, SafetensorsEntry entry, IncrementalHash hash)
    {
        if (entry.End - entry.Begin > int.MaxValue)
            throw new InvalidDataException(
                $"tensor '{entry.Name}' has {entry.End - entry.Begin} bytes; at most {int.MaxValue} can be read");
        var values = new byte[entry.End - entry.Begin];
        stream.ReadExactly(values);
        hash.AppendData(values);
        if (entry.Type == ScalarType.Bool && values.AsSpan().IndexOfAnyExcept((byte)0, (byte)1) >= 0)
            throw new InvalidDataException($"tensor '{entry.Name}' of BOOL holds a byte that is neither 0 nor 1");
        var tensor = empty(entry.Shape, entry.Type);
        if (values.Length > 0) values.CopyTo(tensor.bytes);
        return tensor;
    }
}
