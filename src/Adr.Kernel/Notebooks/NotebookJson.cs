using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Adr.Kernel.Notebooks;

/// <summary>
/// Writes JSON as notebook tools do: indented by one space, without escapes, and with a final line feed.
/// </summary>
internal static partial class NotebookJson
{
    private const int MaxDepth = 512;

    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true, IndentSize = 1, NewLine = "\n", Encoder = MinimalJsonEncoder.Instance, MaxDepth = MaxDepth,
        SkipValidation = true,
    };

    private static readonly JsonWriterOptions OneLine = new()
    {
        Encoder = MinimalJsonEncoder.Instance, MaxDepth = MaxDepth, SkipValidation = true,
    };

    // A value is a few levels deep in the notebook, or in the message, to which it is written.
    private const int MaxValueDepth = MaxDepth - 16;

    /// <summary>Reads JSON. A doubled key is an error, and half of a surrogate pair becomes U+FFFD.</summary>
    /// <remarks>
    /// The framework's nodes would fail at the first use of an object with a doubled key, far from its reader.
    /// </remarks>
    /// <param name="text">The text.</param>
    /// <param name="maxDepth">How deeply it may be nested. Default: as deeply as a notebook.</param>
    /// <exception cref="JsonException">The text is not such JSON.</exception>
    internal static JsonNode? Parse(string text, int maxDepth = MaxDepth)
    {
        var options = new JsonDocumentOptions { MaxDepth = maxDepth, AllowDuplicateProperties = false };
        try
        {
            return JsonNode.Parse(WithoutHalfPairs(text), documentOptions: options);
        }
        catch (ArgumentException error)
        {
            throw new JsonException("It has half of a surrogate pair, which is not a character.", error);
        }
    }

    internal static byte[] Write(JsonNode node) => [.. Bytes(node, Indented), (byte)'\n'];

    internal static byte[] CompactBytes(JsonNode node) => Bytes(node, OneLine);

    internal static string Compact(JsonNode node) => Encoding.UTF8.GetString(Bytes(node, OneLine));

    /// <summary>The JSON on several lines, indented.</summary>
    internal static string Readable(JsonNode node) => Encoding.UTF8.GetString(Bytes(node, Indented));

    /// <summary>The text as JSON, or as a JSON string if it is not JSON.</summary>
    internal static JsonNode? ParseOrText(string text)
    {
        try
        {
            return Parse(text, MaxValueDepth);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    /// <summary>
    /// The text with U+FFFD for the escape of an unpaired surrogate, which Python writes and which is not a character.
    /// </summary>
    private static string WithoutHalfPairs(string text) => text.Contains(@"\ud", StringComparison.OrdinalIgnoreCase)
        ? Escapes().Replace(text, escape => escape.Groups["half"].Success ? @"\ufffd" : escape.Value)
        : text;

    private static byte[] Bytes(JsonNode node, JsonWriterOptions options)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, options)) node.WriteTo(writer);
        return buffer.ToArray();
    }

    /// <summary>The object under a key. It is created if there is none.</summary>
    internal static JsonObject ObjectAt(JsonObject parent, string key)
    {
        if (parent[key] is JsonObject existing) return existing;
        var made = new JsonObject();
        parent[key] = made;
        return made;
    }

    /// <summary>The value under a key; <paramref name="otherwise"/> if it is missing or null.</summary>
    /// <typeparam name="T"><c>string</c>, <c>bool</c> or <c>int</c>.</typeparam>
    /// <exception cref="FormatException">The value has another type.</exception>
    internal static T ValueAt<T>(JsonObject json, string key, T otherwise) where T : notnull
    {
        if (json[key] is not { } node) return otherwise;
        if (node is JsonValue value && value.TryGetValue<T>(out var found)) return found;
        var expected = typeof(T) == typeof(string) ? "text" : typeof(T) == typeof(bool) ? "true or false"
            : "a whole number";
        throw new FormatException($"'{key}' is {KindOf(node)}; expected {expected}");
    }

    /// <summary>What a node is, in words: "a number".</summary>
    internal static string KindOf(JsonNode? node) => node?.GetValueKind() switch
    {
        null => "missing",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => node.ToJsonString(),
    };

    /// <summary>The string at a path of keys; null if there is none.</summary>
    internal static string? TextAt(JsonNode? node, params ReadOnlySpan<string> path) =>
        At(node, path) is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : null;

    /// <summary>The node at a path of keys; null if there is none.</summary>
    internal static JsonNode? At(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var key in path) node = (node as JsonObject)?[key];
        return node;
    }

    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|" +
        @"(?<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.")]
    private static partial Regex Escapes();
}

/// <summary>Escapes only what JSON requires, as Python's <c>json.dump(…, ensure_ascii=False)</c> does.</summary>
/// <remarks>The framework's relaxed encoder also escapes emoji and other characters outside the basic plane.</remarks>
internal sealed class MinimalJsonEncoder : JavaScriptEncoder
{
    internal static MinimalJsonEncoder Instance { get; } = new();

    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < 0x20 or '"' or '\\';

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        for (var i = 0; i < textLength; i++)
        {
            if (WillEncode(text[i])) return i;
            if (!char.IsSurrogate(text[i])) continue;
            // An unpaired surrogate has no UTF-8 form. The caller replaces it.
            if (i + 1 < textLength && char.IsSurrogatePair(text[i], text[i + 1])) i++;
            else return i;
        }
        return -1;
    }

    public override unsafe bool TryEncodeUnicodeScalar(
        int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var escaped = unicodeScalar switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\b' => "\\b",
            '\f' => "\\f",
            < 0x20 => "\\u" + unicodeScalar.ToString("x4", CultureInfo.InvariantCulture),
            _ => new Rune(unicodeScalar).ToString(),
        };
        numberOfCharactersWritten = 0;
        if (escaped.Length > bufferLength) return false;
        escaped.AsSpan().CopyTo(new Span<char>(buffer, bufferLength));
        numberOfCharactersWritten = escaped.Length;
        return true;
    }
}
