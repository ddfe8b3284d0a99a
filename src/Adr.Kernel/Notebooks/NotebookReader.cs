using System.Text.Json;
using System.Text.Json.Nodes;

namespace Adr.Kernel.Notebooks;

/// <summary>Checks that a text is a notebook before anything else looks at it.</summary>
internal static class NotebookReader
{
    internal static JsonObject Read(string text)
    {
        if (string.IsNullOrWhiteSpace(text)) throw new NotebookFormatException("expected a notebook (JSON), but the file is empty.");
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(NotebookJson.WithoutHalfPairs(text), documentOptions: NotebookJson.Reading);
        }
        catch (JsonException error)
        {
            var hint = text.Contains("NaN", StringComparison.Ordinal) ? " (NaN and Infinity, which Python writes, are not JSON.)" : "";
            throw new NotebookFormatException($"expected a notebook, but this is not JSON: {error.Message}{hint}", error);
        }
        if (root is not JsonObject notebook) throw new NotebookFormatException($"expected a notebook, a JSON object, but this is {Kind(root)}.");
        CheckVersion(notebook);
        if (notebook["cells"] is not JsonArray cells)
            throw new NotebookFormatException($"expected a notebook with an array 'cells', but 'cells' is {Kind(notebook["cells"])}.");
        Expect(notebook["metadata"] is null or JsonObject, "'metadata'", "an object", notebook["metadata"]);
        for (var i = 0; i < cells.Count; i++) CheckCell(cells[i], $"cell {i + 1}");
        return notebook;
    }

    private static void CheckVersion(JsonObject notebook)
    {
        if (notebook["nbformat"] is not JsonValue version || !version.TryGetValue<int>(out var major))
            throw new NotebookFormatException("expected a notebook with a number 'nbformat', but there is none: is this another kind of JSON file?");
        if (major < 4)
            throw new NotebookFormatException($"expected notebook format 4, but this is format {major}. Convert it with: jupyter nbconvert --to notebook FILE");
        if (major > 4)
            throw new NotebookFormatException($"expected notebook format 4, but this is format {major}, newer than this version reads.");
    }

    private static void CheckCell(JsonNode? node, string where)
    {
        if (node is not JsonObject cell) throw new NotebookFormatException($"{where}: expected an object, but it is {Kind(node)}.");
        Expect(cell["cell_type"]?.GetValueKind() == JsonValueKind.String, $"{where}: 'cell_type'", "a string", cell["cell_type"]);
        Expect(cell["source"] is null || Multiline.Join(cell["source"]) is not null, $"{where}: 'source'", "a string or an array of strings", cell["source"]);
        Expect(cell["metadata"] is null or JsonObject, $"{where}: 'metadata'", "an object", cell["metadata"]);
        Expect(cell["outputs"] is null or JsonArray, $"{where}: 'outputs'", "an array", cell["outputs"]);
        if (cell["outputs"] is not JsonArray outputs) return;
        for (var i = 0; i < outputs.Count; i++) Expect(outputs[i] is JsonObject, $"{where}: output {i + 1}", "an object", outputs[i]);
    }

    private static void Expect(bool holds, string what, string expected, JsonNode? came)
    {
        if (!holds) throw new NotebookFormatException($"{what}: expected {expected}, but it is {Kind(came)}.");
    }

    private static string Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        null => "missing",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => node.ToJsonString(),
    };
}
