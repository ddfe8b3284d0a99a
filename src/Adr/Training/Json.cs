using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Adr.Training;

/// <summary>What can be wrong with a file's content although every member has its type: counts that contradict each
/// other, lists of different lengths.</summary>
internal interface IStored
{
    /// <summary>The faults, as sentences without their full stops; none is good.</summary>
    IEnumerable<string> Faults();
}

/// <summary>JSON files: camelCase names, enums by name, NaN allowed, files replaced whole and sealed.</summary>
/// <remarks>The seal is a checksum, the last member of the file: a changed file is refused. Older files have none, and
/// are read with the checks that are possible.</remarks>
internal static class Json
{
    private const int LargestFile = 64 << 20; // bytes; the library's own files have far less than one MiB
    private const string SealKey = "seal", SealMark = "sha256:";

    /// <summary>One line.</summary>
    internal static readonly JsonSerializerOptions Compact = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    /// <summary>Indented, for people.</summary>
    internal static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };

    /// <summary>For reading: nothing that a constructor needs may be missing or null.</summary>
    internal static readonly JsonSerializerOptions Strict = new(Compact)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A file's text.</summary>
    /// <exception cref="InvalidDataException">It is not UTF-8, or larger than any file of the library.</exception>
    internal static string ReadText(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int count; (count = file.Read(buffer)) > 0; content.Write(buffer, 0, count))
        {
            if (content.Length + count > LargestFile)
                throw new InvalidDataException($"{path} has more than {LargestFile >> 20} MiB. No file of this kind "
                    + "is so large, so it is something else.");
        }
        var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        var start = bytes.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        try
        {
            return Utf8.GetString(bytes[start..]);
        }
        catch (DecoderFallbackException damaged)
        {
            throw new InvalidDataException($"{path} is damaged: byte {start + damaged.Index} is not UTF-8.", damaged);
        }
    }

    /// <summary>A text as JSON, without the seal if it has one.</summary>
    /// <param name="text">What was read.</param>
    /// <param name="place">Where it lies, for the error: a file, or a line of one.</param>
    /// <param name="isSealed">Whether it has a seal, which then fits.</param>
    /// <param name="options">How lenient to be; doubled names are refused in any case.</param>
    /// <exception cref="InvalidDataException">It is no JSON object, or its seal does not fit.</exception>
    internal static JsonObject ParseObject(
        string text, string place, out bool isSealed, JsonDocumentOptions options = default)
    {
        options.AllowDuplicateProperties = false;
        try
        {
            using (var document = JsonDocument.Parse(text, options)) CheckText(document.RootElement);
            var node = JsonNode.Parse(text, documentOptions: options);
            if (node is not JsonObject root)
                throw new InvalidDataException($"{place} holds {Kind(node)}, not a JSON object.");
            isSealed = Unseal(root, place);
            return root;
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"{place} is damaged: {Fault(damaged)}", damaged);
        }
        catch (InvalidOperationException damaged) // System.Text.Json's word for half of a surrogate pair
        {
            throw new InvalidDataException($"{place} is damaged: it holds text that is not valid Unicode.", damaged);
        }
    }

    /// <summary>Reads an object.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or holds something else.</exception>
    internal static JsonObject ReadObject(string path) => ReadObject(path, out _);

    /// <inheritdoc cref="ReadObject(string)"/>
    internal static JsonObject ReadObject(string path, out bool isSealed) =>
        ParseObject(ReadText(path), path, out isSealed);

    /// <summary>Reads an object that <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or holds something else.</exception>
    internal static T Read<T>(string path) => To<T>(FileFormat.Update(ReadObject(path), path), path);

    /// <summary>A JSON object as an object of the library.</summary>
    /// <param name="node">The object.</param>
    /// <param name="place">Where it lies, for the error.</param>
    /// <param name="options">Default <see cref="Strict"/>.</param>
    /// <exception cref="InvalidDataException">It is something else, or contradicts itself.</exception>
    internal static T To<T>(JsonNode? node, string place, JsonSerializerOptions? options = null)
    {
        string? fault;
        try
        {
            CheckLists(node);
            var value = node.Deserialize<T>(options ?? Strict) ?? throw new JsonException("It is null.");
            fault = (value as IStored)?.Faults().FirstOrDefault();
            if (fault is null) return value;
        }
        catch (NotSupportedException wrong) // an abstract type without its kind
        {
            throw new InvalidDataException($"{place} is no {typeof(T).Name}, or damaged: {wrong.Message}", wrong);
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"{place} is no {typeof(T).Name}, or damaged: {Fault(wrong)}", wrong);
        }
        catch (ArgumentException wrong) // from a constructor
        {
            throw new InvalidDataException($"{place} is no {typeof(T).Name}, or damaged: {wrong.Message}", wrong);
        }
        throw new InvalidDataException($"{place} is damaged: {fault}.");
    }

    /// <summary>Writes an object, indented and sealed, whole or not at all; makes the folder where it is
    /// missing.</summary>
    internal static void Write<T>(string path, T value) => AtomicFile.Write(path,
        Sealed(FileFormat.Mark(JsonSerializer.SerializeToNode(value, Indented)!.AsObject()))
            .ToJsonString(Indented) + "\n");

    /// <summary>The same object with a seal as its last member.</summary>
    internal static JsonObject Sealed(JsonObject content)
    {
        content[SealKey] = SealOf(content);
        return content;
    }

    /// <summary>What a reader of JSON has against a text, and where.</summary>
    internal static string Fault(JsonException error)
    {
        var message = error.Message;
        // it ends with the place, where there is one: "… Path: $.a | LineNumber: 0 | BytePositionInLine: 3."
        var end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        if (end < 0) end = message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        if (end >= 0) message = message[..end];
        return error switch
        {
            { Path: { Length: > 1 } path } => $"{path}: {message}", // numbers of lines are those of a copy
            { LineNumber: { } line } => $"line {line + 1}, byte {error.BytePositionInLine + 1}: {message}",
            _ => message,
        };
    }

    /// <summary>Whether two objects are written alike.</summary>
    internal static bool Same<T>(T a, T b) =>
        JsonNode.DeepEquals(JsonSerializer.SerializeToNode(a, Compact), JsonSerializer.SerializeToNode(b, Compact));

    /// <summary>Where two descriptions differ: one line per setting, with both values.</summary>
    internal static IEnumerable<string> Differences(JsonNode? there, JsonNode? here, string path = "")
    {
        if (there is JsonObject a && here is JsonObject b)
            return a.Select(pair => pair.Key).Union(b.Select(pair => pair.Key))
                .SelectMany(key => Differences(a[key], b[key], path.Length == 0 ? key : $"{path}.{key}"));
        return JsonNode.DeepEquals(there, here) ? [] : [$"{path}: {Shown(there)} there, {Shown(here)} here"];

        static string Shown(JsonNode? value) => value?.ToJsonString(Compact) ?? "null";
    }

    // A seal under another name is a damaged one, and no older file.
    private static bool Unseal(JsonObject content, string place)
    {
        var seal = content.FirstOrDefault(member => member.Value is JsonValue value
            && value.TryGetValue<string>(out var text) && text.StartsWith(SealMark, StringComparison.Ordinal));
        if (seal.Key is null && !content.ContainsKey(SealKey)) return false;
        content.Remove(SealKey, out var stored);
        if (seal.Key == SealKey && stored!.GetValue<string>() == SealOf(content)) return true;
        throw new InvalidDataException($"{place} is damaged or was changed: its content does not fit its seal, a "
            + $"checksum. If you changed it on purpose, take the member \"{SealKey}\" out.");
    }

    private static string SealOf(JsonObject content) => SealMark
        + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content.ToJsonString(Compact))));

    // throws for text that only turns out not to be valid where it is asked for
    private static void CheckText(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String) element.GetString();
        if (element.ValueKind == JsonValueKind.Array)
            foreach (var item in element.EnumerateArray()) CheckText(item);
        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (var member in element.EnumerateObject())
        {
            _ = member.Name;
            CheckText(member.Value);
        }
    }

    // No list of the library's has a null in it, which the annotations of types do not say to System.Text.Json.
    private static void CheckLists(JsonNode? node)
    {
        if (node is JsonObject members)
            foreach (var (_, member) in members) CheckLists(member);
        if (node is not JsonArray items) return;
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is null) throw new JsonException($"{items.GetPath()}[{i}] is null.");
            CheckLists(items[i]);
        }
    }

    private static string Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        _ => "true or false",
    };
}
