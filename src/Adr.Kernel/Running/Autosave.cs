namespace Adr.Kernel.Running;

/// <summary>Saves after every cell and, inside a long one, now and then.</summary>
/// <remarks>Where a save takes long, because outputs are large, a few quick cells share one: saving takes a tenth of the time at most.</remarks>
internal sealed class Autosave(TimeSpan interval, Action save)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(30);

    private TimeSpan last = Clock.Now;
    private TimeSpan took;
    private bool cellUnsaved;

    /// <summary>When the next save is due while a cell runs.</summary>
    internal TimeSpan Due => last + (cellUnsaved ? Pause : interval > Pause ? interval : Pause);

    private TimeSpan Pause => took <= Quick ? TimeSpan.Zero : took * 9;

    internal void AfterCell()
    {
        cellUnsaved = true;
        IfDue();
    }

    internal void IfDue()
    {
        if (Clock.Now >= Due) Save();
    }

    private void Save()
    {
        var begun = Clock.Now;
        save();
        last = Clock.Now;
        took = last - begun;
        cellUnsaved = false;
    }
}
