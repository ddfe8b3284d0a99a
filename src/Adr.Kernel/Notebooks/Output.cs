using System.Text.Json;
using System.Text.Json.Nodes;

namespace Adr.Kernel.Notebooks;

/// <summary>One output of a code cell: a view of its JSON, which keeps whatever this class does not know.</summary>
public sealed class Output
{
    /// <summary>A view of an output's JSON object.</summary>
    public Output(JsonObject json) => Json = json;

    /// <summary>The output itself.</summary>
    public JsonObject Json { get; }

    /// <summary><c>stream</c>, <c>display_data</c>, <c>execute_result</c>, <c>error</c>, or what the file says.</summary>
    public string Type => Text("output_type") ?? "unknown";

    /// <summary>Of a stream: <c>stdout</c> or <c>stderr</c>.</summary>
    public string StreamName => Text("name") ?? "stdout";

    /// <summary>Of a stream: its text.</summary>
    public string StreamText => Multiline.Join(Json["text"]) ?? "";

    /// <summary>Of an error: its name, an exception's type.</summary>
    public string ErrorName => Text("ename") ?? "";

    /// <summary>Of an error: its message.</summary>
    public string ErrorValue => Text("evalue") ?? "";

    /// <summary>Of an error: the lines of its traceback, possibly with ANSI colours.</summary>
    public IReadOnlyList<string> Traceback => Json["traceback"] is JsonArray lines
        ? [.. lines.Select(line => Multiline.Join(line) ?? "")]
        : [];

    /// <summary>Of a display or a result: its values by MIME type; empty for other outputs.</summary>
    public IEnumerable<string> MimeTypes => Json["data"] is JsonObject data ? data.Select(entry => entry.Key) : [];

    /// <summary>The value of a MIME type: an array or string for text, any JSON for JSON types; null where there is none.</summary>
    public JsonNode? Value(string mimeType) => (Json["data"] as JsonObject)?[mimeType];

    /// <summary>The text of a MIME type: joined lines, or compact JSON for JSON types; null where there is none.</summary>
    public string? Data(string mimeType)
    {
        var value = Value(mimeType);
        if (value is null) return null;
        if (Notebooks.MimeTypes.IsJson(mimeType)) return NotebookJson.Compact(value);
        return Multiline.Join(value) ?? NotebookJson.Compact(value);
    }

    /// <summary>A stream's output.</summary>
    /// <param name="name"><c>stdout</c> or <c>stderr</c>.</param>
    /// <param name="text">What was written.</param>
    public static Output Stream(string name, string text) =>
        new(new JsonObject { ["name"] = name, ["output_type"] = "stream", ["text"] = Multiline.Split(text) });

    /// <summary>A displayed value.</summary>
    /// <param name="data">Values by MIME type, as <see cref="Bundle"/> makes them.</param>
    /// <param name="metadata">Metadata by MIME type; null for none.</param>
    public static Output DisplayData(JsonObject data, JsonObject? metadata = null) =>
        new(new JsonObject { ["data"] = data, ["metadata"] = metadata ?? [], ["output_type"] = "display_data" });

    /// <summary>A cell's result.</summary>
    /// <param name="data">Values by MIME type, as <see cref="Bundle"/> makes them.</param>
    /// <param name="executionCount">The cell's number.</param>
    /// <param name="metadata">Metadata by MIME type; null for none.</param>
    public static Output ExecuteResult(JsonObject data, int executionCount, JsonObject? metadata = null) =>
        new(new JsonObject
        {
            ["data"] = data,
            ["execution_count"] = executionCount,
            ["metadata"] = metadata ?? [],
            ["output_type"] = "execute_result",
        });

    /// <summary>An error.</summary>
    /// <param name="name">The exception's type.</param>
    /// <param name="value">The exception's message.</param>
    /// <param name="traceback">Lines of the traceback.</param>
    public static Output Error(string name, string value, IEnumerable<string> traceback) =>
        new(new JsonObject
        {
            ["ename"] = name,
            ["evalue"] = value,
            ["output_type"] = "error",
            ["traceback"] = new JsonArray([.. traceback.Select(line => (JsonNode)JsonValue.Create(line))]),
        });

    /// <summary>Values by MIME type as the format stores them: JSON types as JSON, text as lines, the rest as one string.</summary>
    /// <remarks>A JSON type whose text is not JSON is stored as a JSON string, so that nothing is lost.</remarks>
    public static JsonObject Bundle(IEnumerable<KeyValuePair<string, string>> values)
    {
        var bundle = new JsonObject();
        foreach (var (mimeType, text) in values)
        {
            bundle[mimeType] = Notebooks.MimeTypes.IsJson(mimeType) ? NotebookJson.ParseOrText(text)
                : Notebooks.MimeTypes.IsMultiline(mimeType) ? Multiline.Split(text)
                : JsonValue.Create(text);
        }
        return bundle;
    }

    /// <summary>Brings multiline values to their written form.</summary>
    internal void Normalize()
    {
        if (Type == "stream" && Json["text"] is JsonValue text && text.GetValueKind() == JsonValueKind.String)
            Json["text"] = Multiline.Split(text.GetValue<string>());
        if (Json["data"] is not JsonObject data) return;
        foreach (var mimeType in data.Select(entry => entry.Key).Where(Notebooks.MimeTypes.IsMultiline).ToList())
        {
            if (data[mimeType] is JsonValue value && value.GetValueKind() == JsonValueKind.String)
                data[mimeType] = Multiline.Split(value.GetValue<string>());
        }
    }

    private string? Text(string key) => Multiline.Join(Json[key]);
}
