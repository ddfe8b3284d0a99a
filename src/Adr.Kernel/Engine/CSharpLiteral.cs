using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;
using Microsoft.CodeAnalysis.CSharp;

namespace Adr.Kernel.Engine;

/// <summary>Writes values that users typed as C# literals.</summary>
internal static class CSharpLiteral
{
    /// <summary>
    /// A value as a literal of a type; null if it does not fit. A type that is not known here is taken for an enum.
    /// </summary>
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
            "float" => Real<float>(value, "float", "f"),
            "double" => Real<double>(value, "double", "d"),
            "decimal" => decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out var exact)
                ? exact.ToString(CultureInfo.InvariantCulture) + "m"
                : null,
            "char" => value.Length == 1 ? SymbolDisplay.FormatLiteral(value[0], quote: true) : null,
            _ => $"Enum.Parse<{type}>({Text(value)}, ignoreCase: true)",
        };
    }

    private static string? Number<T>(string value, string suffix) where T : IBinaryInteger<T> =>
        T.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number.ToString(null, CultureInfo.InvariantCulture) + suffix
            : null;

    private static string? Real<T>(string value, string type, string suffix) where T : IFloatingPointIeee754<T>
    {
        if (!T.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)) return null;
        if (T.IsNaN(real)) return type + ".NaN";
        if (T.IsInfinity(real)) return type + (T.IsPositive(real) ? ".PositiveInfinity" : ".NegativeInfinity");
        return real.ToString("R", CultureInfo.InvariantCulture) + suffix;
    }

    /// <summary>Reads a JSON array, <c>[1, 2]</c>, or values between commas.</summary>
    private static string? ArrayLiteral(string element, string value)
    {
        IReadOnlyList<string>? values = value.TrimStart().StartsWith('[')
            ? JsonList(value)
            : value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var literals = values?.Select(item => Of(element, item)).ToList();
        return literals is null || literals.Contains(null) ? null : $"[{string.Join(", ", literals)}]";
    }

    /// <summary>The elements of a JSON array; null if the value is not one.</summary>
    private static List<string>? JsonList(string value)
    {
        if (!value.TrimStart().StartsWith('[')) return null;
        try
        {
            return NotebookJson.Parse(value) is JsonArray items
                ? [.. items.Select(item => item is null ? "null" : item.ToString())]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// A value without a type, by papermill's rule: what looks like a number, a truth value or a list is one, and
    /// anything else is text.
    /// </summary>
    internal static string Guess(string value) => JsonList(value) is { } items
        ? $"[{string.Join(", ", items.Select(Guess))}]"
        : Of("int", value) ?? Of("long", value) ?? Of("bool", value) ?? Of("double", value) ?? Text(value);

    /// <summary>Text in quotes.</summary>
    internal static string Text(string text) => SymbolDisplay.FormatLiteral(text, quote: true);
}
