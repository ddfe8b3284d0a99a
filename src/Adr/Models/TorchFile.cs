using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>Reads the tensors of a file that PyTorch's <c>torch.save</c> wrote (.pt, .pth). No code in it is run, and
/// memory is taken for numbers that the file has, not for those that it claims.</summary>
/// <remarks>Both forms: the zip archive of version 1.6 and later, and the row of pickles from before. The file holds a
/// state_dict, or a dictionary with one among other things.</remarks>
internal static class TorchFile
{
    private const string Pickle = "data.pkl";
    private const string BigEndian = "its numbers are big-endian. Save it again on a little-endian machine";
    private const int Protocol = 1001; // of PyTorch's older form

    private static readonly BigInteger Magic = BigInteger.Parse("119547037146038801333356"); // of that form, too

    // Under which of these a checkpoint has its weights: RobustBench's loader knows the first and the last one.
    private static readonly string[] Places =
        ["state_dict", "model_state_dict", "model", "net", "ema_state_dict", "last"];

    /// <summary>Whether a file begins as one of PyTorch's, and not as safetensors.</summary>
    internal static bool IsOne(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[8];
        if (stream.ReadAtLeast(start, 8, throwOnEndOfStream: false) < 8) return false;
        // safetensors begin with the length of their header, whose upper bytes are 0
        return start.StartsWith("PK\u0003\u0004"u8) || start[0] == 0x80 && start[1] is >= 2 and <= 5
            && BinaryPrimitives.ReadInt64LittleEndian(start) is > SafetensorsHeader.LargestHeader or < 0;
    }

