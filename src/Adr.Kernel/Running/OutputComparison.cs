using System.Text.RegularExpressions;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>Whether a run shows what an earlier one showed: of every cell its streams, values and errors, with what differs from run to run masked.</summary>
/// <remarks>Times, dates, ids, addresses and temporary folders are masked. A cell tagged <c>nbval-ignore-output</c>, nbval's tag, is not compared.</remarks>
public static partial class OutputComparison
{
    /// <summary>The tag of a cell whose outputs may differ.</summary>
    public const string IgnoreTag = "nbval-ignore-output";

    private const int MostLines = 6;

    /// <summary>What differs, a text per cell; empty where nothing does.</summary>
    /// <param name="before">The notebook with the outputs as they should be.</param>
    /// <param name="after">The same notebook after a run.</param>
    public static IReadOnlyList<string> Differences(Notebook before, Notebook after)
    {
        // What a run injects is not the notebook's.
        var (old, now) = (Compared(before), Compared(after));
        if (old.Count != now.Count) return [$"The notebook has {old.Count} code cells, and the run {now.Count}."];
        return [.. old.Zip(now).Index().Select(cell => Difference(cell.Index + 1, cell.Item.First, cell.Item.Second)).OfType<string>()];
    }

    private static List<Cell> Compared(Notebook notebook) => [.. notebook.Cells.Where(cell => cell.Kind == CellKind.Code && !cell.HasTag(ParametersCell.InjectedTag))];

    private static string? Difference(int number, Cell before, Cell after)
    {
        if (after.HasTag(IgnoreTag) || after.HasTag(RunPlan.SkipTag)) return null;
        var (expected, came) = (Lines(before), Lines(after));
        var at = expected.Zip(came).TakeWhile(pair => pair.First == pair.Second).Count();
        if (at == expected.Count && at == came.Count) return null;
        var more = Math.Max(expected.Count, came.Count) - at - MostLines;
        return $"Cell {number}, from line {at + 1} of its outputs:\n"
            + string.Concat(expected.Skip(at).Take(MostLines).Select(line => $"  - {line}\n"))
            + string.Concat(came.Skip(at).Take(MostLines).Select(line => $"  + {line}\n"))
            + (more > 0 ? $"  … {more} more lines\n" : "");
    }

    /// <summary>A cell's outputs as lines: of a value its plain text, or else all it has.</summary>
    private static List<string> Lines(Cell cell) => [.. cell.ShownOutputs.SelectMany(output =>
    {
        var (heading, text) = output.Type switch
        {
            "stream" => (output.StreamName, output.StreamText),
            "error" => ($"error {output.ErrorName}", output.ErrorValue),
            _ => ($"{output.Type} {string.Join(", ", output.MimeTypes.Order(StringComparer.Ordinal))}", Value(output)),
        };
        return Mask(text).TrimEnd('\n').Split('\n').Prepend($"[{heading}]");
    })];

    private static string Value(Output output) =>
        output.Data("text/plain") ?? string.Join('\n', output.MimeTypes.Order(StringComparer.Ordinal).Select(type => output.Data(type) ?? output.Value(type)?.ToJsonString()));

    /// <summary>A text with what differs from run to run taken out.</summary>
    internal static string Mask(string text)
    {
        text = Date().Replace(text, "‹time›");
        text = Id().Replace(text, "‹id›");
        text = Address().Replace(text, "‹address›");
        text = Temporary().Replace(text, "‹folder›");
        return Duration().Replace(text, "‹duration›");
    }

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?\b|\b\d{1,2}:\d\d:\d\d(\.\d+)?\b")]
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
