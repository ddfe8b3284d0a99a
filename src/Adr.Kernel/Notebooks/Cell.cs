using System.Text.Json;
using System.Text.Json.Nodes;

namespace Adr.Kernel.Notebooks;

/// <summary>One cell of a notebook: a view of its JSON, which keeps whatever this class does not know.</summary>
public sealed class Cell
{
    /// <summary>A view of a cell's JSON object.</summary>
    public Cell(JsonObject json) => Json = json;

    /// <summary>The cell itself.</summary>
    public JsonObject Json { get; }

    /// <summary>A new code cell without outputs.</summary>
    public static Cell Code(string source) => new(new JsonObject
    {
        ["cell_type"] = "code",
        ["execution_count"] = null,
        ["metadata"] = new JsonObject(),
        ["outputs"] = new JsonArray(),
        ["source"] = Multiline.Split(source),
    });

    /// <summary>A new Markdown cell.</summary>
    public static Cell Markdown(string source) => new(new JsonObject
    {
        ["cell_type"] = "markdown",
        ["metadata"] = new JsonObject(),
        ["source"] = Multiline.Split(source),
    });

    /// <summary>What the cell holds.</summary>
    public CellKind Kind => Json["cell_type"]?.GetValue<string>() switch
    {
        "code" => CellKind.Code,
        "markdown" => CellKind.Markdown,
        "raw" => CellKind.Raw,
        _ => CellKind.Other,
    };

    /// <summary>The cell's id; null where the file has none (ids exist from format 4.5 on).</summary>
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

    /// <summary>The cell's text.</summary>
    public string Source
    {
        get => Multiline.Join(Json["source"]) ?? "";
        set => Json["source"] = Multiline.Split(value);
    }

    /// <summary>The cell's metadata; made where the file has none.</summary>
    public JsonObject Metadata => NotebookJson.ObjectAt(Json, "metadata");

    /// <summary>The cell's tags, such as <c>parameters</c>.</summary>
    public IReadOnlyList<string> Tags => Json["metadata"]?["tags"] is JsonArray tags
        ? [.. tags.Select(Multiline.Join).OfType<string>()]
        : [];

    /// <summary>Whether the cell carries a tag.</summary>
    public bool HasTag(string tag) => Tags.Contains(tag);

    /// <summary>Adds a tag if the cell does not carry it.</summary>
    public void AddTag(string tag)
    {
        if (HasTag(tag)) return;
        if (Metadata["tags"] is not JsonArray tags) Metadata["tags"] = tags = [];
        tags.Add((JsonNode)JsonValue.Create(tag));
    }

    /// <summary>The language the cell's own metadata names, as .NET Interactive wrote it; null for the notebook's.</summary>
    /// <remarks><c>polyglot_notebook.kernelName</c> wins over the older <c>dotnet_interactive.language</c>.</remarks>
    public string? KernelName =>
        NotebookJson.TextAt(Json["metadata"], "polyglot_notebook", "kernelName") ??
        NotebookJson.TextAt(Json["metadata"], "dotnet_interactive", "language");

    /// <summary>The cell's number when it last ran; null where it did not.</summary>
    public int? ExecutionCount
    {
        get => Json["execution_count"] is JsonValue count && count.TryGetValue<int>(out var number) ? number : null;
        set => Json["execution_count"] = value;
    }

    /// <summary>The outputs of a code cell; empty for others.</summary>
    public IReadOnlyList<Output> Outputs => Json["outputs"] is JsonArray outputs
        ? [.. outputs.OfType<JsonObject>().Select(json => new Output(json))]
        : [];

    /// <summary>The outputs as they are shown: neighbouring pieces of one stream are one.</summary>
    internal IReadOnlyList<Output> ShownOutputs
    {
        get
        {
            var (all, shown) = (Outputs, new List<Output>());
            for (var i = 0; i < all.Count;)
            {
                var first = i++;
                while (all[first].Type == "stream" && i < all.Count && all[i].Type == "stream" && all[i].StreamName == all[first].StreamName) i++;
                shown.Add(i == first + 1 ? all[first] : Output.Stream(all[first].StreamName, string.Concat(all.Skip(first).Take(i - first).Select(output => output.StreamText))));
            }
            return shown;
        }
    }

    /// <summary>Replaces the cell's outputs.</summary>
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

    /// <summary>Brings the cell to its written form: text as lines, and the keys the format asks of a code cell.</summary>
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
