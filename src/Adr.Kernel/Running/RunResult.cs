using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>The result of running a notebook.</summary>
/// <param name="Outcome">How the run ended.</param>
/// <param name="Message">The same in one or two sentences for the user.</param>
/// <param name="OutputPath">The file of the executed notebook; null if nothing ran.</param>
/// <param name="Notebook">The executed notebook; null if it could not be read.</param>
/// <param name="CellsRun">The number of cells that ran, including those that failed.</param>
/// <param name="Failures">The cells that failed, in order.</param>
/// <param name="Elapsed">How long the run took, including the start of the engine.</param>
public sealed record RunResult(
    RunOutcome Outcome,
    string Message,
    string? OutputPath,
    Notebook? Notebook,
    int CellsRun,
    IReadOnlyList<CellFailure> Failures,
    TimeSpan Elapsed);

/// <summary>How a run ended. The values are the exit codes of <c>adr run</c>.</summary>
public enum RunOutcome
{
    /// <summary>Every cell ran. None failed except those that are tagged <c>raises-exception</c>.</summary>
    Ok = 0,

    /// <summary>A cell failed. The notebook shows its error.</summary>
    CellFailed = 1,

    /// <summary>Nothing ran, because the notebook or the options cannot be used.</summary>
    Usage = 2,

    /// <summary>A cell or the whole run took too long. The notebook keeps the outputs so far.</summary>
    Timeout = 3,

    /// <summary>
    /// The engine could not start, or its process ended during a cell. The notebook keeps the outputs so far.
    /// </summary>
    EngineDied = 4,

    /// <summary>The run was stopped (SIGINT, SIGTERM). The notebook keeps the outputs so far.</summary>
    Interrupted = 130,
}

/// <summary>A cell that failed.</summary>
/// <param name="Number">The cell's number: the n of <c>Cell [n]</c>.</param>
/// <param name="Name">
/// The type of the exception, or <c>CompilationError</c>, <c>CellTimeout</c>, <c>RunTimeout</c>, <c>EngineDied</c> or
/// <c>Interrupted</c>.
/// </param>
/// <param name="Value">The message.</param>
/// <param name="Traceback">Lines that name the cell and the line of code.</param>
/// <param name="Expected">Whether the cell is tagged <c>raises-exception</c>.</param>
public sealed record CellFailure(int Number, string Name, string Value, IReadOnlyList<string> Traceback, bool Expected);
