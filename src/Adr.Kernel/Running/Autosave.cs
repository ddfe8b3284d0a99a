using System.Diagnostics;

namespace Adr.Kernel.Running;

/// <summary>
/// Decides when a running notebook is saved: after every cell, and from time to time during a long one.
/// </summary>
/// <remarks>
/// Saving takes at most a tenth of the time. If large outputs make a save slow, several quick cells share one save.
/// </remarks>
internal sealed class Autosave(TimeSpan interval, Action save)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(30);

    private readonly Stopwatch sinceSave = Stopwatch.StartNew();
    private TimeSpan took;
    private bool cellUnsaved;

    /// <summary>The time until the next save is due; negative if it is overdue.</summary>
    internal TimeSpan DueIn
    {
        get
        {
            var pause = took <= Quick ? TimeSpan.Zero : took * 9;
            return (cellUnsaved || pause > interval ? pause : interval) - sinceSave.Elapsed;
        }
    }

    internal void AfterCell()
    {
        cellUnsaved = true;
        IfDue();
    }

    internal void IfDue()
    {
        if (DueIn > TimeSpan.Zero) return;
        var clock = Stopwatch.StartNew();
        save();
        took = clock.Elapsed;
        sinceSave.Restart();
        cellUnsaved = false;
    }
}
