using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Completion;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.QuickInfo;
using Microsoft.CodeAnalysis.Text;

namespace Adr.Kernel.Engine;

/// <summary>Completes and explains code as an editor does. It knows what earlier cells declared.</summary>
/// <remarks>Roslyn's workspace takes a second and some memory, so it is created at the first question.</remarks>
internal sealed class CodeAssistant(CSharpSession session)
{
    private const int MostItems = 500; // Nobody reads a longer menu.
    private const int LongestQuestion = 1 << 20; // characters; nobody types more
    private const int LargestSubmission = 1 << 16; // characters

    private static readonly CSharpParseOptions Parsing = new(CSharpSession.Language, kind: SourceCodeKind.Script);

    private readonly SemaphoreSlim turn = new(1);
    private AdhocWorkspace? workspace;
    private int known; // the number of cells that the workspace has
    private int submissions;
    private ProjectId? last; // the last submission,
    private readonly StringBuilder text = new(); // its text,
    private readonly HashSet<string> declared = []; // and the names that it declares

    internal async Task<Answer> AnswerAsync(Question question) => question switch
    {
        _ when question.Code.Length > LongestQuestion || CodeNesting.Find(question.Code) is not null =>
            NoAnswer(question), // If the user runs it, the cell says why.
        CompletionRequest completion => await CompleteAsync(completion).ConfigureAwait(false),
        InspectionRequest inspection => await InspectAsync(inspection).ConfigureAwait(false),
        CompletenessRequest completeness => IsComplete(completeness),
        _ => throw new NotSupportedException($"The engine cannot answer a {question.GetType().Name}."),
    };

    /// <summary>The answer to a question that could not be answered.</summary>
    internal static Answer NoAnswer(Question question) => question switch
    {
        CompletionRequest completion => new Completions(question.Id, completion.Position, completion.Position, []),
        InspectionRequest => new Inspection(question.Id, []),
        _ => new Completeness(question.Id, "unknown", ""),
    };

    private async Task<Completions> CompleteAsync(CompletionRequest request)
    {
        var (code, position) = (request.Code, request.Position);
        if (DirectiveAt(code, position) is { } typed)
        {
            var names = Submission.Directives.Where(name => name.StartsWith(typed, StringComparison.Ordinal))
                .Select(name => new Completion(name, "directive"));
            return new Completions(request.Id, position - typed.Length, position, [.. names]);
        }
        using var _ = await EnterAsync().ConfigureAwait(false);
        var document = DocumentOf(code);
        var service = CompletionService.GetService(document)!;
        var found = await service.GetCompletionsAsync(document, position).ConfigureAwait(false);
        var start = Math.Min(found.Span.Start, position);
        var items = Matching(found.ItemsList, code[start..position])
            .Select(item => new Completion(item.Properties.GetValueOrDefault("InsertionText", item.DisplayText),
                item.Tags.FirstOrDefault("text").ToLowerInvariant()))
            .Distinct().Take(MostItems);
        return new Completions(request.Id, start, position, [.. items]);
    }

    /// <summary>The items that begin with the typed text, followed by those that contain it.</summary>
    private static IEnumerable<CompletionItem> Matching(IReadOnlyList<CompletionItem> items, string typed)
    {
        int Rank(CompletionItem item) => item.FilterText.StartsWith(typed, StringComparison.Ordinal) ? 0
            : item.FilterText.StartsWith(typed, StringComparison.OrdinalIgnoreCase) ? 1
            : item.FilterText.Contains(typed, StringComparison.OrdinalIgnoreCase) ? 2 : 3;
        // An item that also needs a using directive cannot be inserted as text alone.
        return items.Where(item => Rank(item) < 3 && !(item.IsComplexTextEdit && item.InlineDescription.Length > 0))
            .OrderBy(Rank).ThenBy(item => item.SortText, StringComparer.OrdinalIgnoreCase);
    }

    private async Task<Inspection> InspectAsync(InspectionRequest request)
    {
        using var _ = await EnterAsync().ConfigureAwait(false);
        var code = request.Code;
        var document = DocumentOf(code);
        var service = QuickInfoService.GetService(document)!;
        // After a name, or between the brackets of a call, the user still means the name.
        for (var at = Math.Min(request.Position, code.Length); at >= 0; at--)
        {
            var info = await service.GetQuickInfoAsync(document, at).ConfigureAwait(false);
            if (info is { Sections.Length: > 0 }) return new Inspection(request.Id, Describe(info));
            if (at == 0 || !(char.IsWhiteSpace(code[at - 1]) || code[at - 1] is '(' or ')' or '<' or '[')) break;
        }
        return new Inspection(request.Id, []);
    }

    private static Completeness IsComplete(CompletenessRequest request)
    {
        var tree = CSharpSyntaxTree.ParseText(Submission.CSharpIn(request.Code), Parsing);
        if (!SyntaxFactory.IsCompleteSubmission(tree))
            return new Completeness(request.Id, "incomplete", Indent(request.Code));
        var hasErrors = tree.GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        return new Completeness(request.Id, hasErrors ? "invalid" : "complete", "");
    }

