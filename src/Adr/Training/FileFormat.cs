using System.Text.Json.Nodes;
using Adr.Losses;

namespace Adr.Training;

/// <summary>The format of the JSON files that the library writes, and how older ones are read.</summary>
internal static class FileFormat
{
    /// <summary>The present format. Files without a number are of format 1, which had other names; format 2 named the
    /// precision of attacks; format 3 had one switch for z and for the logits of x.</summary>
    internal const int Current = 4;

    /// <summary>Where the number stands.</summary>
    internal const string Key = "format";

    private static readonly Dictionary<string, string> NewNames = new()
    {
        ["isByAnswersAlone"] = "isScoreBased",
        ["broken"] = "misclassified",
        ["points"] = "examples",
        ["weightPerturbation"] = "adversarialWeightPerturbation",
    };

    private static readonly Dictionary<string, string> NewValues = new()
    {
        ["Broken"] = "EarlyStop",
        ["LogitRatio"] = "Dlr",
    };

    /// <summary>The same object with the number of the present format.</summary>
    internal static JsonObject Mark(JsonObject file)
    {
        file.Insert(0, Key, Current);
        return file;
    }

    /// <summary>A file's content in the present format, without its number.</summary>
    /// <param name="file">What was read.</param>
    /// <param name="path">Where it lies, for the error.</param>
    /// <exception cref="InvalidDataException">A later version of the library wrote it, or its number is
    /// none.</exception>
    internal static JsonNode? Update(JsonNode? file, string path)
    {
        if (file is not JsonObject root) return file;
        var format = 1;
        if (root.Remove(Key, out var number)
            && !((number as JsonValue)?.TryGetValue(out format) == true && format is >= 1 and <= Current))
            throw new InvalidDataException($"{path} has format {number?.ToJsonString(Json.Compact) ?? "null"}; this "
                + $"version of the library reads 1 to {Current}.");
        if (format == 1) root = (JsonObject)Renamed(root)!;
        if (format < 3) RemovePrecision(root, path);
        if (format < 4) SplitDetached(root);
        return root;
    }

    private static void RemovePrecision(JsonNode? node, string path)
    {
        if (node is JsonArray items) foreach (var item in items) RemovePrecision(item, path);
        if (node is not JsonObject members) return;
        foreach (var name in new[] { "attackPrecision", "attackType" })
        {
            if (!members.Remove(name, out var precision) || !JsonNode.DeepEquals(precision, "BFloat16")) continue;
            throw new InvalidDataException(
                $"{path} is of a run whose attack computed in bfloat16, which this version of the library does not.");
        }
        foreach (var (_, member) in members) RemovePrecision(member, path);
    }

    private static void SplitDetached(JsonNode? node)
    {
        if (node is JsonArray items) foreach (var item in items) SplitDetached(item);
        if (node is not JsonObject members) return;
        if (members.Remove("detachClean", out var detached))
        {
            members["smoothness"] = nameof(SmoothnessForm.CrossEntropy);
            members["detachLatent"] = detached?.DeepClone();
            members["detachLogits"] = detached;
        }
        foreach (var (_, member) in members) SplitDetached(member);
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
