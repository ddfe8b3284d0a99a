using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>Something that happens while a notebook runs.</summary>
public abstract record RunEvent;

/// <summary>The engine is ready and cells begin.</summary>
/// <param name="Cells">How many code cells will run.</param>
public sealed record RunStarted(int Cells) : RunEvent;

/// <summary>A cell begins.</summary>
/// <param name="Number">Its number, from 1: the n of <c>Cell [n]</c>.</param>
/// <param name="Of">How many cells will run.</param>
/// <param name="Cell">The cell.</param>
public sealed record CellStarted(int Number, int Of, Cell Cell) : RunEvent;

/// <summary>A cell wrote to a stream.</summary>
/// <param name="Number">The cell.</param>
/// <param name="Name"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Text">The text as written, carriage returns included.</param>
public sealed record StreamText(int Number, string Name, string Text) : RunEvent;

/// <summary>A cell shows a value, a new one in the place of an earlier one, or its result.</summary>
/// <param name="Number">The cell that shows it.</param>
/// <param name="Text">The value as plain text; null where it has none.</param>
/// <param name="DisplayId">The name under which it is shown; null for a result.</param>
/// <param name="IsUpdate">Whether it replaces an earlier value.</param>
public sealed record ValueShown(int Number, string? Text, string? DisplayId, bool IsUpdate) : RunEvent;

/// <summary>A cell ended.</summary>
/// <param name="Number">The cell.</param>
/// <param name="Failure">What it failed with; null where it did not.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record CellFinished(int Number, CellFailure? Failure, TimeSpan Elapsed) : RunEvent;

/// <summary>The notebook was saved.</summary>
/// <param name="Path">Where.</param>
public sealed record NotebookSaved(string Path) : RunEvent;

/// <summary>The notebook could not be saved while it runs; that is tried again, and the save at the end must succeed.</summary>
/// <param name="Path">Where it should have been saved.</param>
/// <param name="Reason">Why it was not.</param>
public sealed record NotebookNotSaved(string Path, string Reason) : RunEvent;
