using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Adr.Training;

/// <summary>JSON files: camelCase names, enums by name, NaN allowed, files replaced whole.</summary>
internal static class Json
{
    /// <summary>One line.</summary>
    internal static readonly JsonSerializerOptions Compact = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Indented, for people.</summary>
    internal static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };

    // nothing that a constructor needs may be missing or null
    private static readonly JsonSerializerOptions Strict = new(Compact)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>Reads an object; an error names the file.</summary>
    internal static JsonObject ReadObject(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject
                ?? throw new InvalidDataException($"{path} holds no JSON object.");
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"{path} is damaged: {damaged.Message}", damaged);
        }
    }

    /// <summary>Reads an object that <see cref="Write"/> wrote; an error names the file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or holds something else.</exception>
    internal static T Read<T>(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            return FileFormat.Update(JsonNode.Parse(File.ReadAllText(path)), path).Deserialize<T>(Strict)
                ?? throw new InvalidDataException($"{path} holds null, not a {typeof(T).Name}.");
        }
        catch (Exception damaged) when (damaged is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is no {typeof(T).Name}, or damaged: {damaged.Message}", damaged);
        }
    }

    /// <summary>Writes an object, indented, whole or not at all; makes the folder where it is missing.</summary>
    internal static void Write<T>(string path, T value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        AtomicFile.Write(path,
            FileFormat.Mark(JsonSerializer.SerializeToNode(value, Indented))!.ToJsonString(Indented) + "\n");
    }

    /// <summary>Where two descriptions differ: one line per setting, with both values.</summary>
    internal static IEnumerable<string> Differences(JsonNode? there, JsonNode? here, string path = "")
    {
        if (there is JsonObject a && here is JsonObject b)
            return a.Select(pair => pair.Key).Union(b.Select(pair => pair.Key))
                .SelectMany(key => Differences(a[key], b[key], path.Length == 0 ? key : $"{path}.{key}"));
        return JsonNode.DeepEquals(there, here) ? [] : [$"{path}: {Shown(there)} there, {Shown(here)} here"];

        static string Shown(JsonNode? value) => value?.ToJsonString(Compact) ?? "null";
    }
}
