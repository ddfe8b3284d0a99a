using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Scripting;

namespace Adr.Kernel.Engine;

/// <summary>
/// Runs code that later code does not see. Roslyn keeps the assembly of every submission until the process ends,
/// 65 KB or more; this one is unloaded when nothing of it is in use any more.
/// </summary>
internal static class PassingScript
{
    private const string Execution =
        "Microsoft.CodeAnalysis.Scripting.ScriptExecutionState, Microsoft.CodeAnalysis.Scripting";

    private static readonly EmitOptions Emit = new EmitOptions()
        .WithDebugInformationFormat(DebugInformationFormat.PortablePdb);

    /// <summary>Prepares a script to run after a state that stays as it is.</summary>
    /// <returns>Runs it, and gives the value of its last expression; null if it does not end in one.</returns>
    /// <exception cref="CompilationErrorException">The script does not compile.</exception>
    internal static Func<Task<object?>> Prepare(
        Script<object> script, ScriptState<object> after, CancellationToken cancellationToken)
    {
        var compilation = script.GetCompilation();
        using var code = new MemoryStream();
        using var lines = new MemoryStream(); // for tracebacks
        var emitted = compilation.Emit(code, lines, options: Emit, cancellationToken: cancellationToken);
        if (!emitted.Success)
        {
            var error = emitted.Diagnostics.FirstOrDefault(found => found.Severity == DiagnosticSeverity.Error);
            if (error is null) return () => Task.FromResult<object?>(null); // nothing to run: a comment
            var message = error.GetMessage(CultureInfo.InvariantCulture);
            throw new CompilationErrorException(message, emitted.Diagnostics);
        }
        code.Position = lines.Position = 0;

        var execution = ExecutionState(after);
        var states = States(execution)[..Count(execution)];
        var start = compilation.GetEntryPoint(cancellationToken)!;
        var type = new Context(states).LoadFromStream(code, lines).GetType(start.ContainingType.MetadataName)!;
        var run = type.GetMethod(start.MetadataName, BindingFlags.Static | BindingFlags.Public)!
            .CreateDelegate<Func<object?[], Task<object?>>>();
        return () => run([.. states, null]); // The script puts itself into the last place.
    }

    /// <summary>Finds the assemblies of earlier submissions, which have no file.</summary>
    private sealed class Context(object?[] states) : AssemblyLoadContext(isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName) => states
            .Select(state => state?.GetType().Assembly)
            .FirstOrDefault(assembly => assembly?.FullName == assemblyName.FullName);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_ExecutionState")]
    [return: UnsafeAccessorType(Execution)]
    private static extern object ExecutionState(ScriptState state);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_submissionStates")]
    private static extern ref object?[] States([UnsafeAccessorType(Execution)] object execution);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_SubmissionStateCount")]
    private static extern int Count([UnsafeAccessorType(Execution)] object execution);
}
