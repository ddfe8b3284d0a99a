using Adr.Kernel.Engine;
using Microsoft.DotNet.Interactive.Formatting;

namespace Microsoft.DotNet.Interactive;

/// <summary>The running cell, as .NET Interactive's notebooks know it.</summary>
public sealed class KernelInvocationContext
{
    private static readonly AsyncLocal<KernelInvocationContext?> Flowing = new();
    private static KernelInvocationContext? latest;
    private readonly EngineOutput output;

    internal KernelInvocationContext(EngineOutput output, int cell, CancellationToken cancellationToken)
    {
        this.output = output;
        Cell = cell;
        CancellationToken = cancellationToken;
    }

    /// <summary>The cell that runs, or, on a task that outlived its cell, the cell that started it.</summary>
    public static KernelInvocationContext? Current => Flowing.Value ?? latest;

    /// <summary>Cancelled when the run is stopped or the cell's time is over. A cell that obeys it ends in its own way.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The cell's number.</summary>
    internal int Cell { get; }

    /// <summary>Shows a value below the cell.</summary>
    /// <param name="value">Any object.</param>
    /// <param name="mimeTypes">The MIME types to show it in; none for its type's preferred ones.</param>
    /// <returns>The shown value, which can be updated.</returns>
    public DisplayedValue Display(object? value, params string[] mimeTypes)
    {
        var id = Guid.NewGuid().ToString("N");
        output.Send(new ValueDisplayed(Cell, ValueBundle.Of(value, mimeTypes), id));
        return new DisplayedValue(id, mimeTypes);
    }

    /// <summary>Shows text as a MIME type.</summary>
    public DisplayedValue DisplayAs(string value, string mimeType) => Display(new FormattedValue(mimeType, value));

    /// <summary>Writes to the cell's stdout stream.</summary>
    public void DisplayStandardOut(string text) => output.Write(Cell, "stdout", text);

    /// <summary>Writes to the cell's stderr stream.</summary>
    public void DisplayStandardError(string text) => output.Write(Cell, "stderr", text);

    internal void Update(string displayId, object? value, string[] mimeTypes) =>
        output.Send(new ValueUpdated(Cell, ValueBundle.Of(value, mimeTypes), displayId));

    internal void Return(object? value) => output.Send(new ValueReturned(Cell, ValueBundle.Of(value, [])));

    /// <summary>Makes this the current cell of everything that starts from here.</summary>
    internal void Enter() => Flowing.Value = latest = this;
}
