using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Adr.Kernel.Notebooks;

/// <summary>JSON as notebook tools write it: one space of indent, characters as they are, a final line feed.</summary>
internal static partial class NotebookJson
{
    private const int MaxDepth = 512;

    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true, IndentSize = 1, NewLine = "\n", Encoder = MinimalJsonEncoder.Instance, MaxDepth = MaxDepth, SkipValidation = true,
    };

    private static readonly JsonWriterOptions OneLine = new()
    {
        Encoder = MinimalJsonEncoder.Instance, MaxDepth = MaxDepth, SkipValidation = true,
    };

    internal static JsonDocumentOptions Reading { get; } = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    // A value stands a few levels deep in the notebook that is written with it.
    private static JsonDocumentOptions ReadingValue { get; } = Reading with { MaxDepth = MaxDepth - 16 };

    internal static byte[] Write(JsonNode node)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented)) node.WriteTo(writer);
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    internal static string Compact(JsonNode node)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, OneLine)) node.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>The text as JSON, or as a JSON string where it is not JSON.</summary>
    internal static JsonNode? ParseOrText(string text)
    {
        try
        {
            return JsonNode.Parse(WithoutHalfPairs(text), documentOptions: ReadingValue);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    /// <summary>Half of a surrogate pair as an escape of its own, which Python writes, stands for no character and becomes U+FFFD.</summary>
    internal static string WithoutHalfPairs(string text) => text.Contains(@"\ud", StringComparison.OrdinalIgnoreCase)
        ? Escapes().Replace(text, escape => escape.Groups["half"].Success ? @"\ufffd" : escape.Value)
        : text;

    /// <summary>The object under a key, made where there is none.</summary>
    internal static JsonObject ObjectAt(JsonObject parent, string key)
    {
        if (parent[key] is JsonObject existing) return existing;
        var made = new JsonObject();
        parent[key] = made;
        return made;
    }

    /// <summary>The string at a path of keys; null where there is none.</summary>
    internal static string? TextAt(JsonNode? node, params ReadOnlySpan<string> path) =>
        At(node, path) is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>What is at a path of keys; null where there is nothing.</summary>
    internal static JsonNode? At(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var key in path) node = (node as JsonObject)?[key];
        return node;
    }

    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.")]
    private static partial Regex Escapes();
}
