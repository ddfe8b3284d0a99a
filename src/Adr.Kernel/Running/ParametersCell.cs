using Adr.Kernel.Notebooks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Adr.Kernel.Running;

/// <summary>Puts given values into a notebook as papermill does: a cell tagged <c>injected-parameters</c> after the one tagged <c>parameters</c>.</summary>
internal static class ParametersCell
{
    internal const string Tag = "parameters";
    internal const string InjectedTag = "injected-parameters";

    /// <summary>Adds the cell with the values, or replaces the one of an earlier run.</summary>
    /// <exception cref="RunUsageException">The notebook has no such parameter, or the value does not fit its type.</exception>
    internal static void Inject(Notebook notebook, IReadOnlyDictionary<string, string> values, IReadOnlySet<string> text)
    {
        if (values.Count == 0) return;
        var declared = Declared(notebook);
        var lines = new List<string> { "// Parameters" };
        foreach (var (name, value) in values)
        {
            if (!declared.TryGetValue(name, out var parameter))
                throw new RunUsageException($"The notebook has no parameter '{name}'. Its parameters are: {string.Join(", ", declared.Values)}.");
            lines.Add(ParameterLiteral.Statement(name, parameter, value, text.Contains(name)));
        }
        var injected = Cell.Code(string.Join('\n', lines));
        injected.AddTag(InjectedTag);
        var cells = notebook.Cells.ToList();
        var earlier = cells.FindIndex(cell => cell.HasTag(InjectedTag));
        if (earlier >= 0) notebook.RemoveAt(earlier);
        notebook.Insert(earlier >= 0 ? earlier : cells.FindIndex(IsParameters) + 1, injected);
    }

    /// <summary>The parameters for people, in the order of their declaration; none where the notebook takes none.</summary>
    internal static IReadOnlyList<NotebookParameter> Describe(Notebook notebook) => !notebook.Cells.Any(IsParameters) ? []
        : [.. Declared(notebook).Values.Select(parameter => new NotebookParameter(
            parameter.Name, ParameterLiteral.TypeOf(parameter) ?? parameter.Type, parameter.Default?.ToString(), parameter.Help))];

    /// <summary>The variables that the cell tagged <c>parameters</c> declares, by name.</summary>
    private static Dictionary<string, Parameter> Declared(Notebook notebook)
    {
        if (notebook.Cells.FirstOrDefault(IsParameters) is not { } cell)
            throw new RunUsageException("The notebook takes no parameters: tag the code cell that declares them 'parameters' (cell metadata: {\"tags\": [\"parameters\"]}).");
        var script = CSharpSyntaxTree.ParseText(cell.Source, new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script)).GetCompilationUnitRoot();
        var declared = new Dictionary<string, Parameter>();
        foreach (var declaration in script.Members.Select(Declaration).OfType<VariableDeclarationSyntax>())
        {
            foreach (var variable in declaration.Variables)
                declared[variable.Identifier.ValueText] = new Parameter(variable.Identifier.ValueText, declaration.Type.ToString(), variable.Initializer?.Value, CommentBehind(declaration));
        }
        return declared;
    }

    private static VariableDeclarationSyntax? Declaration(MemberDeclarationSyntax member) => member switch
    {
        FieldDeclarationSyntax field => field.Declaration,
        GlobalStatementSyntax { Statement: LocalDeclarationStatementSyntax local } => local.Declaration,
        _ => null,
    };

    private static string CommentBehind(VariableDeclarationSyntax declaration) =>
        declaration.Parent!.GetTrailingTrivia().Where(trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia)).Select(trivia => trivia.ToString().TrimStart('/').Trim()).FirstOrDefault() ?? "";

    private static bool IsParameters(Cell cell) => cell.Kind == CellKind.Code && cell.HasTag(Tag);

    /// <summary>A declared variable.</summary>
    internal sealed record Parameter(string Name, string Type, ExpressionSyntax? Default, string Help)
    {
        public override string ToString() => Default is null ? $"{Type} {Name}" : $"{Type} {Name} = {Default}";
    }
}
