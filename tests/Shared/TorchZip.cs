using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace Adr.Testing;

/// <summary>Files as torch.save writes them, and files that it never would: pickles put together by hand, in a zip
/// archive.</summary>
internal static class TorchZip
{
    private static readonly byte[] Ordered = [.. "ccollections\nOrderedDict\n)R"u8];

    /// <summary>A checkpoint with tensors of these names and shapes, whose number i of tensor k is
    /// <see cref="Value"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Their names and shapes.</param>
    /// <param name="place">The key of the checkpoint under which they are; null for a bare state_dict.</param>
    internal static void Write(string path, IReadOnlyList<(string Name, long[] Shape)> tensors, string? place = null)
    {
        var pairs = tensors.SelectMany((tensor, k) => new[]
        {
            Text(tensor.Name), Tensor(Storage(TypeOf(tensor.Name), $"{k}", Count(tensor.Shape)), 0, tensor.Shape),
        });
        var state = (byte[])[.. Ordered, .. "("u8, .. pairs.SelectMany(part => part), .. "u"u8];
        var root = place is null ? state : Dictionary(Text("epoch"), Number(3), Text(place), state);
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        Add(archive, "archive/data.pkl", Program(root));
        for (var k = 0; k < tensors.Count; k++)
        {
            var isCounter = TypeOf(tensors[k].Name) == "Long";
            var values = new float[isCounter ? 0 : Count(tensors[k].Shape)];
            for (var i = 0; i < values.Length; i++) values[i] = Value(k, i);
            Add(archive, $"archive/data/{k}", isCounter ? new byte[8] : MemoryMarshal.AsBytes(values.AsSpan()));
        }
        Add(archive, "archive/version", "3\n"u8);
    }

    /// <summary>In (0, 1], so that a variance can have it.</summary>
    internal static float Value(int tensor, int i) => ((tensor * 7919L + i) % 4096 + 1) / 4096f;

    /// <summary>A zip archive without compression.</summary>
    internal static byte[] Archive(params (string Name, byte[] Content)[] entries) =>
        Archive(CompressionLevel.NoCompression, entries);

    internal static byte[] Archive(CompressionLevel level, params (string Name, byte[] Content)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in entries) Add(archive, name, content, level);
        return bytes.ToArray();
    }

    /// <summary>An archive with a pickle and one storage of 24 numbers.</summary>
    internal static byte[] With(byte[] program) =>
        Archive(("a/data.pkl", program), ("a/data/0", new byte[24 * sizeof(float)]));

    /// <summary>A whole pickle that gives one value.</summary>
    internal static byte[] Program(byte[] value) => [0x80, 2, .. value, .. "."u8];

    /// <summary>A state_dict of one tensor.</summary>
    internal static byte[] State(byte[] tensor) => Program(Dictionary(Text("w"), tensor));

    internal static byte[] Dictionary(params byte[][] keysAndValues) =>
        [.. "}("u8, .. keysAndValues.SelectMany(part => part), .. "u"u8];

    internal static byte[] Tuple(params byte[][] values) => [.. "("u8, .. values.SelectMany(part => part), .. "t"u8];

    internal static byte[] Tensor(byte[] storage, long offset, long[] shape, long[]? strides = null)
    {
        strides ??= [.. shape.Select((_, i) => shape.Skip(i + 1).Aggregate(1L, (product, size) => product * size))];
        var (sizes, steps) = (Tuple([.. shape.Select(Number)]), Tuple([.. strides.Select(Number)]));
        var arguments = Tuple(storage, Number(offset), sizes, steps, [0x89], Ordered);
        return [.. "ctorch._utils\n_rebuild_tensor_v2\n"u8, .. arguments, .. "R"u8];
    }

    internal static byte[] Storage(string type = "Float", string key = "0", long count = 24) =>
    [
        .. Tuple(Text("storage"), [.. "ctorch\n"u8, .. Encoding.ASCII.GetBytes(type), .. "Storage\n"u8], Text(key),
            Text("cpu"), Number(count)), .. "Q"u8,
    ];

    internal static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [.. "X"u8, .. BitConverter.GetBytes(bytes.Length), .. bytes];
    }

    internal static byte[] Number(long number)
    {
        var bytes = new byte[10];
        (bytes[0], bytes[1]) = (0x8A, 8);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(2), number);
        return bytes;
    }

    private static string TypeOf(string name) =>
        name.EndsWith("num_batches_tracked", StringComparison.Ordinal) ? "Long" : "Float";

    private static int Count(long[] shape) => (int)shape.Aggregate(1L, (product, size) => product * size);

    private static void Add(
        ZipArchive archive, string name, ReadOnlySpan<byte> content,
        CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var stream = archive.CreateEntry(name, level).Open();
        stream.Write(content);
    }
}
