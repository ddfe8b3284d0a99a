using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text;
using Adr.Kernel.Packages;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Text;

namespace Adr.Kernel.Engine;

/// <summary>A C# script to which each cell adds. What a cell declares is visible in later cells.</summary>
internal sealed class CSharpSession
{
    // The imports of .NET Interactive's C# kernel, on which notebooks rely.
    private static readonly string[] Imports =
    [
        "System", "System.Text", "System.Collections", "System.Collections.Generic", "System.Threading.Tasks",
        "System.Linq",
    ];

    /// <summary>The version of C# in cells. A newer SDK must not change what a notebook means.</summary>
    internal const LanguageVersion Language = LanguageVersion.CSharp14;

    // Warnings about the versions of assemblies and about a '?' without '#nullable enable', which no cell can mend.
    private static readonly HashSet<string> Unshown = ["CS1701", "CS1702", "CS8632"];

    // What is declared here hides Kernel's functions of the same name. What those display cannot be updated.
    private const string Prelude = $$"""
        using static Microsoft.DotNet.Interactive.Kernel;
        static Microsoft.DotNet.Interactive.Formatting.DisplayedValue display(
            object value, params string[] mimeTypes) => {{Functions}}.display(value, mimeTypes);
        static void Javascript(string scriptContent) => {{Functions}}.Javascript(scriptContent);
        static void CSS(string content) => {{Functions}}.CSS(content);
        static void ClearOutput(bool wait = false) => {{Functions}}.ClearOutput(wait);
        static Task<string> GetInputAsync(string prompt = "", string typeHint = "text") =>
            {{Functions}}.GetInputAsync(prompt, typeHint);
        static Task<Microsoft.DotNet.Interactive.PasswordString> GetPasswordAsync(string prompt = "") =>
            {{Functions}}.GetPasswordAsync(prompt);
        """;

    // The compiler's own number for code that it found too complex.
#pragma warning disable RS1029, RS2008 // rules for analyzers, which this is not
    private static readonly DiagnosticDescriptor TooDeep = new(
        "CS8078", "Code is nested too deeply", "{0}", "Compiler", DiagnosticSeverity.Error, isEnabledByDefault: true);
#pragma warning restore RS1029, RS2008

    private const string Functions = "Adr.Kernel.InteractiveApi.CellFunctions";

    private readonly NotebookReferences references;
    // Without references and imports: a submission inherits those of the submissions before it. Given again, they
    // would be kept once more by every submission, and the memory would grow with the square of the cells.
    private readonly ScriptOptions options;
    private readonly List<SyntaxTree> submissions = [];
    private ImmutableArray<MetadataReference> known;
    private ImmutableArray<MetadataReference> added = []; // those that no submission has yet
    private ScriptState<object>? state;

