using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Adr.Kernel.Running;

/// <summary>A parameter of a notebook: a variable declared in the cell tagged <c>parameters</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">
/// Its declared type, or the type that <c>var</c> stands for; <c>var</c> if only the compiler knows it.
/// </param>
/// <param name="Default">The code of its default value; null if it has none.</param>
/// <param name="Help">The comment after its declaration; empty if there is none.</param>
public sealed record NotebookParameter(string Name, string Type, string? Default, string Help)
{
    private const string Tag = "parameters";
    internal const string InjectedTag = "injected-parameters";

    /// <summary>The declaration as it is written.</summary>
    private string Declaration { get; init; } = "";

    /// <summary>The parameters of a notebook in the order of their declaration.</summary>
    /// <exception cref="RunUsageException">Their cell is nested too deeply to be read.</exception>
    internal static IReadOnlyList<NotebookParameter> Of(Notebook notebook)
    {
        if (notebook.Cells.FirstOrDefault(IsParameters) is not { } cell) return [];
        if (CodeNesting.Find(cell.Source) is var (_, problem))
            throw new RunUsageException($"The cell tagged 'parameters' cannot be read. {problem}");
        var options = new CSharpParseOptions(CSharpSession.Language, kind: SourceCodeKind.Script);
        var script = CSharpSyntaxTree.ParseText(cell.Source, options).GetCompilationUnitRoot();
        var declared = new OrderedDictionary<string, NotebookParameter>();
        foreach (var declaration in script.Members.Select(Declared).OfType<VariableDeclarationSyntax>())
        {
            foreach (var variable in declaration.Variables)
            {
                var parameter = From(declaration, variable);
                declared[parameter.Name] = parameter;
            }
        }
        return [.. declared.Values];
    }

    /// <summary>
    /// Adds a cell tagged <c>injected-parameters</c> with the values after the parameters cell, as papermill does. It
    /// replaces such a cell of an earlier run.
    /// </summary>
    /// <param name="notebook">The notebook.</param>
    /// <param name="values">The values by name, as a command line gives them.</param>
    /// <param name="text">The parameters whose value is text, unless the notebook declares another type.</param>
    /// <exception cref="RunUsageException">
    /// The notebook has no such parameter, or the value does not fit its type.
    /// </exception>
    internal static void Inject(
        Notebook notebook, IReadOnlyDictionary<string, string> values, IReadOnlySet<string> text)
    {
        if (values.Count == 0) return;
        var cells = notebook.Cells.ToList();
        var at = cells.FindIndex(IsParameters);
        if (at < 0)
        {
            throw new RunUsageException("The notebook takes no parameters. To add some, tag the code cell that " +
                "declares them 'parameters' (cell metadata: {\"tags\": [\"parameters\"]}).");
        }
        var parameters = Of(notebook);
        var lines = new List<string> { "// Parameters" };
        foreach (var (name, value) in values)
        {
            var parameter = parameters.FirstOrDefault(parameter => parameter.Name == name)
                ?? throw new RunUsageException($"The notebook has no parameter '{name}'. Its parameters are: " +
                    $"{string.Join(", ", parameters.Select(parameter => parameter.Declaration))}.");
            lines.Add(parameter.Assign(value, text.Contains(name)));
        }
        var injected = Cell.Code(string.Join('\n', lines));
        injected.AddTag(InjectedTag);
        var earlier = cells.FindIndex(cell => cell.HasTag(InjectedTag));
        if (earlier >= 0) notebook.RemoveAt(earlier);
        notebook.Insert(earlier >= 0 ? earlier : at + 1, injected);
    }

    private static NotebookParameter From(VariableDeclarationSyntax declaration, VariableDeclaratorSyntax variable)
    {
        var (name, value) = (variable.Identifier.ValueText, variable.Initializer?.Value);
        var type = declaration.Type.ToString();
        return new NotebookParameter(
            name, type == "var" ? Infer(value) ?? "var" : type, value?.ToString(), CommentAfter(declaration))
        {
            Declaration = value is null ? $"{type} {name}" : $"{type} {name} = {value}",
        };
    }

    /// <summary>A statement that gives the parameter a value, such as <c>int epochs = 3;</c>.</summary>
    private string Assign(string value, bool isText)
    {
        // If only the compiler knows the type, an assignment makes it check and convert the value.
        if (Type == "var") return $"{Name} = {(isText ? CSharpLiteral.Text(value) : CSharpLiteral.Guess(value))};";
        // A type that is not known here is an enum, or else the cell fails to compile with the type's name.
        var literal = CSharpLiteral.Of(Type, value) ?? throw new RunUsageException(
            $"Parameter '{Name}' is declared as '{Declaration}', and '{value}' is not a value of type {Type}.");
        return $"{Type} {Name} = {literal};";
    }

    /// <summary>The type that <c>var</c> stands for, from the literal beside it; null if that does not tell.</summary>
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
        ImplicitArrayCreationExpressionSyntax array
            when array.Initializer.Expressions.Select(Infer).Distinct().ToList() is [{ } element] => element + "[]",
        MemberAccessExpressionSyntax { Expression: var type } => type.ToString(), // Budget.Quick
        _ => null,
    };

    private static VariableDeclarationSyntax? Declared(MemberDeclarationSyntax member) => member switch
    {
        FieldDeclarationSyntax field => field.Declaration,
        GlobalStatementSyntax { Statement: LocalDeclarationStatementSyntax local } => local.Declaration,
        _ => null,
    };

    private static string CommentAfter(VariableDeclarationSyntax declaration) => declaration.Parent!.GetTrailingTrivia()
        .Where(trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia))
        .Select(trivia => trivia.ToString().TrimStart('/').Trim())
        .FirstOrDefault() ?? "";

    private static bool IsParameters(Cell cell) => cell.Kind == CellKind.Code && cell.HasTag(Tag);
}
