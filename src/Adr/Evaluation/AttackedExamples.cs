using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Adr.Evaluation;

/// <summary>The examples of an evaluation, one entry for each. In JSON every list is a text of numbers.</summary>
/// <param name="Positions">Where each stands in its data set, from 0 (<see cref="Data.Dataset.Positions"/>).</param>
/// <param name="Labels">Its true class.</param>
/// <param name="Predictions">The class that the model predicts for the clean image.</param>
public sealed record AttackedExamples(
    [property: JsonConverter(typeof(NumbersConverter))] long[] Positions,
    [property: JsonConverter(typeof(NumbersConverter))] long[] Labels,
    [property: JsonConverter(typeof(NumbersConverter))] long[] Predictions)
{
    /// <summary>Which these are, in words: "first 500 examples", "20 examples from position 500 on", "5 chosen
    /// examples".</summary>
    public override string ToString() => Words(Positions);

    /// <inheritdoc cref="ToString"/>
    internal static string Words(IReadOnlyList<long> positions)
    {
        var count = positions.Count.ToString("#,0", CultureInfo.InvariantCulture);
        var what = positions.Count == 1 ? "example" : "examples";
        if (positions.Where((position, i) => position != positions[0] + i).Any()) return $"{count} chosen {what}";
        return positions is [] or [0, ..] ? $"first {count} {what}"
            : string.Create(CultureInfo.InvariantCulture, $"{count} {what} from position {positions[0]:#,0} on");
    }
}

/// <summary>How far images were changed.</summary>
/// <param name="Largest">The largest ‖x' − x‖ in the norm of the threat model, for images in [0,1].</param>
/// <param name="LowestPixel">The lowest pixel of an x'.</param>
/// <param name="HighestPixel">The highest pixel of an x'.</param>
public sealed record PerturbationExtent(double Largest, double LowestPixel, double HighestPixel)
{
    /// <summary>That of both together; null where there is neither.</summary>
    internal static PerturbationExtent? Together(PerturbationExtent? one, PerturbationExtent? other) =>
        one is null || other is null ? one ?? other : new(
            Math.Max(one.Largest, other.Largest), Math.Min(one.LowestPixel, other.LowestPixel),
            Math.Max(one.HighestPixel, other.HighestPixel));
}

/// <summary>Whole numbers as one text, "7 2 -1": ten thousand lines with a number each would bury the rest of a
/// report.</summary>
internal sealed class NumbersConverter : JsonConverter<long[]>
{
    /// <inheritdoc/>
    public override long[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String
            ? reader.GetString()!
            : throw new JsonException("Expected a text of whole numbers.");
        return [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Number)];

        static long Number(string word) =>
            long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new JsonException($"Expected a text of whole numbers, but there is '{word}'.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, long[] value, JsonSerializerOptions options) =>
        writer.WriteStringValue(string.Join(' ', value.Select(one => one.ToString(CultureInfo.InvariantCulture))));
}
