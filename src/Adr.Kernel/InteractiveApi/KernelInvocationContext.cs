using System.Runtime.CompilerServices;
using Adr.Kernel.Engine;
using Microsoft.DotNet.Interactive.Formatting;

namespace Microsoft.DotNet.Interactive;

/// <summary>The running cell, under the name that it has in .NET Interactive.</summary>
public sealed class KernelInvocationContext
{
    private static readonly AsyncLocal<KernelInvocationContext?> Flowing = new();
    private static readonly ConditionalWeakTable<DisplayedValue, string[]> Shown = []; // with the requested MIME types
    private static KernelInvocationContext? latest;
    private readonly EngineOutput output;
    private readonly EngineInput? input;
    private readonly CancellationToken pressed;

    internal KernelInvocationContext(
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
    public static KernelInvocationContext? Current => Flowing.Value ?? latest;

    /// <summary>
    /// Cancelled when the run is stopped or the cell's time is over. A cell that obeys it can end in its own way.
    /// </summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The number of the cell.</summary>
    internal int Cell { get; }

    /// <summary>Whether somebody can answer a question.</summary>
    internal bool HasInput => input is not null;

    /// <summary>Displays a value below the cell.</summary>
    /// <param name="value">Any object.</param>
    /// <param name="mimeTypes">The MIME types to use; none for the preferred ones of the value's type.</param>
    /// <returns>The displayed value, which can be updated.</returns>
    public DisplayedValue Display(object? value, params string[] mimeTypes)
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
        var context = Kernel.Running;
        context.EndIfPressed();
        if (Shown.TryGetValue(value, out var mimeTypes))
        {
            var update = ValueBundle.Of(value.Value, mimeTypes);
            context.output.Send(new ValueUpdated(context.Cell, update, value.DisplayId));
            return;
        }
        Shown.Add(value, []);
        var bundle = ValueBundle.Of(value.FormattedValues, []);
        context.output.Send(new ValueDisplayed(context.Cell, bundle, value.DisplayId));
    }

    /// <summary>Displays text in a MIME type.</summary>
    public DisplayedValue DisplayAs(string value, string mimeType) => Display(new FormattedValue(mimeType, value));

    /// <summary>Writes to the cell's stdout stream.</summary>
    public void DisplayStandardOut(string text) => output.Write(Cell, "stdout", text);

    /// <summary>Writes to the cell's stderr stream.</summary>
    public void DisplayStandardError(string text) => output.Write(Cell, "stderr", text);

    /// <summary>Removes what the cell has shown so far.</summary>
    /// <param name="wait">Whether to wait for the cell's next output, so that the page does not flicker.</param>
    public void ClearOutput(bool wait = false) => output.Send(new OutputsCleared(Cell, wait));

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
