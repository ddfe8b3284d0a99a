using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>The cells that a run executes, checked before the first of them runs.</summary>
internal static class RunPlan
{
    internal const string SkipTag = "skip-execution";
    internal const string RaisesTag = "raises-exception";

    /// <summary>The code cells to run, in order; the cell at index i is <c>Cell [i + 1]</c>.</summary>
    /// <exception cref="RunUsageException">The notebook is not for this engine, or cells of it are not; all of them are named.</exception>
    internal static IReadOnlyList<Cell> Of(Notebook notebook)
    {
        if ((notebook.KernelLanguage ?? LanguageOf(notebook.KernelName)) is { } language && language.ToLowerInvariant() is not ("c#" or "csharp" or "polyglot-notebook"))
            throw new RunUsageException($"This engine runs C# notebooks, and this one asks for {language}{(notebook.KernelName is { } name ? $" (kernelspec '{name}')" : "")}.");
        var cells = notebook.Cells
            .Where(cell => cell.Kind == CellKind.Code && !string.IsNullOrWhiteSpace(cell.Source) && !cell.HasTag(SkipTag))
            .ToList();
        var problems = cells.Select((cell, i) => cell.HasTag(RaisesTag) ? null : Problem(cell, i + 1)).OfType<string>().ToList();
        if (problems.Count > 0) throw new RunUsageException(string.Join('\n', problems));
        return cells;
    }

    // Where a notebook names its kernel and no language: those whose names say it.
    private static string? LanguageOf(string? kernel) => kernel?.ToLowerInvariant() switch
    {
        null => null,
        ".net-fsharp" => "F#",
        ".net-powershell" or ".net-pwsh" => "PowerShell",
        "ir" => "R",
        "bash" => "Bash",
        var name when name.StartsWith("python", StringComparison.Ordinal) || name.StartsWith("xpython", StringComparison.Ordinal) => "Python",
        var name when name.StartsWith("julia", StringComparison.Ordinal) => "Julia",
        _ => null,
    };

    private static string? Problem(Cell cell, int number)
    {
        try
        {
            Submission.Parse(cell.Source, cell.KernelName ?? "csharp");
            return null;
        }
        catch (DirectiveException error)
        {
            return $"Cell [{number}], line {error.Line}: {error.Message}";
        }
    }
}
