using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Adr.Kernel.Notebooks;

/// <summary>JSON as notebook tools write it: one space of indent, characters as they are, a final line feed.</summary>
internal static class NotebookJson
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
            return JsonNode.Parse(text, documentOptions: Reading);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    /// <summary>The object under a key, made where there is none.</summary>
    internal static JsonObject ObjectAt(JsonObject parent, string key)
    {
        if (parent[key] is JsonObject existing) return existing;
        var made = new JsonObject();
        parent[key] = made;
        return made;
    }

    /// <summary>The string at a path of keys; null where there is none.</summary>
    internal static string? TextAt(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var key in path) node = (node as JsonObject)?[key];
        return node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
    }
}
