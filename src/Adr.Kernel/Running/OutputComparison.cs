using System.Text.RegularExpressions;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>Compares the outputs of two runs: the streams, values and errors of every cell.</summary>
/// <remarks>
/// What differs from run to run is masked: times, dates, ids, addresses and temporary folders. A cell with nbval's tag
/// <c>nbval-ignore-output</c> is not compared.
/// </remarks>
public static partial class OutputComparison
{
    /// <summary>The tag of a cell whose outputs may differ.</summary>
    public const string IgnoreTag = "nbval-ignore-output";

    private const int MostLines = 6;

    /// <summary>The differences, as one text per cell; empty if there are none.</summary>
    /// <param name="before">The notebook with the expected outputs.</param>
    /// <param name="after">The same notebook after a run.</param>
    public static IReadOnlyList<string> Differences(Notebook before, Notebook after)
    {
        var (expected, actual) = (Compared(before), Compared(after));
        if (expected.Count != actual.Count)
            return [$"The notebook has {expected.Count} code cells, and the run has {actual.Count}."];
        return [.. expected.Zip(actual, Difference).Index()
            .Where(cell => cell.Item is not null).Select(cell => $"Cell {cell.Index + 1}, {cell.Item}")];
    }

    // The injected parameters belong to the run and not to the notebook.
    private static List<Cell> Compared(Notebook notebook) =>
    [
        .. notebook.Cells.Where(cell => cell.Kind == CellKind.Code && !cell.HasTag(NotebookParameter.InjectedTag)),
    ];

    private static string? Difference(Cell before, Cell after)
    {
        if (after.HasTag(IgnoreTag) || after.HasTag(RunPlan.SkipTag)) return null;
        var (expected, actual) = (Lines(before), Lines(after));
        var at = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        if (at == expected.Count && at == actual.Count) return null;
        var more = Math.Max(expected.Count, actual.Count) - at - MostLines;
        return $"from line {at + 1} of its outputs:\n"
            + string.Concat(expected.Skip(at).Take(MostLines).Select(line => $"  - {line}\n"))
            + string.Concat(actual.Skip(at).Take(MostLines).Select(line => $"  + {line}\n"))
            + (more > 0 ? $"  … {more} more lines\n" : "");
    }

    /// <summary>
    /// The outputs of a cell as lines. A value is its plain text if it has one, or else all of its forms.
    /// </summary>
    private static List<string> Lines(Cell cell) => [.. cell.ShownOutputs.SelectMany(output =>
    {
        var (heading, text) = output.Type switch
        {
            "stream" => (output.StreamName, output.StreamText),
            "error" => ($"error {output.ErrorName}", output.ErrorValue),
            _ => ($"{output.Type} {string.Join(", ", InOrder(output))}", Value(output)),
        };
        return Mask(text).TrimEnd('\n').Split('\n').Prepend($"[{heading}]");
    })];

    private static string Value(Output output) => output.Data("text/plain")
        ?? string.Join('\n', InOrder(output).Select(type => output.Data(type) ?? output.Value(type)?.ToJsonString()));

    private static IEnumerable<string> InOrder(Output output) => output.MimeTypes.Order(StringComparer.Ordinal);

    /// <summary>Masks what differs from run to run in a text.</summary>
    internal static string Mask(string text)
    {
        text = Date().Replace(text, "‹time›");
        text = Id().Replace(text, "‹id›");
        text = Address().Replace(text, "‹address›");
        text = Temporary().Replace(text, "‹folder›");
        return Duration().Replace(text, "‹duration›");
    }

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?\b|" +
        @"\b\d{1,2}:\d\d:\d\d(\.\d+)?\b")]
    private static partial Regex Date();

    [GeneratedRegex(@"\b[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b[0-9a-f]{32}\b")]
    private static partial Regex Id();

    [GeneratedRegex(@"\b0x[0-9a-fA-F]{6,16}\b")]
    private static partial Regex Address();

    [GeneratedRegex(@"(/tmp|/var/folders|[A-Z]:\\Users\\[^\\]+\\AppData\\Local\\Temp)[/\\][^\s'""),:]*")]
    private static partial Regex Temporary();

    [GeneratedRegex(@"(?<![\w.])\d+(\.\d+)?( ?(ns|µs|us|ms|min|h|seconds?|minutes?|hours?)| s)\b( \d+(\.\d+)? s\b)?")]
    private static partial Regex Duration();
}
