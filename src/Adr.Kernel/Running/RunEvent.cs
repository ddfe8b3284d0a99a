using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>Something that happens while a notebook runs.</summary>
public abstract record RunEvent;

/// <summary>The engine is ready, and the first cell is about to run.</summary>
/// <param name="Cells">The number of code cells that will run.</param>
public sealed record RunStarted(int Cells) : RunEvent;

/// <summary>An engine was started: the first, or one that replaces another.</summary>
/// <param name="ProcessId">Its process, or that of the program that it was started by.</param>
public sealed record EngineStarted(int ProcessId) : RunEvent;

/// <summary>A cell begins.</summary>
/// <param name="Number">Its number, from 1: the n of <c>Cell [n]</c>.</param>
/// <param name="Of">The number of cells that will run.</param>
/// <param name="Cell">The cell.</param>
public sealed record CellStarted(int Number, int Of, Cell Cell) : RunEvent;

/// <summary>A cell wrote to a stream.</summary>
/// <param name="Number">The number of the cell.</param>
/// <param name="Name"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Text">The text as it was written, including carriage returns.</param>
public sealed record StreamText(int Number, string Name, string Text) : RunEvent;

/// <summary>A cell displays a value, updates an earlier one, or returns a result.</summary>
/// <param name="Number">The number of the cell.</param>
/// <param name="Text">The value as plain text; null if it has none.</param>
/// <param name="DisplayId">The id by which the value can be updated; null for a result.</param>
/// <param name="IsUpdate">Whether the value replaces an earlier one.</param>
public sealed record ValueShown(int Number, string? Text, string? DisplayId, bool IsUpdate) : RunEvent;

/// <summary>A cell ended.</summary>
/// <param name="Number">The number of the cell.</param>
/// <param name="Failure">Why it failed; null if it succeeded.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record CellFinished(int Number, CellFailure? Failure, TimeSpan Elapsed) : RunEvent;

/// <summary>The notebook was saved.</summary>
/// <param name="Path">The file.</param>
public sealed record NotebookSaved(string Path) : RunEvent;

/// <summary>
/// The notebook could not be saved during the run. It will be tried again, and the save at the end must succeed.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Reason">Why it could not be saved.</param>
public sealed record NotebookNotSaved(string Path, string Reason) : RunEvent;
