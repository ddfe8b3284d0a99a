using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;

namespace Adr.Kernel.Engine;

/// <summary>Failures as a notebook shows them: the type, the message, and where in which cell.</summary>
internal static partial class CellErrors
{
    internal static CellError Of(Exception error, int cell) => error switch
    {
        CompilationErrorException compilation => OfCompilation(compilation),
        DirectiveException directive => new("DirectiveError", directive.Message, [$"DirectiveError: {directive.Message}", $"   at Cell [{cell}], line {directive.Line}"]),
        _ => new(error.GetType().FullName ?? error.GetType().Name, error.Message, Trim(error.ToString())),
    };

    private static CellError OfCompilation(CompilationErrorException error)
    {
        var lines = new List<string>();
        foreach (var diagnostic in error.Diagnostics)
        {
            var span = diagnostic.Location.GetMappedLineSpan();
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $"{span.Path}, line {span.StartLinePosition.Line + 1}, column {span.StartLinePosition.Character + 1}: error {diagnostic.Id}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}"));
            lines.AddRange(Excerpt(diagnostic.Location));
        }
        var value = error.Diagnostics.Length > 1 ? $"{error.Message} (and {error.Diagnostics.Length - 1} more)" : error.Message;
        return new CellError("CompilationError", value, lines);
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

    /// <summary>An exception's text without the engine's own frames, and with cells named as people do.</summary>
    private static List<string> Trim(string text)
    {
        var lines = new List<string>();
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            if (EngineFrame().IsMatch(line)) continue;
            lines.Add(CellPlace().Replace(SubmissionMember().Replace(TopLevel().Replace(line, "at top level"), "at "), " in ${cell}, line ${line}"));
        }
        while (lines.Count > 1 && EndOfTrace().IsMatch(lines[^1])) lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    [GeneratedRegex(@"^   at (Microsoft\.CodeAnalysis\.Scripting\.|Adr\.Kernel\.Engine\.)")]
    private static partial Regex EngineFrame();

    [GeneratedRegex(@"\bat Submission#\d+\.<<Initialize>>d__\d+\.MoveNext\(\)")]
    private static partial Regex TopLevel();

    [GeneratedRegex(@"\bat Submission#\d+[.+]")]
    private static partial Regex SubmissionMember();

    [GeneratedRegex(@" in (?<cell>Cell \[\d+\]|[^/\\:]+ cell \d+):line (?<line>\d+)")]
    private static partial Regex CellPlace();

    [GeneratedRegex(@"^(--- End of stack trace from previous location ---|\s*)$")]
    private static partial Regex EndOfTrace();
}
