using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;

namespace Adr.Kernel.Engine;

/// <summary>Failures as a notebook shows them: the type, the message, and where in which cell.</summary>
internal static partial class CellErrors
{
    /// <summary>A failure.</summary>
    /// <param name="error">What the cell threw.</param>
    /// <param name="interrupted">Whether somebody had asked the cell to stop.</param>
    internal static CellError Of(Exception error, bool interrupted = false) => error switch
    {
        OperationCanceledException or ThreadInterruptedException when interrupted => new("Interrupted", "The cell was stopped.", ["Interrupted: The cell was stopped.", .. OfException(error).Traceback.Where(line => CellPlace().IsMatch(line))]),
        CompilationErrorException compilation => OfCompilation(compilation.Diagnostics, ""),
        ReferenceNotFoundException reference => OfCompilation(reference.Diagnostics, $" ({reference.Message})"),
        DirectiveException directive => new("DirectiveError", directive.Message, [$"DirectiveError: {directive.Message}", $"   at {directive.Place}, line {directive.Line}"]),
        _ => OfException(error),
    };

    private static CellError OfException(Exception error)
    {
        var name = error.GetType().FullName ?? error.GetType().Name;
        var (message, _) = Ask(() => error.Message, "Message");
        var (text, isWhole) = Ask(error.ToString, "ToString()");
        return new CellError(name, message, Trim(isWhole ? text : $"{name}: {message}\n{Ask(() => error.StackTrace, "StackTrace").Text}"));
    }

    // What an exception says about itself is its author's code: it may be null, or throw in its turn.
    private static (string Text, bool IsWhole) Ask(Func<string?> text, string what)
    {
        try
        {
            return text() is { } said ? (said, true) : ("", false);
        }
        catch (Exception problem)
        {
            return ($"(its {what} threw {problem.GetType().FullName})", false);
        }
    }

    private static CellError OfCompilation(IReadOnlyList<Diagnostic> diagnostics, string explanation)
    {
        var lines = new List<string>();
        foreach (var diagnostic in diagnostics)
        {
            var span = diagnostic.Location.GetMappedLineSpan();
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $"{Path.GetFileName(span.Path)}, line {span.StartLinePosition.Line + 1}, column {span.StartLinePosition.Character + 1}: error {diagnostic.Id}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}"));
            lines.AddRange(Excerpt(diagnostic.Location));
        }
        var more = diagnostics.Count > 1 ? $" (and {diagnostics.Count - 1} more)" : "";
        return new CellError("CompilationError", lines[0] + more + explanation, lines);
    }

    /// <summary>The line a diagnostic is about, with a caret under its place.</summary>
    private static IEnumerable<string> Excerpt(Location location)
    {
        if (location.SourceTree is not { } tree) yield break;
        var span = location.GetLineSpan().Span;
        var line = tree.GetText().Lines[span.Start.Line].ToString();
        if (string.IsNullOrWhiteSpace(line)) yield break;
        yield return "    " + line.Replace('\t', ' ');
        yield return "    " + new string(' ', span.Start.Character) + '^';
    }

    /// <summary>An exception's text without the frames that are the engine's, and with cells named as people do.</summary>
    private static List<string> Trim(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n').Where(line => !EngineFrame().IsMatch(line) && !Boundary().IsMatch(line)).Select(Rename).ToList();
        // What called the cell is the same for every cell, and nothing its author can change.
        var lastOwn = lines.FindLastIndex(line => Frame().IsMatch(line) && CellPlace().IsMatch(line));
        if (lastOwn >= 0) lines = [.. lines.Where((line, i) => i <= lastOwn || !Frame().IsMatch(line))];
        return lines;
    }

    private static string Rename(string line)
    {
        line = TopLevel().Replace(line, "at top level");
        line = SubmissionMember().Replace(line, "at ");
        line = Lambda().Replace(line, "at lambda");
        return Place().Replace(line, " in ${file}, line ${line}"); // folders differ between machines
    }

    [GeneratedRegex(@"^   at (Microsoft\.CodeAnalysis\.Scripting\.|Adr\.Kernel\.Engine\.|Microsoft\.DotNet\.Interactive\.Kernel(InvocationContext)?\.)")]
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

    [GeneratedRegex(@"^   at ")]
    private static partial Regex Frame();

    [GeneratedRegex(@"^(--- End of stack trace from previous location ---|\s*)$")]
    private static partial Regex Boundary();
}
