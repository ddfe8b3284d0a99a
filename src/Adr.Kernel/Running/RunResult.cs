using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>How a run ended.</summary>
/// <param name="ExitCode">In one word.</param>
/// <param name="Message">In one or two sentences for the user.</param>
/// <param name="OutputPath">Where the executed notebook is; null where nothing ran.</param>
/// <param name="Notebook">The executed notebook; null where it could not be read.</param>
/// <param name="CellsRun">How many cells ran, failed ones included.</param>
/// <param name="Failures">The cells that failed, in order.</param>
/// <param name="Elapsed">How long the run took, the engine's start included.</param>
public sealed record RunResult(
    ExitCode ExitCode,
    string Message,
    string? OutputPath,
    Notebook? Notebook,
    int CellsRun,
    IReadOnlyList<CellFailure> Failures,
    TimeSpan Elapsed);

/// <summary>A cell that failed.</summary>
/// <param name="Number">The cell's number: the n of <c>Cell [n]</c>.</param>
/// <param name="Name">The exception's type, or <c>CompilationError</c>, <c>CellTimeout</c>, <c>RunTimeout</c>, <c>EngineDied</c>, <c>Interrupted</c>.</param>
/// <param name="Value">Its message.</param>
/// <param name="Traceback">Lines that name the cell and the line.</param>
/// <param name="Expected">Whether the cell is tagged <c>raises-exception</c>.</param>
public sealed record CellFailure(int Number, string Name, string Value, IReadOnlyList<string> Traceback, bool Expected);
