using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Completion;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.QuickInfo;
using Microsoft.CodeAnalysis.Text;

namespace Adr.Kernel.Engine;

/// <summary>Says how code could go on and what stands in it, as an editor does, knowing what the cells before declared.</summary>
/// <remarks>Roslyn's workspace takes a second and some memory to start, so it is made by the first question.</remarks>
internal sealed class CodeAssistant(CSharpSession session)
{
    private const int MostItems = 500; // a menu that nobody reads to its end
    private const int LargestSubmission = 1 << 16; // characters

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    private readonly SemaphoreSlim turn = new(1);
    private AdhocWorkspace? workspace;
    private readonly StringBuilder text = new(); // of the last submission
    private readonly HashSet<string> declared = []; // in it
    private ProjectId? last; // it
    private int known, submissions; // how many cells the workspace has

    internal async Task<Completions> CompleteAsync(CompletionRequest request)
    {
        if (DirectiveAt(request.Code, request.Position) is { } typed)
        {
            var names = Submission.Directives.Where(name => name.StartsWith(typed, StringComparison.Ordinal)).Select(name => new Completion(name, "directive"));
            return new Completions(request.Id, request.Position - typed.Length, request.Position, [.. names]);
        }
        using var _ = await EnterAsync().ConfigureAwait(false);
        var document = DocumentOf(request.Code);
        var service = CompletionService.GetService(document)!;
        var found = await service.GetCompletionsAsync(document, request.Position).ConfigureAwait(false);
        var span = found.Span;
        var start = Math.Min(span.Start, request.Position);
        return new Completions(request.Id, start, request.Position, [.. Matching(found.ItemsList, request.Code[start..request.Position])
            .Select(item => new Completion(item.Properties.GetValueOrDefault("InsertionText", item.DisplayText), item.Tags.FirstOrDefault("text").ToLowerInvariant()))
            .Distinct().Take(MostItems)]);
    }

    /// <summary>What begins with what was typed, and after it what has it somewhere inside.</summary>
    private static IEnumerable<CompletionItem> Matching(IReadOnlyList<CompletionItem> items, string typed)
    {
        int Rank(CompletionItem item) => item.FilterText.StartsWith(typed, StringComparison.Ordinal) ? 0
            : item.FilterText.StartsWith(typed, StringComparison.OrdinalIgnoreCase) ? 1
            : item.FilterText.Contains(typed, StringComparison.OrdinalIgnoreCase) ? 2 : 3;
        // A name that needs a using directive cannot be written by its text alone.
        return items.Where(item => Rank(item) < 3 && !(item.IsComplexTextEdit && item.InlineDescription.Length > 0)).OrderBy(Rank).ThenBy(item => item.SortText, StringComparer.OrdinalIgnoreCase);
    }

    internal async Task<Inspection> InspectAsync(InspectionRequest request)
    {
        using var _ = await EnterAsync().ConfigureAwait(false);
        var document = DocumentOf(request.Code);
        var service = QuickInfoService.GetService(document)!;
        // Behind a name, or between the brackets of a call, a person still means the name.
        for (var at = Math.Min(request.Position, request.Code.Length); at >= 0; at--)
        {
            if (await service.GetQuickInfoAsync(document, at).ConfigureAwait(false) is { Sections.Length: > 0 } info) return new Inspection(request.Id, Describe(info));
            if (at == 0 || !(char.IsWhiteSpace(request.Code[at - 1]) || request.Code[at - 1] is '(' or ')' or '<' or '[')) break;
        }
        return new Inspection(request.Id, []);
    }

    internal static Completeness IsComplete(CompletenessRequest request)
    {
        var tree = CSharpSyntaxTree.ParseText(Submission.CSharpIn(request.Code), Parsing);
        var isWhole = SyntaxFactory.IsCompleteSubmission(tree);
        var hasErrors = tree.GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        if (!isWhole) return new Completeness(request.Id, "incomplete", Indent(request.Code));
        return new Completeness(request.Id, hasErrors ? "invalid" : "complete", "");
    }

    // As the line before, and a step further where that opens a block.
    private static string Indent(string code)
    {
        var line = code.TrimEnd().Split('\n')[^1];
        var before = line[..^line.TrimStart().Length];
        return line.TrimEnd().EndsWith('{') ? before + "    " : before;
    }

    /// <summary>What was typed of a directive's name, where the place is in one; null elsewhere.</summary>
    private static string? DirectiveAt(string code, int position)
    {
        var line = code[(code.LastIndexOf('\n', Math.Max(0, position - 1)) + 1)..position];
        return line.StartsWith("#!", StringComparison.Ordinal) && !line.Contains(' ') ? line : null;
    }

