using System.Text.Json;
using System.Text.Json.Nodes;

namespace Adr.Kernel.Notebooks;

/// <summary>The type of a cell in a notebook.</summary>
public enum CellKind
{
    /// <summary>Code with outputs.</summary>
    Code,

    /// <summary>Text in Markdown.</summary>
    Markdown,

    /// <summary>Text that no front end renders.</summary>
    Raw,

    /// <summary>A type that this version of the format does not define. Such a cell is kept.</summary>
    Other,
}

/// <summary>A cell of a notebook: a view of its JSON, which keeps everything that this class does not know.</summary>
public sealed class Cell
{
    /// <summary>Creates a view of the JSON object of a cell.</summary>
    public Cell(JsonObject json) => Json = json;

    /// <summary>The JSON object of the cell.</summary>
    public JsonObject Json { get; }

    /// <summary>Creates a code cell without outputs.</summary>
    public static Cell Code(string source) => new(new JsonObject
    {
        ["cell_type"] = "code",
        ["execution_count"] = null,
        ["metadata"] = new JsonObject(),
        ["outputs"] = new JsonArray(),
        ["source"] = Multiline.Split(source),
    });

    /// <summary>Creates a Markdown cell.</summary>
    public static Cell Markdown(string source) => new(new JsonObject
    {
        ["cell_type"] = "markdown",
        ["metadata"] = new JsonObject(),
        ["source"] = Multiline.Split(source),
    });

    /// <summary>The type of the cell.</summary>
    public CellKind Kind => Json["cell_type"]?.GetValue<string>() switch
    {
        "code" => CellKind.Code,
        "markdown" => CellKind.Markdown,
        "raw" => CellKind.Raw,
        _ => CellKind.Other,
    };

    /// <summary>The id of the cell; null if the file has none. Ids exist since format 4.5.</summary>
    public string? Id
    {
        get => Json["id"] is JsonValue id && id.GetValueKind() == JsonValueKind.String ? id.GetValue<string>() : null;
        internal set
        {
            if (value is null) Json.Remove("id");
            else if (Json.ContainsKey("id")) Json["id"] = value;
            else Json.Insert(Math.Max(Json.IndexOf("metadata"), 0), "id", value);
        }
    }

    /// <summary>The text of the cell.</summary>
    public string Source
    {
        get => Multiline.Join(Json["source"]) ?? "";
        set => Json["source"] = Multiline.Split(value);
    }

    /// <summary>The metadata of the cell. It is created if the file has none.</summary>
    public JsonObject Metadata => NotebookJson.ObjectAt(Json, "metadata");

    /// <summary>The tags of the cell, such as <c>parameters</c>.</summary>
    public IReadOnlyList<string> Tags => Json["metadata"]?["tags"] is JsonArray tags
        ? [.. tags.Select(Multiline.Join).OfType<string>()]
        : [];

    /// <summary>Whether the cell has a tag.</summary>
    public bool HasTag(string tag) => Tags.Contains(tag);

    /// <summary>Adds a tag if the cell does not have it.</summary>
    public void AddTag(string tag)
    {
        if (HasTag(tag)) return;
        if (Metadata["tags"] is not JsonArray tags) Metadata["tags"] = tags = [];
        tags.Add((JsonNode)JsonValue.Create(tag));
    }

    /// <summary>
    /// The language in the cell's own metadata, as .NET Interactive wrote it; null if the cell has that of the
    /// notebook.
    /// </summary>
    /// <remarks><c>polyglot_notebook.kernelName</c> overrides the older <c>dotnet_interactive.language</c>.</remarks>
    public string? KernelName =>
        NotebookJson.TextAt(Json["metadata"], "polyglot_notebook", "kernelName") ??
        NotebookJson.TextAt(Json["metadata"], "dotnet_interactive", "language");

    /// <summary>The number of the cell when it last ran; null if it has not run.</summary>
    public int? ExecutionCount
    {
        get => Json["execution_count"] is JsonValue count && count.TryGetValue<int>(out var number) ? number : null;
        set => Json["execution_count"] = value;
    }

    /// <summary>The outputs of a code cell; empty for other cells.</summary>
    public IReadOnlyList<Output> Outputs => Json["outputs"] is JsonArray outputs
        ? [.. outputs.OfType<JsonObject>().Select(json => new Output(json))]
        : [];

    /// <summary>The outputs as they are shown: consecutive pieces of one stream are joined.</summary>
    internal IReadOnlyList<Output> ShownOutputs
    {
        get
        {
            var (all, shown) = (Outputs, new List<Output>());
            for (var i = 0; i < all.Count;)
            {
                var first = all[i];
                var pieces = all.Skip(i).TakeWhile(output => output.IsSameStream(first)).ToList();
                shown.Add(pieces.Count < 2 ? first
                    : Output.Stream(first.StreamName, string.Concat(pieces.Select(piece => piece.StreamText))));
                i += Math.Max(pieces.Count, 1);
            }
            return shown;
        }
    }

    /// <summary>Replaces the outputs of the cell.</summary>
    public void SetOutputs(IEnumerable<Output> outputs)
    {
        var array = new JsonArray();
        foreach (var output in outputs)
        {
            output.Json.Parent?.AsArray().Remove(output.Json);
            array.Add((JsonNode)output.Json);
        }
        Json["outputs"] = array;
    }

    /// <summary>Gives the cell its written form: text as lines, and the keys that the format requires.</summary>
    internal void Normalize()
    {
        if (Json["source"] is not JsonArray) Json["source"] = Multiline.Split(Source);
        if (Json["metadata"] is null) Json["metadata"] = new JsonObject();
        if (Kind != CellKind.Code) return;
        if (!Json.ContainsKey("execution_count")) Json["execution_count"] = null;
        if (Json["outputs"] is null) Json["outputs"] = new JsonArray();
        foreach (var output in Outputs) output.Normalize();
    }
}