    internal CSharpSession(string folder, IReadOnlyList<string> referencePaths)
    {
        references = new NotebookReferences(folder, referencePaths);
        options = ScriptOptions.Default
            .WithLanguageVersion(Language)
            .WithReferences(ImmutableArray<MetadataReference>.Empty)
            .WithMetadataResolver(references)
            .WithSourceResolver(new CheckedSources(folder))
            .WithAllowUnsafe(true)
            .WithEmitDebugInformation(true) // Tracebacks need the lines of the cell.
            .WithFileEncoding(Encoding.UTF8);
        Compilation = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, usings: Imports, allowUnsafe: true,
            metadataReferenceResolver: references, sourceReferenceResolver: options.SourceResolver);
        known = [.. references.Default];
    }

    /// <summary>The code that has run so far, in order.</summary>
    internal IReadOnlyList<SyntaxTree> Submissions => submissions;

    /// <summary>The assemblies that all code can use.</summary>
    internal IEnumerable<MetadataReference> References => known;

    /// <summary>How code is compiled.</summary>
    internal CSharpCompilationOptions Compilation { get; }

    internal IEnumerable<ScriptVariable> Variables => state?.Variables ?? [];

    /// <summary>Runs the submission on which all cells build.</summary>
    internal void Start()
    {
        var script = CSharpScript.Create<object>(Prelude, options.WithImports(Imports).WithReferences(known));
        state = script.RunAsync().GetAwaiter().GetResult();
        submissions.Add(TreeOf(script));
    }

    /// <summary>Makes restored assemblies available to all code that runs from now on.</summary>
    internal void Use(RestoredPackages packages)
    {
        MetadataReference[] more = [.. references.Add(packages).Distinct().Except(known)];
        known = known.AddRange(more);
        added = added.AddRange(more);
    }

    /// <summary>Loads an assembly that cells do not reference, such as an extension of a package.</summary>
    internal Assembly Load(string path) => references.Load(path);

    /// <summary>Runs code in the session.</summary>
    /// <param name="code">The code.</param>
    /// <param name="path">The name that errors use for it.</param>
    /// <param name="warn">Receives the compiler's warnings before the code runs.</param>
    /// <param name="cancellationToken">
    /// Stops before the user's code runs. Code that runs has to watch its own token.
    /// </param>
    /// <returns>Whether the code ends in an expression, and the value of the expression.</returns>
    /// <exception cref="CellCompilationException">
    /// The code does not compile, or is nested too deeply to be compiled. Nothing ran.
    /// </exception>
    internal async Task<(bool HasResult, object? Value)> RunAsync(
        string code, string path, Action<IReadOnlyList<Diagnostic>> warn, CancellationToken cancellationToken)
    {
        CheckNesting(code, path);
        references.EnterCell();
        var script = Continue(code, options.WithFilePath(path));
        ScriptState<object>? ran = null;
        Func<Task<object?>>? run = null;
        try
        {
            var warnings = WarningsOf(script, cancellationToken);
            if (warnings.Count > 0) warn(warnings);
            if (!IsSeenByLaterCode(script)) run = PassingScript.Prepare(script, state!, cancellationToken);
            // As in .NET Interactive, variables keep what a cell assigned before it threw.
            else ran = await script.RunFromAsync(state!, catchException: _ => true, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (CompilationErrorException error)
        {
            var hints = CompilationHints.For(error.Diagnostics, script);
            throw new CellCompilationException(error.Diagnostics, references.Explain(error), hints);
        }
        if (run is not null) return (HasReturnValue(script), await run().ConfigureAwait(false));
        state = ran!;
        added = [];
        submissions.Add(TreeOf(script));
        if (state.Exception is { } exception) ExceptionDispatchInfo.Throw(exception);
        return (HasReturnValue(script), state.ReturnValue);
    }

    /// <summary>The value of an expression. What it declares is forgotten.</summary>
    /// <exception cref="CellCompilationException">It is nested too deeply to be compiled.</exception>
    internal Task<object?> EvaluateAsync(string expression, CancellationToken cancellationToken)
    {
        CheckNesting(expression, "the expression");
        return PassingScript.Prepare(Continue(expression, options), state!, cancellationToken)();
    }

    /// <summary>Gives a variable a value that must not stand in code, such as a password.</summary>
    /// <param name="variable">A variable that a cell declared.</param>
    /// <param name="value">Its new value.</param>
    internal void Set(string variable, object? value) => state!.GetVariable(variable).Value = value;

    /// <summary>What the user should know about the references of the last cell.</summary>
    internal IReadOnlyList<string> TakeNotices() => references.TakeNotices();

    private static void CheckNesting(string code, string path)
    {
        if (CodeNesting.Find(code) is not var (position, problem)) return;
        var place = SourceText.From(code).Lines.GetLinePosition(position);
        var location = Location.Create(path, new TextSpan(position, 0), new LinePositionSpan(place, place));
        throw new CellCompilationException([Diagnostic.Create(TooDeep, location, problem)], null, []);
    }

    private Script<object> Continue(string code, ScriptOptions with) =>
        state!.Script.ContinueWith<object>(code, with.WithReferences(added));

    private static List<Diagnostic> WarningsOf(Script script, CancellationToken cancellationToken)
    {
        var compilation = script.GetCompilation();
        if (compilation.GetParseDiagnostics(cancellationToken).Any(IsError)) return []; // The errors will be shown.
        var found = compilation.GetDiagnostics(cancellationToken);
        return found.Any(IsError) ? [] : [.. found.Where(diagnostic =>
            diagnostic is { Severity: DiagnosticSeverity.Warning, IsSuppressed: false }
            && !Unshown.Contains(diagnostic.Id))];
    }

    /// <summary>Reads the files of <c>#load</c>, which must not be nested too deeply either.</summary>
    private sealed class CheckedSources(string folder) : SourceFileResolver([], folder)
    {
        public override SourceText ReadText(string resolvedPath)
        {
            var text = base.ReadText(resolvedPath);
            if (CodeNesting.Find(text.ToString()) is not var (position, problem)) return text;
            var line = text.Lines.GetLineFromPosition(position).LineNumber + 1;
            throw new IOException($"line {line}: {problem}"); // which the compiler shows
        }
    }

    private static bool IsError(Diagnostic diagnostic) => diagnostic.Severity == DiagnosticSeverity.Error;

    /// <summary>Whether a submission declares, imports or references anything, or loads a file.</summary>
    private static bool IsSeenByLaterCode(Script script)
    {
        var root = (CompilationUnitSyntax)TreeOf(script).GetRoot();
        return root.Usings.Count > 0 || root.Externs.Count > 0 || root.ContainsDirectives
            || script.GetCompilation().ScriptClass!.GetMembers().Any(member => !member.IsImplicitlyDeclared);
    }

    // The trees of #load'ed files come before the tree of the code that loads them.
    private static SyntaxTree TreeOf(Script script) => script.GetCompilation().SyntaxTrees.Last();

    // Roslyn knows whether a submission ends in an expression, but does not expose it.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "HasReturnValue")]
    private static extern bool HasReturnValue(Script script);
}

/// <summary>The code of a cell does not compile.</summary>
/// <param name="diagnostics">The compiler's errors.</param>
/// <param name="explanation">Where a missing assembly was looked for; null if none is missing.</param>
/// <param name="hints">What the author of the cell could type instead, in full sentences.</param>
internal sealed class CellCompilationException(
    IReadOnlyList<Diagnostic> diagnostics, string? explanation, IReadOnlyList<string> hints)
    : Exception(diagnostics[0].GetMessage(CultureInfo.InvariantCulture))
{
    internal IReadOnlyList<Diagnostic> Diagnostics => diagnostics;

    internal string? Explanation => explanation;

    internal IReadOnlyList<string> Hints => hints;
}
