using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text;
using Adr.Kernel.Packages;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

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

    // What is declared here hides Kernel's functions of the same name. What those display cannot be updated.
    private const string Prelude = $$"""
        using static Microsoft.DotNet.Interactive.Kernel;
        static Microsoft.DotNet.Interactive.Formatting.DisplayedValue display(object value, params string[] mimeTypes) =>
            {{Functions}}.display(value, mimeTypes);
        static void Javascript(string scriptContent) => {{Functions}}.Javascript(scriptContent);
        static void CSS(string content) => {{Functions}}.CSS(content);
        static void ClearOutput(bool wait = false) => {{Functions}}.ClearOutput(wait);
        static Task<string> GetInputAsync(string prompt = "", string typeHint = "text") =>
            {{Functions}}.GetInputAsync(prompt, typeHint);
        static Task<string> GetPasswordAsync(string prompt = "") => {{Functions}}.GetPasswordAsync(prompt);
        """;

    private const string Functions = "Adr.Kernel.InteractiveApi.CellFunctions";

    private readonly NotebookReferences references;
    private ScriptOptions options;
    private readonly List<SyntaxTree> submissions = [];
    private ScriptState<object>? state;

    internal CSharpSession(string folder, IReadOnlyList<string> referencePaths)
    {
        references = new NotebookReferences(folder, referencePaths);
        options = ScriptOptions.Default
            .WithLanguageVersion(LanguageVersion.Latest)
            .WithImports(Imports)
            .WithReferences(references.Default)
            .WithMetadataResolver(references)
            .WithSourceResolver(new SourceFileResolver([], folder))
            .WithAllowUnsafe(true)
            .WithEmitDebugInformation(true) // Tracebacks need the lines of the cell.
            .WithFileEncoding(Encoding.UTF8);
        Compilation = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, usings: Imports, allowUnsafe: true,
            metadataReferenceResolver: references, sourceReferenceResolver: options.SourceResolver);
    }

    /// <summary>The code that has run so far, in order.</summary>
    internal IReadOnlyList<SyntaxTree> Submissions => submissions;

    /// <summary>The assemblies that all code can use.</summary>
    internal IEnumerable<MetadataReference> References => options.MetadataReferences;

    /// <summary>How code is compiled.</summary>
    internal CSharpCompilationOptions Compilation { get; }

    internal IEnumerable<ScriptVariable> Variables => state?.Variables ?? [];

    /// <summary>Runs the submission on which all cells build.</summary>
    internal void Start()
    {
        var script = CSharpScript.Create<object>(Prelude, options);
        state = script.RunAsync().GetAwaiter().GetResult();
        submissions.Add(TreeOf(script));
    }

    /// <summary>Makes restored assemblies available to all code that runs from now on.</summary>
    internal void Use(RestoredPackages packages) =>
        options = options.AddReferences(references.Add(packages).Except(options.MetadataReferences));

    /// <summary>Loads an assembly that cells do not reference, such as an extension of a package.</summary>
    internal Assembly Load(string path) => references.Load(path);

    /// <summary>Runs code in the session.</summary>
    /// <param name="code">The code.</param>
    /// <param name="path">The name that errors use for it.</param>
    /// <param name="cancellationToken">
    /// Stops before the user's code runs. Code that runs has to watch its own token.
    /// </param>
    /// <returns>Whether the code ends in an expression, and the value of the expression.</returns>
    /// <exception cref="CompilationErrorException">The code does not compile. Nothing ran.</exception>
    /// <exception cref="ReferenceNotFoundException">
    /// An assembly that the code references by <c>#r</c> was not found. Nothing ran.
    /// </exception>
    internal async Task<(bool HasResult, object? Value)> RunAsync(
        string code, string path, CancellationToken cancellationToken)
    {
        references.EnterCell();
        var script = state!.Script.ContinueWith<object>(code, options.WithFilePath(path));
        try
        {
            // As in .NET Interactive, variables keep what a cell assigned before it threw.
            state = await script.RunFromAsync(state, catchException: _ => true, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (CompilationErrorException error) when (references.Explain(error) is { } explanation)
        {
            throw new ReferenceNotFoundException(explanation, error.Diagnostics);
        }
        submissions.Add(TreeOf(script));
        if (state.Exception is { } exception) ExceptionDispatchInfo.Throw(exception);
        return (HasReturnValue(script), state.ReturnValue);
    }

    /// <summary>The value of an expression. What it declares is forgotten.</summary>
    internal async Task<object?> EvaluateAsync(string expression, CancellationToken cancellationToken)
    {
        var script = state!.Script.ContinueWith<object>(expression, options);
        return (await script.RunFromAsync(state, cancellationToken).ConfigureAwait(false)).ReturnValue;
    }

    /// <summary>What the user should know about the references of the last cell.</summary>
    internal IReadOnlyList<string> TakeNotices() => references.TakeNotices();

    // The trees of #load'ed files come before the tree of the code that loads them.
    private static SyntaxTree TreeOf(Script script) => script.GetCompilation().SyntaxTrees.Last();

    // Roslyn knows whether a submission ends in an expression, but does not expose it.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "HasReturnValue")]
    private static extern bool HasReturnValue(Script script);
}

/// <summary>
/// Code does not compile because an assembly that it references by <c>#r</c> was not found. The message says where it
/// was looked for.
/// </summary>
internal sealed class ReferenceNotFoundException(string message, IReadOnlyList<Diagnostic> diagnostics)
    : Exception(message)
{
    internal IReadOnlyList<Diagnostic> Diagnostics => diagnostics;
}
