using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Adr.Interactive.Drawing;

/// <summary>Reads the members of a plotly figure, whatever they hold.</summary>
internal static partial class ChartJson
{
    /// <summary>A text, or the text of a title; null where there is none.</summary>
    internal static string? Text(JsonNode? node) => node switch
    {
        JsonValue value => value.ToString(),
        JsonObject title => Text(title["text"]),
        _ => null,
    };

    /// <summary>A finite number; null where there is none.</summary>
    internal static double? Number(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<double>(out var number) && double.IsFinite(number) ? number : null;

    /// <summary>True or false; null where there is neither.</summary>
    internal static bool? Flag(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    /// <summary>The member at a place of an array; the node itself where it is no array.</summary>
    internal static JsonNode? At(JsonNode? node, int i) =>
        node is not JsonArray array ? node : i >= 0 && i < array.Count ? array[i] : null;

    /// <summary>Text without plotly's tags and entities.</summary>
    internal static string Plain(string? html) => WebUtility.HtmlDecode(Tag().Replace(html ?? "", ""));

    /// <summary>A CSS colour in the words of SVG 1.1, and its opacity. What is no colour becomes another one.</summary>
    internal static (string Color, double Opacity) Color(JsonNode? node, string otherwise)
    {
        var text = (Text(node) ?? "").Trim();
        if (text == Palette.Ink) return ("currentColor", 1);
        if (Hex().Match(text) is { Success: true } hex)
        {
            var alpha = hex.Groups[2].Value;
            var opacity = alpha.Length == 0 ? 1 : Math.Round(Convert.ToInt32(alpha, 16) / 255.0, 2);
            return (hex.Groups[1].Value, opacity);
        }
        if (Rgb().Match(text) is { Success: true } rgb)
        {
            var alpha = rgb.Groups[2].Value;
            return ($"rgb({rgb.Groups[1].Value})",
                alpha.Length == 0 ? 1 : double.Parse(alpha, CultureInfo.InvariantCulture));
        }
        return Name().IsMatch(text) ? (text, 1) : (otherwise, 1);
    }

    /// <summary>Red, green and blue from 0 to 255, and opacity; null if the colour is not written in numbers.</summary>
    internal static double[]? Rgba(JsonNode? node)
    {
        var (color, opacity) = Color(node, "");
        if (color.StartsWith("rgb(", StringComparison.Ordinal))
        {
            var parts = color[4..^1].Split(',');
            return [.. parts.Select(part => double.Parse(part, CultureInfo.InvariantCulture)), opacity];
        }
        if (!color.StartsWith('#')) return null;
        if (color.Length == 4) color = string.Concat(color.Select(digit => new string(digit, 2)))[1..];
        return [Part(1), Part(3), Part(5), opacity];

        double Part(int from) => Convert.ToInt32(color.Substring(from, 2), 16);
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("^(#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3}))([0-9a-fA-F]{2})?$")]
    private static partial Regex Hex();

    [GeneratedRegex(@"^rgba?\(((?:\s*\d{1,3}\s*,){2}\s*\d{1,3})\s*(?:,\s*(\d?\.?\d+)\s*)?\)$")]
    private static partial Regex Rgb();

    [GeneratedRegex("^[a-zA-Z]{3,30}$")]
    private static partial Regex Name();
}