    // The indentation of the last line, and one step more if the line opens a block.
    private static string Indent(string code)
    {
        var line = code.TrimEnd().Split('\n')[^1];
        var indent = line[..^line.TrimStart().Length];
        return line.TrimEnd().EndsWith('{') ? indent + "    " : indent;
    }

    /// <summary>What has been typed of a directive at a position; null if there is no directive.</summary>
    private static string? DirectiveAt(string code, int position)
    {
        var line = code[(code.LastIndexOf('\n', Math.Max(0, position - 1)) + 1)..position];
        return line.StartsWith("#!", StringComparison.Ordinal) && !line.Contains(' ') ? line : null;
    }

    private static Dictionary<string, string> Describe(QuickInfoItem info)
    {
        string Section(string kind) => string.Concat(info.Sections.Where(section => section.Kind == kind)
            .SelectMany(section => section.TaggedParts).Select(part => part.Text)).ReplaceLineEndings("\n").Trim();
        var declaration = Section(QuickInfoSectionKinds.Description);
        string[] kinds =
        [
            QuickInfoSectionKinds.DocumentationComments, QuickInfoSectionKinds.TypeParameters,
            QuickInfoSectionKinds.AnonymousTypes, QuickInfoSectionKinds.Exception,
        ];
        var plain = new StringBuilder(declaration);
        var markdown = new StringBuilder($"```csharp\n{declaration}\n```");
        foreach (var section in kinds.Select(Section).Where(section => section.Length > 0))
        {
            plain.Append("\n\n").Append(section);
            markdown.Append("\n\n").Append(EscapeMarkdown(section));
        }
        return new() { ["text/plain"] = plain.ToString(), ["text/markdown"] = markdown.ToString() };
    }

    private static string EscapeMarkdown(string text) =>
        string.Concat(text.Select(c => @"\`*_<>[]#".Contains(c) ? $"\\{c}" : c.ToString()));

    private async Task<IDisposable> EnterAsync()
    {
        await turn.WaitAsync().ConfigureAwait(false);
        return new Exit(() =>
        {
            session.TakeNotices(); // A half-written #r finds nothing; the user is told when the cell runs.
            turn.Release();
        });
    }

    /// <summary>The code as a cell that follows those that have run.</summary>
    private Document DocumentOf(string code)
    {
        workspace ??= new AdhocWorkspace(MefHostServices.DefaultHost);
        var solution = workspace.CurrentSolution;
        foreach (var cell in session.Submissions.Skip(known)) solution = Add(solution, cell);
        known = session.Submissions.Count;
        if (!workspace.TryApplyChanges(solution))
            throw new InvalidOperationException("Somebody else changed the workspace.");
        (solution, var present) = Continue(workspace.CurrentSolution, last, Submission.CSharpIn(code));
        return solution.GetProject(present)!.Documents.Single();
    }

    /// <summary>Adds a cell that ran.</summary>
    /// <remarks>It joins the last submission if it can, because every submission makes each question slower.</remarks>
    private Solution Add(Solution solution, SyntaxTree cell)
    {
        var root = (CompilationUnitSyntax)cell.GetRoot();
        var code = cell.ToString();
        string[] names = [.. Declared(root)];
        var mustBegin = root.Usings.Count > 0 || root.Externs.Count > 0 || root.ContainsDirectives
            || names.Any(declared.Contains);
        if (mustBegin || last is null || text.Length > LargestSubmission)
        {
            declared.Clear();
            text.Clear().Append(code);
            (solution, last) = Continue(solution, last, code);
        }
        else
        {
            text.Append("\n;").Append(code); // The semicolon turns a final expression into a statement.
            var document = solution.GetProject(last)!.DocumentIds[0];
            solution = solution.WithDocumentText(document, SourceText.From(text.ToString()));
        }
        declared.UnionWith(names);
        return solution;
    }

    // This also finds names that are not at the top level. At worst, a submission begins earlier than necessary.
    private static IEnumerable<string> Declared(CompilationUnitSyntax root) =>
        root.DescendantNodes().Select(NameOf).OfType<string>();

    private static string? NameOf(SyntaxNode node) => node switch
    {
        VariableDeclaratorSyntax variable => variable.Identifier.ValueText,
        SingleVariableDesignationSyntax variable => variable.Identifier.ValueText,
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        LocalFunctionStatementSyntax function => function.Identifier.ValueText,
        PropertyDeclarationSyntax property => property.Identifier.ValueText,
        BaseTypeDeclarationSyntax type => type.Identifier.ValueText,
        DelegateDeclarationSyntax type => type.Identifier.ValueText,
        _ => null,
    };

    private (Solution, ProjectId) Continue(Solution solution, ProjectId? previous, string code)
    {
        var (project, name) = (ProjectId.CreateNewId(), $"Submission{++submissions}");
        solution = solution.AddProject(ProjectInfo.Create(
            project, VersionStamp.Create(), name, name, LanguageNames.CSharp,
            compilationOptions: session.Compilation, parseOptions: Parsing,
            projectReferences: previous is null ? [] : [new ProjectReference(previous)],
            metadataReferences: session.References, isSubmission: true));
        var document = DocumentId.CreateNewId(project);
        return (solution.AddDocument(document, name + ".csx", SourceText.From(code)), project);
    }

    private sealed class Exit(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