    /// <summary>Reads the tensors of the state_dict, onto the CPU.</summary>
    /// <param name="path">The file.</param>
    /// <param name="note">Told, in sentences, what of the file was taken and what was left out.</param>
    /// <returns>Tensors by name, which the caller disposes of. Some may be views of the same storage.</returns>
    /// <exception cref="InvalidDataException">The file is damaged or has something else in it; the message names the
    /// file and the fault.</exception>
    internal static IReadOnlyDictionary<string, Tensor> Read(string path, Action<string>? note = null)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return stream.ReadByte() == 'P' ? ReadArchive(stream, note) : ReadRow(stream, note);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new InvalidDataException(
                $"'{path}' cannot be read as weights of PyTorch: {error.Message.TrimEnd('.')}.", error);
        }
    }

    private static IReadOnlyDictionary<string, Tensor> ReadArchive(FileStream stream, Action<string>? note)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        var entries = new Dictionary<string, ZipArchiveEntry>();
        long all = 0;
        foreach (var entry in archive.Entries)
        {
            if (entry.FullName.Split('/', '\\').Contains("..")) throw Wrong("an entry of it has a name with '..'");
            if (!entries.TryAdd(entry.FullName, entry)) throw Wrong("two of its entries have the same name");
            // entries that are compressed, or that share their bytes, are how small archives become large
            if (entry.Length != entry.CompressedLength || entry.Length < 0 || entry.Length > stream.Length - all)
                throw Wrong("its entries hold more bytes than the file has; torch.save does not compress them");
            all += entry.Length;
        }
        var pickles = entries.Keys.Where(name => name.Split('/') is [_, Pickle]).ToList();
        if (pickles is not [var pickle])
            throw Wrong($"it is a zip archive with {pickles.Count} pickles, and torch.save writes one");
        var folder = pickle[..^Pickle.Length];
        if (entries.ContainsKey(folder + "constants.pkl"))
            throw Wrong("it is a program of TorchScript. Save the weights alone: torch.save(model.state_dict(), path)");
        if (Content("byteorder") is { } order && !order.AsSpan().SequenceEqual("little"u8))
            throw Wrong(BigEndian);
        var unpickler = new Unpickler(new MemoryStream(
            Content(Pickle, Unpickler.MostBytes) ?? throw Wrong("it has no pickle")));
        return Tensors(unpickler.Load(), note, storage =>
        {
            var bytes = Content($"data/{storage.Key}", BytesOf(storage))
                ?? throw Wrong($"it lacks storage {storage.Key}");
            return bytes.Length == BytesOf(storage) ? bytes : throw Wrong(
                $"storage {storage.Key} has {bytes.Length} bytes, where {storage.Count} × {storage.Type} belong");
        });

        byte[]? Content(string name, long most = 64)
        {
            if (!entries.TryGetValue(folder + name, out var entry)) return null;
            if (entry.Length > most)
                throw Wrong($"its {name} has {entry.Length} bytes, and at most {most} belong there");
            var bytes = new byte[entry.Length];
            using var content = entry.Open();
            content.ReadExactly(bytes);
            return Crc32.HashToUInt32(bytes) == entry.Crc32
                ? bytes
                : throw Wrong($"its {name} does not fit its checksum: it is damaged");
        }
    }

    // Five pickles, then for each storage how many numbers it has, and these.
    private static IReadOnlyDictionary<string, Tensor> ReadRow(FileStream stream, Action<string>? note)
    {
        stream.Position = 0;
        var unpickler = new Unpickler(stream);
        if (unpickler.Load() is not BigInteger magic || magic != Magic)
            throw Wrong("it is a Python pickle, but torch.save did not write it");
        if (unpickler.Load() is not (long)Protocol)
            throw Wrong("it is of a version of PyTorch's older form that is not known");
        if (unpickler.Load() is Dictionary<object, object?> about && about.GetValueOrDefault("little_endian") is false)
            throw Wrong(BigEndian);
        var root = unpickler.Load();
        if (unpickler.Load() is not List<object?> keys) throw Wrong("it lacks the list of its storages");
        var places = new Dictionary<string, long>();
        Span<byte> word = stackalloc byte[8];
        foreach (var key in keys)
        {
            if (key is not string name || !unpickler.Storages.TryGetValue(name, out var storage))
                throw Wrong("the list of its storages has one that no tensor uses");
            stream.ReadExactly(word);
            if (BinaryPrimitives.ReadInt64LittleEndian(word) != storage.Count || !places.TryAdd(name, stream.Position))
                throw Wrong($"storage {name} is there twice, or has not the {storage.Count} numbers of its pickle");
            if (BytesOf(storage) > stream.Length - stream.Position) throw Wrong("it is cut short");
            stream.Position += BytesOf(storage);
        }
        return Tensors(root, note, storage =>
        {
            stream.Position = places.TryGetValue(storage.Key, out var place)
                ? place
                : throw Wrong($"it lacks storage {storage.Key}");
            var bytes = new byte[BytesOf(storage)];
            stream.ReadExactly(bytes);
            return bytes;
        });
    }

    private static IReadOnlyDictionary<string, Tensor> Tensors(
        object? root, Action<string>? note, Func<TorchStorage, byte[]> read)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Files of PyTorch are little-endian; this machine is not.");
        using var scope = NewDisposeScope();
        var storages = new Dictionary<string, Tensor>();
        var tensors = new Dictionary<string, Tensor>();
        var left = new List<string>();
        foreach (var (key, value) in StateOf(root, note))
        {
            if (value is TorchTensor tensor && key is string name) tensors.Add(name, Materialise(tensor));
            else left.Add($"{key}");
        }
        if (left.Count > 0) note?.Invoke($"What is no tensor was left out of the weights: {Listed(left)}.");
        foreach (var tensor in tensors.Values) tensor.MoveToOuterDisposeScope(); // only when all could be read
        return tensors;

        Tensor Materialise(TorchTensor tensor)
        {
            if (tensor.Shape.Contains(0)) return empty(tensor.Shape, tensor.Storage.Type);
            if (!storages.TryGetValue(tensor.Storage.Key, out var storage))
                storages.Add(tensor.Storage.Key, storage = StorageOf(tensor.Storage, read(tensor.Storage)));
            return storage.as_strided(tensor.Shape, tensor.Strides, tensor.Offset);
        }
    }

    private static Tensor StorageOf(TorchStorage storage, byte[] bytes)
    {
        if (storage.Type == ScalarType.Bool && bytes.AsSpan().IndexOfAnyExcept((byte)0, (byte)1) >= 0)
            throw Wrong($"storage {storage.Key} of Bool holds a byte that is neither 0 nor 1");
        var tensor = empty(storage.Count, storage.Type);
        bytes.CopyTo(tensor.bytes);
        return tensor;
    }

    // A state_dict is a dictionary of tensors. Checkpoints hold one beside the epoch, the optimiser and so on.
    private static Dictionary<object, object?> StateOf(object? root, Action<string>? note)
    {
        if (root is not Dictionary<object, object?> whole)
            throw Wrong(root is TorchTensor ? "it is a single tensor, not a state_dict" : "it holds no state_dict");
        var tensors = new Dictionary<object, int>(ReferenceEqualityComparer.Instance); // one may be there many times
        var inner = whole.Where(pair => pair.Key is string && TensorsIn(pair.Value) > 0)
            .ToDictionary(pair => (string)pair.Key, pair => (Dictionary<object, object?>)pair.Value!);
        var place = Places.FirstOrDefault(inner.ContainsKey);
        if (place is null && TensorsIn(whole) is > 0 and var own
            && (inner.Count != 1 || own >= TensorsIn(inner.Values.Single())))
            return whole; // beside a single state_dict, a few tensors may be its best accuracy and the like
        if (place is null && inner.Count != 1)
            throw Wrong(inner.Count == 0
                ? $"it holds no state_dict, but {Listed(whole.Keys.Select(key => $"{key}"))}"
                : $"it holds several state_dicts: {Listed(inner.Keys)}. Save the one that you mean by itself");
        place ??= inner.Keys.Single();
        var others = inner.Keys.Where(key => key != place).ToList();
        note?.Invoke($"The weights are the file's \"{place}\"."
            + (others.Count > 0 ? $" It also holds others: {Listed(others)}." : ""));
        return inner[place];

        int TensorsIn(object? value)
        {
            if (value is not Dictionary<object, object?> entries) return 0;
            if (!tensors.TryGetValue(entries, out var count))
                tensors[entries] = count = entries.Values.Count(entry => entry is TorchTensor);
            return count;
        }
    }

    private static string Listed(IEnumerable<string> names)
    {
        string[] all = [.. names];
        var more = all.Length > 8 ? $" and {all.Length - 8} more" : "";
        return string.Join(", ", all.Take(8).Select(name => $"\"{Unpickler.Shown(name)}\"")) + more;
    }

    private static long BytesOf(TorchStorage storage)
    {
        var bytes = (Int128)storage.Count * storage.Type.ElementSize();
        return bytes <= Array.MaxLength ? (long)bytes : throw Wrong(
            $"storage {storage.Key} has {storage.Count} numbers; at most {Array.MaxLength} bytes can be read");
    }

    private static InvalidDataException Wrong(string what) => new(what);
}
