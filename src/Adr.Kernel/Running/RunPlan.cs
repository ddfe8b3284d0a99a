using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>Chooses the cells that a run executes, and checks them before the first of them runs.</summary>
internal static class RunPlan
{
    internal const string SkipTag = "skip-execution";
    internal const string RaisesTag = "raises-exception";

    /// <summary>The code cells to run, in order. The cell at index i is <c>Cell [i + 1]</c>.</summary>
    /// <param name="notebook">The notebook.</param>
    /// <param name="allowErrors">Whether a cell that is not for this engine fails like any other.</param>
    /// <exception cref="RunUsageException">
    /// The notebook, or some of its cells, are not for this engine. The message names all of the cells.
    /// </exception>
    internal static IReadOnlyList<Cell> Of(Notebook notebook, bool allowErrors)
    {
        CheckLanguage(notebook);
        var cells = notebook.Cells.Where(cell => cell.Kind == CellKind.Code
            && !string.IsNullOrWhiteSpace(cell.Source) && !cell.HasTag(SkipTag)).ToList();
        if (allowErrors) return cells;
        var problems = cells.Select((cell, i) => cell.HasTag(RaisesTag) ? null : Problem(cell, i + 1))
            .OfType<string>().ToList();
        return problems.Count == 0 ? cells : throw new RunUsageException(string.Join('\n', problems));
    }

    private static void CheckLanguage(Notebook notebook)
    {
        var language = notebook.KernelLanguage ?? LanguageOf(notebook.KernelName);
        if (language?.ToLowerInvariant() is null or "c#" or "csharp" or "polyglot-notebook") return;
        var kernel = notebook.KernelName is { } name ? $" (kernelspec '{name}')" : "";
        throw new RunUsageException($"This engine runs C# notebooks, and this one asks for {language}{kernel}.");
    }

    // The language of a notebook that names only its kernel, for kernels whose name tells it.
    private static string? LanguageOf(string? kernel) => kernel?.ToLowerInvariant() switch
    {
        null => null,
        ".net-fsharp" => "F#",
        ".net-powershell" or ".net-pwsh" => "PowerShell",
        "ir" => "R",
        "bash" => "Bash",
        var name when name.StartsWith("python", StringComparison.Ordinal) => "Python",
        var name when name.StartsWith("xpython", StringComparison.Ordinal) => "Python",
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

/// <summary>The notebook or the options cannot be used as they are. Nothing ran.</summary>
public sealed class RunUsageException(string message) : Exception(message);
