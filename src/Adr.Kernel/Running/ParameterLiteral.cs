using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Adr.Kernel.Running;

/// <summary>A value from a command line as C# that gives it to a parameter, in the parameter's own type.</summary>
internal static class ParameterLiteral
{
    /// <summary>Such as <c>int epochs = 3;</c>, for a cell after the one that declares the parameter.</summary>
    /// <exception cref="RunUsageException">The value does not fit the type.</exception>
    internal static string Statement(string name, ParametersCell.Parameter parameter, string value, bool isText)
    {
        var type = TypeOf(parameter);
        // Only the compiler knows the type of an expression: an assignment has it checked and converted.
        if (type is null) return $"{name} = {(isText ? Literal("string", value) : Guess(value))};";
        // A type this does not know is an enum, or else the cell fails to compile with its name.
        var literal = Literal(type, value) ?? throw new RunUsageException($"Parameter '{name}' is declared as '{parameter}', and '{value}' is no {type}.");
        return $"{type} {name} = {literal};";
    }

    /// <summary>A parameter's type; null where only the compiler knows it.</summary>
    internal static string? TypeOf(ParametersCell.Parameter parameter) => parameter.Type == "var" ? Infer(parameter.Default) : parameter.Type;

    private static string? Literal(string type, string value)
    {
        if (type.EndsWith('?')) return value is "null" or "" ? "null" : Literal(type[..^1], value);
        if (type.EndsWith("[]", StringComparison.Ordinal)) return ArrayLiteral(type[..^2], value);
        return type switch
        {
            "string" or "String" => SymbolDisplay.FormatLiteral(value, quote: true),
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
        var literals = values.Select(item => Literal(element, item)).ToList();
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

    /// <summary>The type that <c>var</c> stands for, from the literal beside it; null where that does not say.</summary>
    private static string? Infer(ExpressionSyntax? initializer) => initializer switch
    {
        PrefixUnaryExpressionSyntax { Operand: var operand } => Infer(operand),
        LiteralExpressionSyntax literal => literal.Token.Value switch
        {
            string => "string", bool => "bool", int => "int", long => "long", uint => "uint", ulong => "ulong",
            float => "float", double => "double", decimal => "decimal", char => "char", _ => null,
        },
        InterpolatedStringExpressionSyntax => "string",
        ArrayCreationExpressionSyntax array => array.Type.ElementType + "[]",
        ImplicitArrayCreationExpressionSyntax array when array.Initializer.Expressions.Select(Infer).Distinct().ToList() is [{ } element] => element + "[]",
        MemberAccessExpressionSyntax { Expression: var type } => type.ToString(), // Budget.Quick
        _ => null,
    };

    /// <summary>papermill's rule for values without a type: what looks like a number, a truth value or a list is one, and the rest is text.</summary>
    private static string Guess(string value) =>
        List(value) is { } items ? $"[{string.Join(", ", items.Select(Guess))}]" :
        Literal("int", value) ?? Literal("long", value) ?? Literal("bool", value) ?? Literal("double", value) ?? Literal("string", value)!;
}
