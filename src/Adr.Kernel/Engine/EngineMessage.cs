using System.Text.Json.Serialization;

namespace Adr.Kernel.Engine;

/// <summary>What a runner and its engine tell each other.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ExecuteRequest), "execute")]
[JsonDerivedType(typeof(CancelRequest), "cancel")]
[JsonDerivedType(typeof(ShutdownRequest), "shutdown")]
[JsonDerivedType(typeof(InputGiven), "input")]
[JsonDerivedType(typeof(CompletionRequest), "complete")]
[JsonDerivedType(typeof(InspectionRequest), "inspect")]
[JsonDerivedType(typeof(CompletenessRequest), "isComplete")]
[JsonDerivedType(typeof(EngineReady), "ready")]
[JsonDerivedType(typeof(StreamWritten), "stream")]
[JsonDerivedType(typeof(ValueDisplayed), "display")]
[JsonDerivedType(typeof(ValueUpdated), "update")]
[JsonDerivedType(typeof(ValueReturned), "result")]
[JsonDerivedType(typeof(OutputsCleared), "cleared")]
[JsonDerivedType(typeof(InputWanted), "inputWanted")]
[JsonDerivedType(typeof(CellDone), "done")]
[JsonDerivedType(typeof(Completions), "completions")]
[JsonDerivedType(typeof(Inspection), "inspection")]
[JsonDerivedType(typeof(Completeness), "completeness")]
public abstract record EngineMessage;

/// <summary>To the engine: run a cell.</summary>
/// <param name="Cell">The cell's number; a later cell has a larger one.</param>
/// <param name="Code">The cell's text, directives included.</param>
/// <param name="Language">The language of its text until a directive says otherwise: csharp, markdown, html or javascript.</param>
public sealed record ExecuteRequest(int Cell, string Code, string Language = "csharp") : EngineMessage
{
    /// <summary>What its errors call it; by default <c>Cell [n]</c>.</summary>
    public string Name { get; init; } = $"Cell [{Cell}]";

    /// <summary>Expressions to evaluate after the cell, if it does not fail, by name. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Expressions { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether somebody is there to answer <see cref="InputWanted"/>. Default: nobody.</summary>
    public bool HasInput { get; init; }
}

/// <summary>To the engine: ask a cell to stop, through its cancellation token at first. One that ended is left alone, and so is the next one.</summary>
/// <param name="Cell">The cell's number.</param>
public sealed record CancelRequest(int Cell) : EngineMessage;

/// <summary>To the engine: end.</summary>
public sealed record ShutdownRequest : EngineMessage;

/// <summary>To the engine: what somebody typed.</summary>
/// <param name="Text">The text; null where nobody will.</param>
public sealed record InputGiven(string? Text) : EngineMessage;

/// <summary>To the engine: how could this code go on?</summary>
/// <param name="Id">Names the answer.</param>
/// <param name="Code">A cell's text, unfinished.</param>
/// <param name="Position">Where, in UTF-16 code units from its start.</param>
public sealed record CompletionRequest(int Id, string Code, int Position) : EngineMessage;

/// <summary>To the engine: what is at this place?</summary>
/// <param name="Id">Names the answer.</param>
/// <param name="Code">A cell's text.</param>
/// <param name="Position">Where, in UTF-16 code units from its start.</param>
public sealed record InspectionRequest(int Id, string Code, int Position) : EngineMessage;

/// <summary>To the engine: is this code whole, as somebody who pressed Enter wants to know?</summary>
/// <param name="Id">Names the answer.</param>
/// <param name="Code">A cell's text.</param>
public sealed record CompletenessRequest(int Id, string Code) : EngineMessage;

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
public sealed record CellDone(int Cell, CellError? Error) : EngineMessage
{
    /// <summary>The values of <see cref="ExecuteRequest.Expressions"/>, by name; empty where the cell failed.</summary>
    public IReadOnlyDictionary<string, ExpressionValue> Expressions { get; init; } = new Dictionary<string, ExpressionValue>();
}

/// <summary>The value of an expression: its text by MIME type, or why there is none.</summary>
/// <param name="Data">Its text by MIME type; empty where it failed.</param>
/// <param name="Error">What it failed with; null where it did not.</param>
public sealed record ExpressionValue(Dictionary<string, string> Data, CellError? Error);

/// <summary>From the engine: what the cell has shown so far shall go.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Wait">Only when something else is shown.</param>
public sealed record OutputsCleared(int Cell, bool Wait) : EngineMessage;

/// <summary>From the engine: somebody shall type something; the cell waits for <see cref="InputGiven"/>.</summary>
/// <param name="Cell">The cell that asks.</param>
/// <param name="Prompt">The question.</param>
/// <param name="IsPassword">Whether nobody may read the answer over a shoulder.</param>
public sealed record InputWanted(int Cell, string Prompt, bool IsPassword) : EngineMessage;

/// <summary>From the engine: how the code could go on.</summary>
/// <param name="Id">The request's.</param>
/// <param name="Start">Where what a completion replaces begins, in UTF-16 code units.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Items">The completions, best first.</param>
public sealed record Completions(int Id, int Start, int End, IReadOnlyList<Completion> Items) : EngineMessage;

/// <summary>One way to go on.</summary>
/// <param name="Text">What to write.</param>
/// <param name="Kind">What it is: <c>method</c>, <c>property</c>, <c>keyword</c>, …</param>
public sealed record Completion(string Text, string Kind);

/// <summary>From the engine: what was at the place.</summary>
/// <param name="Id">The request's.</param>
/// <param name="Data">Its description by MIME type; empty where nothing is known.</param>
public sealed record Inspection(int Id, Dictionary<string, string> Data) : EngineMessage;

/// <summary>From the engine: whether the code is whole.</summary>
/// <param name="Id">The request's.</param>
/// <param name="Status"><c>complete</c>, <c>incomplete</c> or <c>invalid</c>.</param>
/// <param name="Indent">For an incomplete one: what the next line should begin with.</param>
public sealed record Completeness(int Id, string Status, string Indent) : EngineMessage;

/// <summary>Why a cell failed.</summary>
/// <param name="Name">The exception's type, or <c>CompilationError</c>.</param>
/// <param name="Value">Its message.</param>
/// <param name="Traceback">Lines that name the cell and the line.</param>
public sealed record CellError(string Name, string Value, IReadOnlyList<string> Traceback);
