using System.Text.Json.Nodes;

namespace Adr.Training;

/// <summary>The format of the JSON files that the library writes, and how older ones are read.</summary>
internal static class FileFormat
{
    /// <summary>The present format. Files without a number are of format 1, which had other names.</summary>
    internal const int Current = 2;

    private const string Key = "format";

    private static readonly Dictionary<string, string> NewNames = new()
    {
        ["isByAnswersAlone"] = "isScoreBased",
        ["broken"] = "misclassified",
        ["points"] = "examples",
    };

    private static readonly Dictionary<string, string> NewValues = new() { ["Broken"] = "EarlyStop", ["Dlr"] = "Dlr" };

    /// <summary>The same object with the number of the present format.</summary>
    internal static JsonNode? Mark(JsonNode? file)
    {
        if (file is JsonObject root) root.Insert(0, Key, Current);
        return file;
    }

    /// <summary>A file's content in the present format, without its number.</summary>
    internal static JsonNode? Update(JsonNode? file)
    {
        if (file is not JsonObject root) return file;
        return root.Remove(Key) ? root : Renamed(root);
    }

    private static JsonNode? Renamed(JsonNode? node) => node switch
    {
        JsonObject all => new JsonObject(all.Select(pair =>
            KeyValuePair.Create(NewNames.GetValueOrDefault(pair.Key, pair.Key), Renamed(pair.Value)))),
        JsonArray all => new JsonArray([.. all.Select(Renamed)]),
        JsonValue value when value.TryGetValue<string>(out var text) => NewValues.GetValueOrDefault(text, text),
        _ => node?.DeepClone(),
    };
}
