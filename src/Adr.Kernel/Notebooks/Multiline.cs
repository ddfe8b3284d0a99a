using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Adr.Kernel.Notebooks;

/// <summary>The format's "multiline string": one string, or an array of lines that include their line feeds.</summary>
internal static class Multiline
{
    /// <summary>The text of a multiline string; null if the node has neither form.</summary>
    internal static string? Join(JsonNode? node)
    {
        switch (node)
        {
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                return value.GetValue<string>();
            case JsonArray lines:
                var text = new StringBuilder();
                foreach (var line in lines)
                {
                    if (line is not JsonValue part || part.GetValueKind() != JsonValueKind.String) return null;
                    text.Append(part.GetValue<string>());
                }
                return text.ToString();
            default:
                return null;
        }
    }

    /// <summary>
    /// The text as an array of lines. Each line except the last ends with its line feed. Empty text is an empty array.
    /// </summary>
    internal static JsonArray Split(string text)
    {
        var lines = new JsonArray();
        for (var start = 0; start < text.Length;)
        {
            var feed = text.IndexOf('\n', start);
            var end = feed < 0 ? text.Length : feed + 1;
            lines.Add((JsonNode)JsonValue.Create(text[start..end]));
            start = end;
        }
        return lines;
    }
}