    private static Dictionary<string, string> Describe(QuickInfoItem info)
    {
        string Section(string kind) => string.Concat(info.Sections.Where(section => section.Kind == kind).SelectMany(section => section.TaggedParts).Select(part => part.Text)).ReplaceLineEndings("\n").Trim();
        var declaration = Section(QuickInfoSectionKinds.Description);
        var rest = new[] { QuickInfoSectionKinds.DocumentationComments, QuickInfoSectionKinds.TypeParameters, QuickInfoSectionKinds.AnonymousTypes, QuickInfoSectionKinds.Exception }
            .Select(Section).Where(text => text.Length > 0).ToArray();
        var plain = new StringBuilder(declaration);
        var markdown = new StringBuilder($"```csharp\n{declaration}\n```");
        foreach (var text in rest)
        {
            plain.Append("\n\n").Append(text);
            markdown.Append("\n\n").Append(EscapeMarkdown(text));
        }
        return new() { ["text/plain"] = plain.ToString(), ["text/markdown"] = markdown.ToString() };
    }

    private static string EscapeMarkdown(string text) => string.Concat(text.Select(c => c is '\\' or '`' or '*' or '_' or '<' or '>' or '[' or ']' or '#' ? $"\\{c}" : c.ToString()));

    private async Task<IDisposable> EnterAsync()
    {
        await turn.WaitAsync().ConfigureAwait(false);
        return new Exit(() =>
        {
            session.TakeNotices(); // what a half-written #r did not find is told when the cell runs
            turn.Release();
        });
    }

    /// <summary>The code as a cell that follows those that ran.</summary>
    private Document DocumentOf(string code)
    {
        workspace ??= new AdhocWorkspace(MefHostServices.DefaultHost);
        var solution = workspace.CurrentSolution;
        foreach (var ran in session.Codes.Skip(known)) solution = Add(solution, ran);
        known = session.Codes.Count;
        if (!workspace.TryApplyChanges(solution)) throw new InvalidOperationException("The workspace changed under its only owner.");
        (solution, var present) = Continue(workspace.CurrentSolution, last, Submission.CSharpIn(code));
        return solution.GetProject(present)!.Documents.Single();
    }

    /// <summary>Adds a cell that ran: to the submission before it where it may follow there, for each submission costs time with every question.</summary>
    private Solution Add(Solution solution, string code)
    {
        var root = CSharpSyntaxTree.ParseText(code, Parsing).GetCompilationUnitRoot();
        string[] names = [.. Declared(root)];
        var mustBegin = root.Usings.Count > 0 || root.Externs.Count > 0 || root.ContainsDirectives || names.Any(declared.Contains);
        if (mustBegin || last is null || text.Length > LargestSubmission)
        {
            declared.Clear();
            text.Clear().Append(code);
            (solution, last) = Continue(solution, last, code);
        }
        else
        {
            text.Append("\n;").Append(code); // a last expression becomes a statement
            solution = solution.WithDocumentText(solution.GetProject(last)!.DocumentIds[0], SourceText.From(text.ToString()));
        }
        declared.UnionWith(names);
        return solution;
    }

    // More than what a cell declares at its top: then a submission more is made than need be.
    private static IEnumerable<string> Declared(CompilationUnitSyntax root) => root.DescendantNodes().Select(node => node switch
    {
        VariableDeclaratorSyntax variable => variable.Identifier.ValueText,
        SingleVariableDesignationSyntax variable => variable.Identifier.ValueText,
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        LocalFunctionStatementSyntax function => function.Identifier.ValueText,
        PropertyDeclarationSyntax property => property.Identifier.ValueText,
        BaseTypeDeclarationSyntax type => type.Identifier.ValueText,
        DelegateDeclarationSyntax type => type.Identifier.ValueText,
        _ => null,
    }).OfType<string>();

    private (Solution, ProjectId) Continue(Solution solution, ProjectId? before, string code)
    {
        var (project, name) = (ProjectId.CreateNewId(), $"Submission{++submissions}");
        solution = solution.AddProject(ProjectInfo.Create(project, VersionStamp.Create(), name, name, LanguageNames.CSharp,
            compilationOptions: session.Compilation, parseOptions: Parsing,
            projectReferences: before is null ? [] : [new ProjectReference(before)], metadataReferences: session.References, isSubmission: true));
        return (solution.AddDocument(DocumentId.CreateNewId(project), name + ".csx", SourceText.From(code)), project);
    }

    private sealed class Exit(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
