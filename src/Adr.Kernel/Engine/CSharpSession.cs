using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text;
using Adr.Kernel.Packages;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

namespace Adr.Kernel.Engine;

/// <summary>One C# script that cells continue: what a cell declares, later cells see.</summary>
internal sealed class CSharpSession
{
    // What .NET Interactive's C# kernel imports; a notebook relies on these and on no others.
    private static readonly string[] Imports =
        ["System", "System.Text", "System.Collections", "System.Collections.Generic", "System.Threading.Tasks", "System.Linq"];

    private readonly NotebookReferences references;
    private ScriptOptions options;
    private readonly List<string> codes = [];
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
            .WithEmitDebugInformation(true) // for the line in a cell's traceback
            .WithFileEncoding(Encoding.UTF8);
        Compilation = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, usings: Imports, allowUnsafe: true, metadataReferenceResolver: references, sourceReferenceResolver: options.SourceResolver);
    }

    /// <summary>The code that ran so far, in order.</summary>
    internal IReadOnlyList<string> Codes => codes;

    /// <summary>What all code can use.</summary>
    internal IEnumerable<MetadataReference> References => options.MetadataReferences;

    /// <summary>How code is compiled.</summary>
    internal CSharpCompilationOptions Compilation { get; }

    internal IEnumerable<ScriptVariable> Variables => state?.Variables ?? [];

    /// <summary>Runs the submission that every cell continues.</summary>
    internal void Start()
    {
        const string Static = "using static Microsoft.DotNet.Interactive.Kernel;";
        codes.Add(Static);
        state = CSharpScript.Create<object>(Static, options).RunAsync().GetAwaiter().GetResult();
    }

    /// <summary>Lets all code from here on use a restore's assemblies.</summary>
    internal void Use(RestoredPackages packages) => options = options.AddReferences(references.Add(packages).Except(options.MetadataReferences));

    /// <summary>Runs code in the session.</summary>
    /// <param name="code">The code.</param>
    /// <param name="path">What its errors name.</param>
    /// <param name="cancellationToken">Stops before user code runs; running code looks at it itself.</param>
    /// <returns>Whether the code ends in an expression, and its value.</returns>
    /// <exception cref="CompilationErrorException">The code does not compile; nothing ran.</exception>
    /// <exception cref="ReferenceNotFoundException">An assembly that it names by <c>#r</c> was not found; nothing ran.</exception>
    internal async Task<(bool HasResult, object? Value)> RunAsync(string code, string path, CancellationToken cancellationToken)
    {
        references.EnterCell();
        var script = state!.Script.ContinueWith<object>(code, options.WithFilePath(path));
        try
        {
            // What a throwing cell assigned before stays assigned, as in .NET Interactive.
            state = await script.RunFromAsync(state, catchException: _ => true, cancellationToken).ConfigureAwait(false);
        }
        catch (CompilationErrorException error) when (references.Explain(error) is { } explanation)
        {
            throw new ReferenceNotFoundException(explanation, error.Diagnostics);
        }
        codes.Add(code);
        if (state.Exception is { } exception) ExceptionDispatchInfo.Throw(exception);
        return (HasReturnValue(script), state.ReturnValue);
    }

    /// <summary>The value of an expression; what it declares is forgotten.</summary>
    internal async Task<object?> EvaluateAsync(string expression, CancellationToken cancellationToken) =>
        (await state!.Script.ContinueWith<object>(expression, options).RunFromAsync(state, cancellationToken).ConfigureAwait(false)).ReturnValue;

    /// <summary>What the references of the last cell have to say to the user.</summary>
    internal IReadOnlyList<string> TakeNotices() => references.TakeNotices();

    // Roslyn knows whether a submission ends in an expression, and tells csi only.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "HasReturnValue")]
    private static extern bool HasReturnValue(Script script);
}
