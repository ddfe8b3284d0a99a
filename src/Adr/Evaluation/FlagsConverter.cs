using System.Text.Json;
using System.Text.Json.Serialization;

namespace Adr.Evaluation;

/// <summary>One flag per point as a text of 0 and 1: ten thousand lines of "true" would bury the rest of a report.</summary>
internal sealed class FlagsConverter : JsonConverter<bool[]>
{
    /// <inheritdoc/>
    public override bool[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("Expected a text of 0 and 1.");
        if (text.FirstOrDefault(letter => letter is not ('0' or '1'), '0') is var wrong and not '0') throw new JsonException($"Expected a text of 0 and 1, but there is a '{wrong}'.");
        return [.. text.Select(letter => letter == '1')];
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, bool[] value, JsonSerializerOptions options) =>
        writer.WriteStringValue(string.Concat(value.Select(flag => flag ? '1' : '0')));
}
