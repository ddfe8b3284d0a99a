using System.Text.Json.Serialization;

namespace Adr.Kernel.Engine;

/// <summary>What a runner and its engine tell each other.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ExecuteRequest), "execute")]
[JsonDerivedType(typeof(CancelRequest), "cancel")]
[JsonDerivedType(typeof(ShutdownRequest), "shutdown")]
[JsonDerivedType(typeof(EngineReady), "ready")]
[JsonDerivedType(typeof(StreamWritten), "stream")]
[JsonDerivedType(typeof(ValueDisplayed), "display")]
[JsonDerivedType(typeof(ValueUpdated), "update")]
[JsonDerivedType(typeof(ValueReturned), "result")]
[JsonDerivedType(typeof(CellDone), "done")]
public abstract record EngineMessage;

/// <summary>To the engine: run a cell.</summary>
/// <param name="Cell">The cell's number, which its errors name as <c>Cell [n]</c>.</param>
/// <param name="Code">The cell's text, directives included.</param>
/// <param name="Language">The language of its text until a directive says otherwise: csharp, markdown, html or javascript.</param>
public sealed record ExecuteRequest(int Cell, string Code, string Language = "csharp") : EngineMessage;

/// <summary>To the engine: ask the running cell to stop, through its cancellation token.</summary>
public sealed record CancelRequest : EngineMessage;

/// <summary>To the engine: end.</summary>
public sealed record ShutdownRequest : EngineMessage;

/// <summary>From the engine: it can take cells.</summary>
public sealed record EngineReady : EngineMessage;

/// <summary>From the engine: text for a stream.</summary>
/// <param name="Cell">The cell that wrote it; null for native code, which belongs to the cell that runs.</param>
/// <param name="Name"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Text">What was written.</param>
public sealed record StreamWritten(int? Cell, string Name, string Text) : EngineMessage;

/// <summary>From the engine: a displayed value.</summary>
/// <param name="Cell">The cell that displays it.</param>
/// <param name="Data">Its text by MIME type.</param>
/// <param name="DisplayId">The name by which it can be updated.</param>
public sealed record ValueDisplayed(int Cell, Dictionary<string, string> Data, string DisplayId) : EngineMessage;

/// <summary>From the engine: a new value for what was displayed before.</summary>
/// <param name="Cell">The cell that updates it.</param>
/// <param name="Data">Its text by MIME type.</param>
/// <param name="DisplayId">The name it was displayed under.</param>
public sealed record ValueUpdated(int Cell, Dictionary<string, string> Data, string DisplayId) : EngineMessage;

/// <summary>From the engine: the value of the cell's trailing expression.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Data">Its text by MIME type.</param>
public sealed record ValueReturned(int Cell, Dictionary<string, string> Data) : EngineMessage;

/// <summary>From the engine: the cell ended; all it wrote was sent before.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Error">What it failed with; null where it did not.</param>
public sealed record CellDone(int Cell, CellError? Error) : EngineMessage;

/// <summary>Why a cell failed.</summary>
/// <param name="Name">The exception's type, or <c>CompilationError</c>.</param>
/// <param name="Value">Its message.</param>
/// <param name="Traceback">Lines that name the cell and the line.</param>
public sealed record CellError(string Name, string Value, IReadOnlyList<string> Traceback);
