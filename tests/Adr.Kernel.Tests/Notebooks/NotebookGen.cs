using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Notebooks;

/// <summary>A generated notebook.</summary>
public sealed record AnyNotebook(JsonObject Json)
{
    public override string ToString() => Json.ToJsonString();

    /// <summary>The same notebook without one of its cells, whichever.</summary>
    internal IEnumerable<AnyNotebook> Shorter()
    {
        for (var at = Json["cells"]!.AsArray().Count - 1; at >= 0; at--)
        {
            var shorter = Json.DeepClone().AsObject();
            shorter["cells"]!.AsArray().RemoveAt(at);
            yield return new AnyNotebook(shorter);
        }
    }
}

/// <summary>
/// Valid notebooks with keys and outputs that no schema knows, and the form in which two of them are compared.
/// </summary>
internal static class NotebookGen
{
    private static readonly Gen<string> Text = Gen.Elements(
        "", "x", "a\nb", "\n", "line\r\nline", "tab\t\"quoted\" \\ back", "é 日本 😀", "\u2028\u0000\u001b[31mred",
        "</script>", "1.0");

    private static readonly Gen<JsonNode?> Leaf = Gen.OneOf(
        Text.Select(text => (JsonNode?)JsonValue.Create(text)),
        Gen.Elements("1", "1.0", "1.50", "-0", "1e5", "1E-07", "123456789012345678901234567890", "true", "null")
            .Select(number => JsonNode.Parse(number)));

    private static readonly Gen<JsonNode?> Any = Gen.Sized(size => Tree(Math.Min(size / 10, 3)));

    private static readonly Gen<JsonNode> Multiline = Gen.OneOf(
        Text.Select(text => (JsonNode)JsonValue.Create(text)),
        Text.ListOf(3).Select(
            lines => (JsonNode)new JsonArray([.. lines.Select(line => (JsonNode)JsonValue.Create(line))])));

    private static readonly Gen<JsonObject> Output = Gen.OneOf(
        Gen.Elements("stdout", "stderr").SelectMany(name => Multiline.Select(text =>
            new JsonObject { ["output_type"] = "stream", ["name"] = name, ["text"] = text })),
        from plain in Multiline
        from png in Text
        from json in Any
        select new JsonObject
        {
            ["output_type"] = "display_data", ["metadata"] = new JsonObject(),
            ["data"] = new JsonObject
            {
                ["text/plain"] = plain, ["image/png"] = png, ["application/vnd.x+json"] = json,
            },
        },
        Any.Select(odd => new JsonObject { ["output_type"] = "unknown", ["odd"] = odd }));

    private static readonly Gen<JsonObject> Cell =
        from kind in Gen.Elements("code", "markdown", "raw", "future")
        from source in Multiline
        from extra in Any
        from outputs in Output.ListOf(2)
        from keys in Gen.Choose(0, 7)
        select Assemble(kind, source, extra, outputs, keys);

    public static Arbitrary<AnyNotebook> Notebooks { get; } = Arb.From(
        from minor in Gen.Choose(0, 5)
        from cells in Cell.ListOf(3)
        from extra in Any
        select new AnyNotebook(new JsonObject
        {
            ["zzz"] = extra?.DeepClone(), ["nbformat_minor"] = minor, ["nbformat"] = 4,
            ["metadata"] = new JsonObject
            {
                ["kernelspec"] = new JsonObject { ["name"] = ".net-csharp" }, ["mine"] = extra?.DeepClone(),
            },
            ["cells"] = new JsonArray([.. cells.Select(cell => cell.DeepClone())]),
        }),
        notebook => notebook.Shorter());

    /// <summary>The id that writing gives the notebook's first cell.</summary>
    internal static string IdAfterWriting(this Notebook notebook)
    {
        notebook.ToJson();
        return notebook.Cells[0].Id!;
    }

    /// <summary>What two notebooks must share: text joined, and without what writing adds.</summary>
    internal static JsonNode Canonical(JsonNode notebook)
    {
        notebook = JsonNode.Parse(notebook.ToJsonString())!;
        foreach (var cell in notebook["cells"]!.AsArray().Cast<JsonObject>())
        {
            cell.Remove("id");
            if (cell["metadata"] is JsonObject { Count: 0 }) cell.Remove("metadata");
            if (cell["execution_count"] is null) cell.Remove("execution_count");
            if (cell["outputs"] is JsonArray { Count: 0 }) cell.Remove("outputs");
            cell["source"] = Joined(cell["source"]);
            if (cell["cell_type"]!.GetValue<string>() != "code") continue;
            foreach (var output in (cell["outputs"] as JsonArray ?? []).Cast<JsonObject>())
            {
                if (output["text"] is { } text) output["text"] = Joined(text);
                if (output["data"] is JsonObject data) data["text/plain"] = Joined(data["text/plain"]);
            }
            var ordered = cell.OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())).ToList();
            cell.Clear();
            foreach (var entry in ordered) cell.Add(entry);
        }
        return notebook;
    }

    private static JsonNode Joined(JsonNode? text) => text is JsonArray lines
        ? JsonValue.Create(string.Concat(lines.Select(line => line!.GetValue<string>())))
        : JsonValue.Create(text!.GetValue<string>());

    private static Gen<JsonNode?> Tree(int depth) => depth == 0 ? Leaf : Gen.OneOf(
        Leaf,
        Tree(depth - 1).ListOf(3).Select(
            items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
        from key in Gen.Elements("a", "id", "é", "")
        from value in Tree(depth - 1)
        select (JsonNode?)new JsonObject { [key] = value?.DeepClone(), ["n"] = 1 });

    private static JsonObject Assemble(
        string kind, JsonNode source, JsonNode? extra, IList<JsonObject> outputs, int keys)
    {
        var cell = new JsonObject { ["cell_type"] = kind, ["source"] = source.DeepClone() };
        if ((keys & 1) != 0)
            cell["metadata"] = new JsonObject { ["tags"] = new JsonArray("x"), ["odd"] = extra?.DeepClone() };
        if ((keys & 2) != 0) cell["my_key"] = extra?.DeepClone();
        if ((keys & 4) != 0) cell["id"] = "cell-" + keys;
        if (kind == "code") cell["outputs"] = new JsonArray([.. outputs.Select(output => output.DeepClone())]);
        return cell;
    }
}
