using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>One tensor in a safetensors header; its bytes are [Begin, End) of the data after the header.</summary>
internal sealed record SafetensorsEntry(string Name, ScalarType Type, long[] Shape, long Begin, long End);

/// <summary>The JSON header of a safetensors file: names, types, shapes, positions, and text metadata.</summary>
internal sealed record SafetensorsHeader(
    IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    internal const long LargestHeader = 100_000_000; // the limit of the reference implementation

    private const string MetadataKey = "__metadata__", SealKey = "adr.seal", SealMark = "sha256:";
    private const int LargestRank = 64; // libtorch's

    private static readonly (string Code, ScalarType Type, int Size)[] Types =
    [
        ("F64", ScalarType.Float64, 8), ("I64", ScalarType.Int64, 8),
        ("F32", ScalarType.Float32, 4), ("I32", ScalarType.Int32, 4),
        ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2), ("I16", ScalarType.Int16, 2),
        ("U8", ScalarType.Byte, 1), ("I8", ScalarType.Int8, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>The layout of the reference implementation: wide types first, for alignment, then by name.</summary>
    internal static SafetensorsHeader For(
        IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        if (tensors.ContainsKey(MetadataKey))
            throw new ArgumentException(
                $"No tensor can be named {MetadataKey}: the format keeps that name for the metadata.", nameof(tensors));
        if (metadata?.ContainsKey(SealKey) == true)
            throw new ArgumentException($"The metadata cannot have {SealKey}, which is the file's checksum.",
                nameof(metadata));
        var entries = new List<SafetensorsEntry>();
        long position = 0;
        var ordered = tensors.OrderByDescending(pair => SizeOf(pair.Key, pair.Value.dtype))
            .ThenBy(pair => pair.Key, StringComparer.Ordinal);
        foreach (var (name, tensor) in ordered)
        {
            var end = position + tensor.numel() * SizeOf(name, tensor.dtype);
            entries.Add(new(name, tensor.dtype, tensor.shape, position, end));
            position = end;
        }
        return new(entries, metadata ?? new Dictionary<string, string>());
    }

    /// <summary>The seal of a file: SHA-256 of its header without the seal, and of its data.</summary>
    /// <param name="data">Given the hash, appends the data in their order to it.</param>
    internal string Seal(Action<IncrementalHash> data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(ToBytes());
        data(hash);
        return SealMark + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The same header with a seal.</summary>
    internal SafetensorsHeader With(string seal) =>
        this with { Metadata = new Dictionary<string, string>(Metadata) { [SealKey] = seal } };

    /// <summary>The same header without its seal, and the seal; null where it has none, as files from
    /// elsewhere.</summary>
    /// <exception cref="InvalidDataException">The seal is damaged.</exception>
    internal (SafetensorsHeader Header, string? Seal) WithoutSeal()
    {
        var metadata = new Dictionary<string, string>(Metadata);
        var isThere = metadata.Remove(SealKey, out var seal);
        // under another name, or with another beginning, it is a damaged one
        if (metadata.Values.Any(IsSeal) || isThere && !IsSeal(seal!))
            throw new InvalidDataException("its seal, a checksum, is damaged");
        return (this with { Metadata = metadata }, seal);

        static bool IsSeal(string text) =>
            text.StartsWith(SealMark, StringComparison.Ordinal) && text.Length == SealMark.Length + 64;
    }

    /// <summary>The header's bytes, padded with spaces to a multiple of 8.</summary>
    internal byte[] ToBytes()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            foreach (var entry in Entries) Write(json, entry);
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    /// <summary>Reads a header and checks that its tensors fill <paramref name="dataLength"/> bytes.</summary>
    /// <exception cref="InvalidDataException">The header is not valid; the message says where.</exception>
    internal static SafetensorsHeader Parse(ReadOnlyMemory<byte> bytes, long dataLength)
    {
        var entries = new List<SafetensorsEntry>();
        var metadata = new Dictionary<string, string>();
        using var document = ParseJson(bytes);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("the header is not a JSON object");
        try
        {
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey) ReadMetadata(property.Value, metadata);
                else entries.Add(Entry(property.Name, property.Value));
            }
        }
        catch (InvalidOperationException error) // System.Text.Json's word for text that is no UTF-8
        {
            throw new InvalidDataException($"the header holds text that is not valid UTF-8 ({error.Message})", error);
        }
        CheckLayout(entries, dataLength);
        return new(entries, metadata);
    }

    private static JsonDocument ParseJson(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        // the second is System.Text.Json's word for half of a surrogate pair in a key
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"the header is not valid JSON ({error.Message})", error);
        }
    }

    private static void Write(Utf8JsonWriter json, SafetensorsEntry entry)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", Array.Find(Types, type => type.Type == entry.Type).Code);
        json.WriteStartArray("shape");
        foreach (var size in entry.Shape) json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(entry.Begin);
        json.WriteNumberValue(entry.End);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void ReadMetadata(JsonElement element, Dictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("the metadata are not a JSON object");
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                throw new InvalidDataException($"the metadata '{property.Name}' are not text");
            metadata.Add(property.Name, property.Value.GetString()!);
        }
    }

    private static SafetensorsEntry Entry(string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("dtype", out var code) || code.ValueKind != JsonValueKind.String
            || !element.TryGetProperty("shape", out var shape)
            || !element.TryGetProperty("data_offsets", out var offsets))
            throw new InvalidDataException($"tensor '{name}' needs dtype, shape and data_offsets");
        var type = Array.Find(Types, candidate => candidate.Code == code.GetString());
        if (type.Code is null)
            throw new InvalidDataException($"tensor '{name}' has the type '{code.GetString()}'; "
                + $"known are {string.Join(", ", Types.Select(known => known.Code))}");
        var (sizes, ends) = (Numbers(name, "shape", shape), Numbers(name, "data_offsets", offsets));
        if (sizes.Length > LargestRank)
            throw new InvalidDataException(
                $"tensor '{name}' has {sizes.Length} dimensions; at most {LargestRank} are possible");
        if (ends.Length != 2 || ends[0] > ends[1])
            throw new InvalidDataException($"tensor '{name}' needs data_offsets [begin, end] with begin ≤ end");
        if (Bytes(sizes, type.Size) is not { } bytes || bytes != ends[1] - ends[0])
            throw new InvalidDataException($"tensor '{name}' of {type.Code} [{string.Join(",", sizes)}] does not fit "
                + $"its data_offsets [{ends[0]}, {ends[1]}]");
        return new(name, type.Type, sizes, ends[0], ends[1]);
    }

    private static long[] Numbers(string name, string what, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
            throw new InvalidDataException($"the {what} of tensor '{name}' is not an array");
        return [.. element.EnumerateArray().Select(Number)];

        long Number(JsonElement number) =>
            number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var value) && value >= 0
                ? value
                : throw new InvalidDataException(
                    $"the {what} of tensor '{name}' holds {number.GetRawText()}, where a whole number ≥ 0 belongs");
    }

    // null where the product leaves the range of a file
    private static long? Bytes(long[] shape, int size)
    {
        UInt128 product = (ulong)size;
        foreach (var length in shape.Where(length => length > 0))
        {
            product *= (ulong)length;
            if (product > long.MaxValue) return null;
        }
        return shape.Contains(0) ? 0 : (long)product;
    }

    private static void CheckLayout(List<SafetensorsEntry> entries, long dataLength)
    {
        long position = 0;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin < position)
                throw new InvalidDataException(
                    $"tensor '{entry.Name}' overlaps another: it begins at {entry.Begin}, before {position}");
            if (entry.Begin > position)
                throw new InvalidDataException(
                    $"there is a hole of {entry.Begin - position} bytes before tensor '{entry.Name}'");
            position = entry.End;
        }
        if (position == dataLength) return;
        var (only, hint) = position > dataLength ? ("only ", "; the file is cut short") : ("", "");
        throw new InvalidDataException(
            $"the header describes {position} bytes of data, but {only}{dataLength} are there{hint}");
    }

    private static int SizeOf(string name, ScalarType type)
    {
        var known = Array.Find(Types, candidate => candidate.Type == type);
        return known.Code is not null ? known.Size : throw new ArgumentException(
            $"Tensor '{name}' has the type {type}, which safetensors files of this library do not hold.");
    }
}
