using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;

namespace Adr.Kernel.Engine;

/// <summary>
/// Turns exceptions into errors as a notebook shows them: the type, the message, and the place in the cell.
/// </summary>
internal static partial class CellErrors
{
    private const int MostWarnings = 10; // Nobody reads more of them.
    private const int MostFrames = 50; // at the beginning of a stack trace, and at its end

    /// <summary>The error for an exception.</summary>
    /// <param name="error">What the cell threw.</param>
    /// <param name="interrupted">Whether the cell had been asked to stop.</param>
    internal static CellError Of(Exception error, bool interrupted = false) => error switch
    {
        _ when interrupted && IsInterruption(error) => OfInterruption(error),
        CompilationErrorException compilation => OfCompilation(compilation.Diagnostics, null, []),
        CellCompilationException compilation =>
            OfCompilation(compilation.Diagnostics, compilation.Explanation, compilation.Hints),
        DirectiveException directive => new("DirectiveError", directive.Message,
            [$"DirectiveError: {directive.Message}", $"   at {directive.Place}, line {directive.Line}"]),
        _ => OfException(error),
    };

    /// <summary>The compiler's warnings as lines of text.</summary>
    internal static IEnumerable<string> Describe(IReadOnlyList<Diagnostic> warnings)
    {
        foreach (var warning in warnings.Take(MostWarnings)) yield return Line(warning, "warning");
        if (warnings.Count > MostWarnings) yield return $"(and {warnings.Count - MostWarnings} more warnings)";
    }

    // Libraries wrap the exception that ends them, and several tasks may have been stopped together.
    private static bool IsInterruption(Exception error) => error switch
    {
        OperationCanceledException or ThreadInterruptedException => true,
        AggregateException several => several.InnerExceptions.All(IsInterruption),
        _ => error.InnerException is { } inner && IsInterruption(inner),
    };

    /// <summary>One line: the user knows why the cell ended, and wants to know where.</summary>
    private static CellError OfInterruption(Exception error)
    {
        // The innermost frame of the notebook comes first. Frames of libraries tell the cell's author nothing.
        var place = OfException(error).Traceback.Select(line => NotebookPlace().Match(line))
            .FirstOrDefault(match => match.Success);
        var message = place is null ? "The cell was stopped." : $"The cell was stopped in {place.Groups["place"]}.";
        return new("Interrupted", message, [$"Interrupted: {message}"]);
    }

    private static CellError OfException(Exception error)
    {
        var name = error.GetType().FullName ?? error.GetType().Name;
        var (message, _) = Ask(() => error.Message, "Message");
        var (text, isWhole) = Ask(error.ToString, "ToString()");
        if (!isWhole) text = $"{name}: {message}\n{Ask(() => error.StackTrace, "StackTrace").Text}";
        return new CellError(name, string.Join('\n', WithoutNativeFrames(message)), Trim(text));
    }

    /// <summary>The message of an exception, whatever the exception does.</summary>
    internal static string MessageOf(Exception error) => Ask(() => error.Message, "Message").Text;

    // A user's exception may override these members, and its code may return null or throw.
    private static (string Text, bool IsWhole) Ask(Func<string?> text, string member)
    {
        try
        {
            return text() is { } answer ? (answer, true) : ("", false);
        }
        catch (Exception problem)
        {
            return ($"(its {member} threw {problem.GetType().FullName})", false);
        }
    }

    private static CellError OfCompilation(
        IReadOnlyList<Diagnostic> diagnostics, string? explanation, IReadOnlyList<string> hints)
    {
        var lines = new List<string>();
        foreach (var diagnostic in diagnostics)
        {
            lines.Add(Line(diagnostic, "error"));
            lines.AddRange(Excerpt(diagnostic.Location));
        }
        var message = lines[0];
        if (diagnostics.Count > 1) message += $" (and {diagnostics.Count - 1} more)";
        if (explanation is not null) message += $" ({explanation})";
        lines.AddRange(hints);
        return new CellError("CompilationError", string.Join(' ', [message, .. hints]), lines);
    }

