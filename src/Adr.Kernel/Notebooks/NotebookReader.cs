using System.Text.Json;
using System.Text.Json.Nodes;
using static Adr.Kernel.Notebooks.NotebookJson;

namespace Adr.Kernel.Notebooks;

/// <summary>Reads the text of a notebook and checks that it is one.</summary>
internal static class NotebookReader
{
    internal static JsonObject Read(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new NotebookFormatException("expected a notebook (JSON), but the file is empty.");
        JsonNode? root;
        try
        {
            root = Parse(text);
        }
        catch (JsonException error)
        {
            var hint = text.Contains("NaN", StringComparison.Ordinal)
                ? " (Python writes NaN and Infinity, which are not JSON.)"
                : "";
            throw new NotebookFormatException(
                $"expected a notebook, but this is not JSON: {error.Message}{hint}", error);
        }
        if (root is not JsonObject notebook)
            throw new NotebookFormatException($"expected a notebook, a JSON object, but this is {KindOf(root)}.");
        CheckVersion(notebook);
        if (notebook["cells"] is not JsonArray cells)
        {
            throw new NotebookFormatException(
                $"expected a notebook with an array 'cells', but 'cells' is {KindOf(notebook["cells"])}.");
        }
        Expect(notebook["metadata"] is null or JsonObject, "'metadata'", "an object", notebook["metadata"]);
        for (var i = 0; i < cells.Count; i++) CheckCell(cells[i], $"cell {i + 1}");
        return notebook;
    }

    private static void CheckVersion(JsonObject notebook)
    {
        if (notebook["nbformat"] is null)
        {
            throw new NotebookFormatException("expected a notebook with a number 'nbformat', but there is none. " +
                "Is this another kind of JSON file?");
        }
        var (major, minor) = (VersionAt("nbformat"), VersionAt("nbformat_minor"));
        if (minor < 0)
            throw new NotebookFormatException($"expected notebook format 4.0 or later, but this is 4.{minor}.");
        if (major < 4)
        {
            throw new NotebookFormatException($"expected notebook format 4, but this is format {major}. " +
                "Convert it with: jupyter nbconvert --to notebook FILE");
        }
        if (major > 4)
        {
            throw new NotebookFormatException(
                $"expected notebook format 4, but this is format {major}, newer than this version can read.");
        }

        // A version that cannot be read must not count as 4.0, whose cells lose their ids.
        int VersionAt(string key)
        {
            try
            {
                return ValueAt(notebook, key, 0);
            }
            catch (FormatException error)
            {
                throw new NotebookFormatException($"{error.Message}.", error);
            }
        }
    }

    private static void CheckCell(JsonNode? node, string where)
    {
        if (node is not JsonObject cell)
            throw new NotebookFormatException($"{where}: expected an object, but it is {KindOf(node)}.");
        var (type, source, metadata) = (cell["cell_type"], cell["source"], cell["metadata"]);
        Expect(type?.GetValueKind() == JsonValueKind.String, $"{where}: 'cell_type'", "a string", type);
        var isText = source is null || Multiline.Join(source) is not null;
        Expect(isText, $"{where}: 'source'", "a string or an array of strings", source);
        Expect(metadata is null or JsonObject, $"{where}: 'metadata'", "an object", metadata);
        Expect(cell["outputs"] is null or JsonArray, $"{where}: 'outputs'", "an array", cell["outputs"]);
        if (cell["outputs"] is not JsonArray outputs) return;
        for (var i = 0; i < outputs.Count; i++)
            Expect(outputs[i] is JsonObject, $"{where}: output {i + 1}", "an object", outputs[i]);
    }

    private static void Expect(bool holds, string what, string expected, JsonNode? found)
    {
        if (!holds) throw new NotebookFormatException($"{what}: expected {expected}, but it is {KindOf(found)}.");
    }
}

/// <summary>
/// A file is not a notebook that this library can read. The message says what was expected and what was found.
/// </summary>
public sealed class NotebookFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    public NotebookFormatException(string message, Exception? cause = null) : base(message, cause)
    {
    }
}
