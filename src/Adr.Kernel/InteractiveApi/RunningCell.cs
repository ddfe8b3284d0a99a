using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Adr.Kernel.Engine;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.InteractiveApi;

/// <summary>The running cell, as the engine sees it.</summary>
internal sealed class RunningCell
{
    private static readonly AsyncLocal<RunningCell?> Flowing = new();
    private static readonly ConditionalWeakTable<DisplayedValue, string[]> Shown = []; // with the requested MIME types
    // The values that events of .NET Interactive announced, by id, with the requested MIME types.
    private static readonly ConcurrentDictionary<string, string[]> Announced = [];
    [ThreadStatic] private static DisplayedValue? handled; // by OnDisplayed, last
    private static RunningCell? latest;
    private readonly EngineOutput output;
    private readonly EngineInput? input;
    private readonly CancellationToken pressed;

    internal RunningCell(
        EngineOutput output, EngineInput? input, int cell, CancellationToken cancellationToken,
        CancellationToken pressed)
    {
        this.pressed = pressed;
        this.output = output;
        this.input = input;
        Cell = cell;
        CancellationToken = cancellationToken;
    }

    /// <summary>The running cell. In a task that outlives its cell, this is the cell that started the task.</summary>
    internal static RunningCell? Current => Flowing.Value ?? latest;

    /// <summary>The running cell.</summary>
    /// <exception cref="InvalidOperationException">No cell has run yet.</exception>
    internal static RunningCell Required => Current
        ?? throw new InvalidOperationException("A value can be displayed only while a cell of a notebook runs.");

    /// <summary>
    /// Cancelled when the run is stopped or the cell's time is over. A cell that obeys it can end in its own way.
    /// </summary>
    internal CancellationToken CancellationToken { get; }

    /// <summary>The number of the cell.</summary>
    internal int Cell { get; }

    /// <summary>Whether somebody can answer a question.</summary>
    internal bool HasInput => input is not null;

    /// <summary>Displays a value below the cell.</summary>
    /// <param name="value">Any object.</param>
    /// <param name="mimeTypes">The MIME types to use; none for the preferred ones of the value's type.</param>
    /// <returns>The displayed value, which can be updated.</returns>
    internal DisplayedValue Display(object? value, params string[] mimeTypes)
    {
        EndIfPressed();
        // The package formats a value again when it is updated. An empty form keeps that work small.
        var shown = new DisplayedValue(value, [new FormattedValue(PlainTextFormatter.MimeType, "")]);
        Shown.Add(shown, mimeTypes);
        output.Send(new ValueDisplayed(Cell, ValueBundle.Of(value, mimeTypes), shown.DisplayId));
        return shown;
    }

    /// <summary>Displays what the functions of the formatting package announce, and updates earlier values.</summary>
    internal static void OnDisplayed(DisplayedValue value)
    {
        var cell = Required;
        cell.EndIfPressed();
        handled = value;
        if (Shown.TryGetValue(value, out var mimeTypes))
        {
            var update = ValueBundle.Of(value.Value, mimeTypes);
            cell.output.Send(new ValueUpdated(cell.Cell, update, value.DisplayId));
            return;
        }
        if (Announced.TryGetValue(value.DisplayId, out mimeTypes))
        {
            cell.ShowUpdate(ValueBundle.Of(value.Value, mimeTypes), value.DisplayId);
            return;
        }
        Shown.Add(value, []);
        var bundle = ValueBundle.Of(value.FormattedValues, []);
        cell.output.Send(new ValueDisplayed(cell.Cell, bundle, value.DisplayId));
    }

    /// <summary>
    /// Whether an event repeats what <see cref="OnDisplayed"/> has just shown: the context of a cell listens too.
    /// </summary>
    internal static bool IsRepetition(DisplayEvent happened)
    {
        var repeats = handled is { } value && happened.ValueId == value.DisplayId && happened.Value == value.Value;
        if (repeats) handled = null;
        return repeats;
    }

    /// <summary>Displays a value that an event of .NET Interactive announces.</summary>
    internal void Show(object? value, IReadOnlyCollection<FormattedValue> formatted, string? id)
    {
        id ??= Guid.NewGuid().ToString();
        // Nobody asked for the MIME types if they are the preferred ones of the value's type.
        var types = formatted.Select(one => one.MimeType).ToArray();
        var isPlain = value is not null && types.SequenceEqual(Formatter.GetPreferredMimeTypesFor(value.GetType()));
        Announced[id] = isPlain ? [] : types;
        output.Send(new ValueDisplayed(Cell, isPlain ? ValueBundle.Of(value, []) : ValueBundle.Of(formatted, []), id));
    }

    /// <summary>Updates a value that an event of .NET Interactive announced.</summary>
    internal void ShowUpdate(Dictionary<string, string> bundle, string id) =>
        output.Send(new ValueUpdated(Cell, bundle, id));

    /// <summary>Displays text in a MIME type.</summary>
    internal DisplayedValue DisplayAs(string value, string mimeType) => Display(new FormattedValue(mimeType, value));

    /// <summary>Writes to the cell's stdout stream.</summary>
    internal void DisplayStandardOut(string text) => output.Write(Cell, "stdout", text);

    /// <summary>Writes to the cell's stderr stream.</summary>
    internal void DisplayStandardError(string text) => output.Write(Cell, "stderr", text);

    /// <summary>Removes what the cell has shown so far.</summary>
    /// <param name="wait">Whether to wait for the cell's next output, so that the page does not flicker.</param>
    internal void ClearOutput(bool wait = false) => output.Send(new OutputsCleared(Cell, wait));

    internal async Task<string> AskAsync(string prompt, bool isPassword)
    {
        var answer = input is null ? null : await input.AskAsync(this, prompt, isPassword).ConfigureAwait(false);
        return answer ?? throw new NotSupportedException(
            $"The notebook asks for input ('{prompt}'), and nobody is there to answer. " +
            "Run it with --input 'prompt=value', or pass the value as a parameter: " +
            "tag a cell 'parameters' and run with -p name=value.");
    }

    /// <summary>Ends a cell that was asked to stop some time ago and did not.</summary>
    internal void EndIfPressed() => pressed.ThrowIfCancellationRequested();

    internal void Return(object? value) => output.Send(new ValueReturned(Cell, ValueBundle.Of(value, [])));

    /// <summary>Makes this the current cell of everything that starts from here.</summary>
    internal void Enter() => Flowing.Value = latest = this;
}
