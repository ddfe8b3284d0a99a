using System.Text.Json;
using System.Text.Json.Nodes;

namespace Adr.Kernel.Notebooks;

/// <summary>
/// An output of a code cell: a view of its JSON, which keeps everything that this class does not know.
/// </summary>
public sealed class Output
{
    /// <summary>Creates a view of the JSON object of an output.</summary>
    public Output(JsonObject json) => Json = json;

    /// <summary>The JSON object of the output.</summary>
    public JsonObject Json { get; }

    /// <summary>
    /// The type: <c>stream</c>, <c>display_data</c>, <c>execute_result</c>, <c>error</c>, or an unknown one.
    /// </summary>
    public string Type => Text("output_type") ?? "unknown";

    /// <summary>The name of a stream: <c>stdout</c> or <c>stderr</c>.</summary>
    public string StreamName => Text("name") ?? "stdout";

    /// <summary>The text of a stream.</summary>
    public string StreamText => Multiline.Join(Json["text"]) ?? "";

    /// <summary>The name of an error, which is the type of an exception.</summary>
    public string ErrorName => Text("ename") ?? "";

    /// <summary>The message of an error.</summary>
    public string ErrorValue => Text("evalue") ?? "";

    /// <summary>The lines of an error's traceback, possibly with ANSI colours.</summary>
    public IReadOnlyList<string> Traceback => Json["traceback"] is JsonArray lines
        ? [.. lines.Select(line => Multiline.Join(line) ?? "")]
        : [];

    /// <summary>The MIME types of a displayed value or a result; empty for other outputs.</summary>
    public IEnumerable<string> MimeTypes => Json["data"] is JsonObject data ? data.Select(entry => entry.Key) : [];

    /// <summary>
    /// The value in a MIME type: a string or an array of lines for text, and any JSON for JSON types; null if there is
    /// none.
    /// </summary>
    public JsonNode? Value(string mimeType) => (Json["data"] as JsonObject)?[mimeType];

    /// <summary>The text in a MIME type: joined lines, or compact JSON for JSON types; null if there is none.</summary>
    public string? Data(string mimeType)
    {
        var value = Value(mimeType);
        if (value is null) return null;
        if (Notebooks.MimeTypes.IsJson(mimeType)) return NotebookJson.Compact(value);
        return Multiline.Join(value) ?? NotebookJson.Compact(value);
    }

    /// <summary>Creates the output of a stream.</summary>
    /// <param name="name"><c>stdout</c> or <c>stderr</c>.</param>
    /// <param name="text">The text.</param>
    public static Output Stream(string name, string text) =>
        new(new JsonObject { ["name"] = name, ["output_type"] = "stream", ["text"] = Multiline.Split(text) });

    /// <summary>Creates the output of a displayed value.</summary>
    /// <param name="data">The value by MIME type, as <see cref="Bundle"/> returns it.</param>
    public static Output DisplayData(JsonObject data) =>
        new(new JsonObject { ["data"] = data, ["metadata"] = new JsonObject(), ["output_type"] = "display_data" });

    /// <summary>Creates the output of a cell's result.</summary>
    /// <param name="data">The value by MIME type, as <see cref="Bundle"/> returns it.</param>
    /// <param name="executionCount">The number of the cell.</param>
    public static Output ExecuteResult(JsonObject data, int executionCount) => new(new JsonObject
    {
        ["data"] = data,
        ["execution_count"] = executionCount,
        ["metadata"] = new JsonObject(),
        ["output_type"] = "execute_result",
    });

    /// <summary>Creates the output of an error.</summary>
    /// <param name="name">The type of the exception.</param>
    /// <param name="value">The message of the exception.</param>
    /// <param name="traceback">The lines of the traceback.</param>
    public static Output Error(string name, string value, IEnumerable<string> traceback) => new(new JsonObject
    {
        ["ename"] = name,
        ["evalue"] = value,
        ["output_type"] = "error",
        ["traceback"] = new JsonArray([.. traceback.Select(line => (JsonNode)JsonValue.Create(line))]),
    });

    /// <summary>
    /// Values by MIME type as the format stores them: JSON types as JSON, text as lines, and others as one string.
    /// </summary>
    /// <remarks>
    /// If the text of a JSON type is not JSON, it is stored as a JSON string, so that nothing is lost.
    /// </remarks>
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

    /// <summary>Whether both outputs are text of one stream.</summary>
    internal bool IsSameStream(Output other) =>
        Type == "stream" && other.Type == "stream" && StreamName == other.StreamName;

    /// <summary>Gives multiline values their written form.</summary>
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

/// <summary>How the notebook format stores the values of MIME types.</summary>
internal static class MimeTypes
{
    /// <summary>Whether values are JSON and not text: <c>application/json</c> and <c>application/…+json</c>.</summary>
    /// <remarks>The schema of nbformat 4.5 has <c>^application/(.*\+)?json$</c>.</remarks>
    internal static bool IsJson(string mimeType) =>
        mimeType == "application/json"
        || (mimeType.StartsWith("application/", StringComparison.Ordinal)
            && mimeType.EndsWith("+json", StringComparison.Ordinal));

    /// <summary>Whether text is stored as lines: text, SVG and JavaScript, but not images in base64.</summary>
    internal static bool IsMultiline(string mimeType) =>
        mimeType.StartsWith("text/", StringComparison.Ordinal)
        || mimeType is "image/svg+xml" or "application/javascript";
}
