using System.Runtime.CompilerServices;
using Adr.Kernel.Engine;
using Microsoft.DotNet.Interactive.Formatting;

namespace Microsoft.DotNet.Interactive;

/// <summary>The running cell, as .NET Interactive's notebooks know it.</summary>
public sealed class KernelInvocationContext
{
    private static readonly AsyncLocal<KernelInvocationContext?> Flowing = new();
    private static readonly ConditionalWeakTable<DisplayedValue, string[]> Shown = []; // with the MIME types that were asked for
    private static KernelInvocationContext? latest;
    private readonly EngineOutput output;
    private readonly EngineInput? input;
    private readonly CancellationToken pressed;

    internal KernelInvocationContext(EngineOutput output, EngineInput? input, int cell, CancellationToken cancellationToken, CancellationToken pressed)
    {
        this.pressed = pressed;
        this.output = output;
        this.input = input;
        Cell = cell;
        CancellationToken = cancellationToken;
    }

    /// <summary>The cell that runs, or, on a task that outlived its cell, the cell that started it.</summary>
    public static KernelInvocationContext? Current => Flowing.Value ?? latest;

    /// <summary>Cancelled when the run is stopped or the cell's time is over. A cell that obeys it ends in its own way.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The cell's number.</summary>
    internal int Cell { get; }

    /// <summary>Whether somebody is there to be asked.</summary>
    internal bool HasInput => input is not null;

    /// <summary>Shows a value below the cell.</summary>
    /// <param name="value">Any object.</param>
    /// <param name="mimeTypes">The MIME types to show it in; none for its type's preferred ones.</param>
    /// <returns>The shown value, which can be updated.</returns>
    public DisplayedValue Display(object? value, params string[] mimeTypes)
    {
        EndIfPressed();
        var shown = new DisplayedValue(value, [new FormattedValue(PlainTextFormatter.MimeType, "")]); // its own update formats no more than that
        Shown.Add(shown, mimeTypes);
        output.Send(new ValueDisplayed(Cell, ValueBundle.Of(value, mimeTypes), shown.DisplayId));
        return shown;
    }

    /// <summary>Shows what the formatting package's own functions announce, and updates what was shown before.</summary>
    internal static void OnDisplayed(DisplayedValue value)
    {
        var context = Kernel.Running;
        context.EndIfPressed();
        if (Shown.TryGetValue(value, out var mimeTypes))
        {
            context.output.Send(new ValueUpdated(context.Cell, ValueBundle.Of(value.Value, mimeTypes), value.DisplayId));
            return;
        }
        Shown.Add(value, []);
        context.output.Send(new ValueDisplayed(context.Cell, ValueBundle.Of(value.FormattedValues, []), value.DisplayId));
    }

    /// <summary>Shows text as a MIME type.</summary>
    public DisplayedValue DisplayAs(string value, string mimeType) => Display(new FormattedValue(mimeType, value));

    /// <summary>Writes to the cell's stdout stream.</summary>
    public void DisplayStandardOut(string text) => output.Write(Cell, "stdout", text);

    /// <summary>Writes to the cell's stderr stream.</summary>
    public void DisplayStandardError(string text) => output.Write(Cell, "stderr", text);

    /// <summary>Takes away what the cell has shown so far.</summary>
    /// <param name="wait">Only when the cell shows something else, so that the page does not flicker.</param>
    public void ClearOutput(bool wait = false) => output.Send(new OutputsCleared(Cell, wait));

    internal async Task<string> AskAsync(string prompt, bool isPassword)
    {
        var answer = input is null ? null : await input.AskAsync(this, prompt, isPassword).ConfigureAwait(false);
        return answer ?? throw new NotSupportedException(
            $"The notebook asks for input ('{prompt}'), and nobody is there to answer. Run with --input 'prompt=value', or give the value by a parameter: tag a cell 'parameters' and run with -p name=value.");
    }

    /// <summary>Ends a cell that was asked to stop some time ago and goes on.</summary>
    internal void EndIfPressed() => pressed.ThrowIfCancellationRequested();

    internal void Return(object? value) => output.Send(new ValueReturned(Cell, ValueBundle.Of(value, [])));

    /// <summary>Makes this the current cell of everything that starts from here.</summary>
    internal void Enter() => Flowing.Value = latest = this;
}
