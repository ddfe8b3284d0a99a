using System.Diagnostics;

namespace Adr.Kernel.Running;

/// <summary>Saves after every cell and, inside a long one, now and then.</summary>
/// <remarks>Where a save takes long, because outputs are large, a few quick cells share one: saving takes a tenth of the time at most.</remarks>
internal sealed class Autosave(TimeSpan interval, Action save)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(30);

    private DateTimeOffset last = DateTimeOffset.UtcNow;
    private TimeSpan took;
    private bool cellUnsaved;

    /// <summary>When the next save is due while a cell runs.</summary>
    internal DateTimeOffset Due => last + (cellUnsaved ? Pause : interval > Pause ? interval : Pause);

    private TimeSpan Pause => took <= Quick ? TimeSpan.Zero : took * 9;

    internal void AfterCell()
    {
        cellUnsaved = true;
        IfDue();
    }

    internal void IfDue()
    {
        if (DateTimeOffset.UtcNow >= Due) Now();
    }

    internal void Now()
    {
        var clock = Stopwatch.StartNew();
        save();
        took = clock.Elapsed;
        last = DateTimeOffset.UtcNow;
        cellUnsaved = false;
    }
}