    private static string Line(Diagnostic diagnostic, string kind)
    {
        var span = diagnostic.Location.GetMappedLineSpan();
        var (line, column) = (span.StartLinePosition.Line + 1, span.StartLinePosition.Character + 1);
        var message = diagnostic.GetMessage(CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(span.Path)}, line {line}, column {column}: {kind} {diagnostic.Id}: {message}");
    }

    /// <summary>The line of code that a diagnostic is about, with a caret below the position.</summary>
    private static IEnumerable<string> Excerpt(Location location)
    {
        if (location.SourceTree is not { } tree) yield break;
        var span = location.GetLineSpan().Span;
        var line = tree.GetText().Lines[span.Start.Line].ToString();
        if (string.IsNullOrWhiteSpace(line)) yield break;
        yield return "    " + line.Replace('\t', ' ');
        yield return "    " + new string(' ', span.Start.Character) + '^';
    }

    /// <summary>
    /// The text of an exception without the engine's own stack frames, and with readable names of cells.
    /// </summary>
    private static List<string> Trim(string text)
    {
        var lines = WithoutNativeFrames(text.ReplaceLineEndings("\n"))
            .Where(line => !EngineFrame().IsMatch(line) && !Boundary().IsMatch(line))
            .Select(Rename).ToList();
        // The frames above the cell are the same for every cell and tell its author nothing.
        var lastOwn = lines.FindLastIndex(line => Frame().IsMatch(line) && CellPlace().IsMatch(line));
        return Shorten(lastOwn < 0 ? lines : [.. lines.Where((line, i) => i <= lastOwn || !Frame().IsMatch(line))]);
    }

    // PyTorch's native library puts its own stack into its messages, forty lines of it.
    private static IEnumerable<string> WithoutNativeFrames(string text) =>
        text.Split('\n').Where(line => !NativeFrame().IsMatch(line));

    /// <summary>Leaves out the middle of a trace that a deep recursion made endless.</summary>
    private static List<string> Shorten(List<string> lines)
    {
        var left = lines.Count - 2 * MostFrames;
        return left <= 0 ? lines : [.. lines[..MostFrames], $"   … ({left} more lines) …", .. lines[^MostFrames..]];
    }

    private static string Rename(string line)
    {
        line = TopLevel().Replace(line, "at top level");
        line = SubmissionMember().Replace(line, "at ");
        line = Lambda().Replace(line, "at lambda");
        return Place().Replace(line, " in ${file}, line ${line}"); // Folders differ between machines.
    }

    // Submission#0 is the prelude of every session.
    [GeneratedRegex(@"^   at (Microsoft\.CodeAnalysis\.Scripting\.|Adr\.Kernel\.(Engine|InteractiveApi)\.|" +
        @"Microsoft\.DotNet\.Interactive\.Kernel(InvocationContext)?\.|Submission#0\.)")]
    private static partial Regex EngineFrame();

    [GeneratedRegex(@"\bat Submission#\d+\.<<Initialize>>d__\d+\.MoveNext\(\)")]
    private static partial Regex TopLevel();

    [GeneratedRegex(@"\bat (<>c(__DisplayClass\d+_\d+)?\.)?<<?\w+>>?b__[\d_]+")]
    private static partial Regex Lambda();

    [GeneratedRegex(@"\bat Submission#\d+[.+]")]
    private static partial Regex SubmissionMember();

    [GeneratedRegex(@"(?<=^   at .*) in (.*[/\\])?(?<file>[^/\\]+):line (?<line>\d+)$")]
    private static partial Regex Place();

    [GeneratedRegex(@" in (Cell \[\d+\]|.+ cell \d+|.+\.(dib|csx?)), line \d+$")]
    private static partial Regex CellPlace();

    [GeneratedRegex(@" in (?<place>(Cell \[\d+\]|.+ cell \d+|.+\.(dib|csx)), line \d+)$")]
    private static partial Regex NotebookPlace();

    [GeneratedRegex(@"^   at ")]
    private static partial Regex Frame();

    [GeneratedRegex(@"^(frame #\d+: |Exception raised from .+ \(most recent call first\):\s*$)")]
    private static partial Regex NativeFrame();

    [GeneratedRegex(@"^(--- End of stack trace from previous location ---|\s*)$")]
    private static partial Regex Boundary();
}
