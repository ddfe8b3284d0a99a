using System.Text.Json.Serialization;

namespace Adr.Kernel.Engine;

/// <summary>A message between an engine and the process that started it.</summary>
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
internal abstract record EngineMessage;

/// <summary>To the engine: run a cell.</summary>
/// <param name="Cell">The cell's number. Numbers start at 1 and increase from cell to cell.</param>
/// <param name="Code">The cell's text, including its directives.</param>
/// <param name="Language">
/// The language of the text up to the first directive that changes it: csharp, markdown, html or javascript.
/// </param>
internal sealed record ExecuteRequest(int Cell, string Code, string Language = "csharp") : EngineMessage
{
    /// <summary>The name that error messages use for the cell. Default: <c>Cell [n]</c>.</summary>
    public string Name { get; init; } = $"Cell [{Cell}]";

    /// <summary>Expressions, by name, to evaluate after the cell unless it fails. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Expressions { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether somebody can answer <see cref="InputWanted"/>. Default: false.</summary>
    public bool HasInput { get; init; }
}

/// <summary>
/// To the engine: stop a cell, first through its cancellation token. The request has no effect on a cell that has ended
/// or on the cell after it.
/// </summary>
/// <param name="Cell">The cell's number.</param>
internal sealed record CancelRequest(int Cell) : EngineMessage;

/// <summary>To the engine: end.</summary>
internal sealed record ShutdownRequest : EngineMessage;

/// <summary>To the engine: the answer to <see cref="InputWanted"/>.</summary>
/// <param name="Text">The text that was typed; null if nobody will type any.</param>
/// <param name="Problem">Why the answer cannot be used, as the end of a sentence; null if it can.</param>
internal sealed record InputGiven(string? Text, string? Problem = null) : EngineMessage;

/// <summary>To the engine: a question about code.</summary>
/// <param name="Id">Identifies the question; its answer carries the same id.</param>
/// <param name="Code">The text of a cell, which may be unfinished.</param>
internal abstract record Question(int Id, string Code) : EngineMessage;

/// <summary>Asks which text could come next.</summary>
/// <param name="Id">The question's id.</param>
/// <param name="Code">The text of an unfinished cell.</param>
/// <param name="Position">The cursor's position in UTF-16 code units.</param>
internal sealed record CompletionRequest(int Id, string Code, int Position) : Question(Id, Code);

/// <summary>Asks what the name at a position means.</summary>
/// <param name="Id">The question's id.</param>
/// <param name="Code">The text of a cell.</param>
/// <param name="Position">The position in UTF-16 code units.</param>
internal sealed record InspectionRequest(int Id, string Code, int Position) : Question(Id, Code);

/// <summary>Asks whether code is complete, so that pressing Enter can run it.</summary>
/// <param name="Id">The question's id.</param>
/// <param name="Code">The text of a cell.</param>
internal sealed record CompletenessRequest(int Id, string Code) : Question(Id, Code);

/// <summary>From the engine: it is ready to run cells.</summary>
internal sealed record EngineReady : EngineMessage;

/// <summary>From the engine: a cell shows something or asks for input.</summary>
/// <param name="Cell">The number of the cell, or <see cref="WithoutCell"/>.</param>
internal abstract record CellEvent(int Cell) : EngineMessage
{
    /// <summary>The number used for the output of native code, which does not know which cell called it.</summary>
    internal const int WithoutCell = 0;
}

/// <summary>Text was written to a stream.</summary>
/// <param name="Cell">The cell that wrote it.</param>
/// <param name="Name"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Text">The text.</param>
internal sealed record StreamWritten(int Cell, string Name, string Text) : CellEvent(Cell);

/// <summary>A value was displayed.</summary>
/// <param name="Cell">The cell that displays it.</param>
/// <param name="Data">The value's text by MIME type.</param>
/// <param name="DisplayId">The id by which the value can be updated.</param>
internal sealed record ValueDisplayed(int Cell, Dictionary<string, string> Data, string DisplayId) : CellEvent(Cell);

/// <summary>A displayed value was replaced by a new one.</summary>
/// <param name="Cell">The cell that updates it.</param>
/// <param name="Data">The new value's text by MIME type.</param>
/// <param name="DisplayId">The id of the displayed value.</param>
internal sealed record ValueUpdated(int Cell, Dictionary<string, string> Data, string DisplayId) : CellEvent(Cell);

/// <summary>The cell ended in an expression.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Data">The text of the expression's value by MIME type.</param>
internal sealed record ValueReturned(int Cell, Dictionary<string, string> Data) : CellEvent(Cell);

/// <summary>The cell clears its outputs.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Wait">Whether to clear them only when the next output arrives.</param>
internal sealed record OutputsCleared(int Cell, bool Wait) : CellEvent(Cell);

/// <summary>The cell asks for input and waits for <see cref="InputGiven"/>.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Prompt">The prompt to show.</param>
/// <param name="IsPassword">Whether to hide what is typed.</param>
internal sealed record InputWanted(int Cell, string Prompt, bool IsPassword) : CellEvent(Cell);

/// <summary>From the engine: a cell ended. Everything that it wrote has been sent before this message.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Error">The error that ended the cell; null if it succeeded.</param>
internal sealed record CellDone(int Cell, CellError? Error) : EngineMessage
{
    /// <summary>The values of <see cref="ExecuteRequest.Expressions"/> by name; empty if the cell failed.</summary>
    public IReadOnlyDictionary<string, ExpressionValue> Expressions { get; init; } =
        new Dictionary<string, ExpressionValue>();
}

/// <summary>The value of an expression, or the error that evaluating it raised.</summary>
/// <param name="Data">The value's text by MIME type; empty if there was an error.</param>
/// <param name="Error">The error; null if there was none.</param>
internal sealed record ExpressionValue(Dictionary<string, string> Data, CellError? Error);

/// <summary>Why a cell failed.</summary>
/// <param name="Name">The type of the exception, or <c>CompilationError</c>.</param>
/// <param name="Value">The message.</param>
/// <param name="Traceback">Lines that name the cell and the line of code.</param>
internal sealed record CellError(string Name, string Value, IReadOnlyList<string> Traceback);

/// <summary>From the engine: the answer to a <see cref="Question"/>.</summary>
/// <param name="Id">The question's id.</param>
internal abstract record Answer(int Id) : EngineMessage;

/// <summary>The texts that could come next.</summary>
/// <param name="Id">The question's id.</param>
/// <param name="Start">Where the text to replace starts, in UTF-16 code units.</param>
/// <param name="End">Where the text to replace ends.</param>
/// <param name="Items">The completions, best first.</param>
internal sealed record Completions(int Id, int Start, int End, IReadOnlyList<Completion> Items) : Answer(Id);

/// <summary>A text that could come next.</summary>
/// <param name="Text">The text to insert.</param>
/// <param name="Kind">What it is: <c>method</c>, <c>property</c>, <c>keyword</c>, …</param>
internal sealed record Completion(string Text, string Kind);

/// <summary>The description of a name.</summary>
/// <param name="Id">The question's id.</param>
/// <param name="Data">The description by MIME type; empty if nothing is known.</param>
internal sealed record Inspection(int Id, Dictionary<string, string> Data) : Answer(Id);

/// <summary>Whether code is complete.</summary>
/// <param name="Id">The question's id.</param>
/// <param name="Status"><c>complete</c>, <c>incomplete</c>, <c>invalid</c> or <c>unknown</c>.</param>
/// <param name="Indent">The indentation of the next line if the code is incomplete.</param>
internal sealed record Completeness(int Id, string Status, string Indent) : Answer(Id);
