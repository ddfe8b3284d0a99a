using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis.CSharp;

namespace Adr.Kernel.Engine;

/// <summary>Values that people write, as C#.</summary>
internal static class CSharpLiteral
{
    /// <summary>A value as a literal of a type; null where it does not fit. A type this does not know is taken for an enum.</summary>
    internal static string? Of(string type, string value)
    {
        if (type.EndsWith('?')) return value is "null" or "" ? "null" : Of(type[..^1], value);
        if (type.EndsWith("[]", StringComparison.Ordinal)) return ArrayLiteral(type[..^2], value);
        return type switch
        {
            "string" or "String" => Text(value),
            "bool" => bool.TryParse(value, out var truth) ? (truth ? "true" : "false") : null,
            "int" => Number<int>(value, ""),
            "long" => Number<long>(value, "L"),
            "uint" => Number<uint>(value, "u"),
            "ulong" => Number<ulong>(value, "ul"),
            "short" => Number<short>(value, ""),
            "byte" => Number<byte>(value, ""),
            "float" => Real<float>(float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : null, "float", "f"),
            "double" => Real<double>(double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : null, "double", "d"),
            "decimal" => decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out var exact) ? exact.ToString(CultureInfo.InvariantCulture) + "m" : null,
            "char" => value.Length == 1 ? SymbolDisplay.FormatLiteral(value[0], quote: true) : null,
            _ => $"Enum.Parse<{type}>({SymbolDisplay.FormatLiteral(value, quote: true)}, ignoreCase: true)",
        };
    }

    private static string? Number<T>(string value, string suffix) where T : IBinaryInteger<T> =>
        T.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number.ToString(null, CultureInfo.InvariantCulture) + suffix
            : null;

    private static string? Real<T>(T? value, string type, string suffix) where T : struct, IFloatingPointIeee754<T> => value switch
    {
        null => null,
        { } real when T.IsNaN(real) => type + ".NaN",
        { } real when T.IsInfinity(real) => T.IsPositive(real) ? type + ".PositiveInfinity" : type + ".NegativeInfinity",
        { } real => real.ToString("R", CultureInfo.InvariantCulture) + suffix,
    };

    /// <summary>A JSON array, <c>[1, 2]</c>, or values between commas.</summary>
    private static string? ArrayLiteral(string element, string value)
    {
        var isList = value.TrimStart().StartsWith('[');
        if ((isList ? List(value) : value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) is not { } values) return null;
        var literals = values.Select(item => Of(element, item)).ToList();
        return literals.Contains(null) ? null : $"[{string.Join(", ", literals)}]";
    }

    /// <summary>The elements of a JSON array; null where the value is none.</summary>
    private static IReadOnlyList<string>? List(string value)
    {
        if (!value.TrimStart().StartsWith('[')) return null;
        try
        {
            return [.. JsonNode.Parse(value)!.AsArray().Select(item => item is null ? "null" : item.ToString())];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>papermill's rule for values without a type: what looks like a number, a truth value or a list is one, and the rest is text.</summary>
    internal static string Guess(string value) =>
        List(value) is { } items ? $"[{string.Join(", ", items.Select(Guess))}]" :
        Of("int", value) ?? Of("long", value) ?? Of("bool", value) ?? Of("double", value) ?? Of("string", value)!;

    /// <summary>Text in quotes.</summary>
    internal static string Text(string text) => SymbolDisplay.FormatLiteral(text, quote: true);
}
