using Adr.Kernel.Engine;
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
        if (type is null) return $"{name} = {(isText ? CSharpLiteral.Text(value) : CSharpLiteral.Guess(value))};";
        // A type this does not know is an enum, or else the cell fails to compile with its name.
        var literal = CSharpLiteral.Of(type, value) ?? throw new RunUsageException($"Parameter '{name}' is declared as '{parameter}', and '{value}' is no {type}.");
        return $"{type} {name} = {literal};";
    }

    /// <summary>A parameter's type; null where only the compiler knows it.</summary>
    internal static string? TypeOf(ParametersCell.Parameter parameter) => parameter.Type == "var" ? Infer(parameter.Default) : parameter.Type;

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
}
