namespace Adr.Kernel.Running;

/// <summary>When a running cell must be asked to stop, and when its process must be killed.</summary>
internal sealed class CellClock(TimeSpan begin, RunOptions options, TimeSpan? runDeadline)
{
    private TimeSpan killAt = TimeSpan.MaxValue;
    private bool killed;

    /// <summary>Why a cell is stopped.</summary>
    internal enum Reason { CellTimeout, RunTimeout, Interrupt }

    /// <summary>What to do now.</summary>
    internal enum Act { Nothing, Ask, Kill }

    /// <summary>Why the cell was asked to stop; null while it was not.</summary>
    internal Reason? Stopping { get; private set; }

    private TimeSpan CellDeadline => begin + options.CellTimeout ?? TimeSpan.MaxValue;

    private TimeSpan RunDeadline => runDeadline ?? TimeSpan.MaxValue;

    /// <summary>The next time to look at the clock, an hour from now at the latest.</summary>
    internal TimeSpan Next(TimeSpan save)
    {
        var look = Stopping is null ? Min(CellDeadline, RunDeadline) : killed ? TimeSpan.MaxValue : killAt;
        return Min(Min(look, save), Clock.Now + TimeSpan.FromHours(1));
    }

    internal Act Look(bool interrupted)
    {
        var now = Clock.Now;
        if (Stopping is null)
        {
            Stopping = interrupted ? Reason.Interrupt : now >= CellDeadline ? Reason.CellTimeout : now >= RunDeadline ? Reason.RunTimeout : null;
            if (Stopping is null) return Act.Nothing;
            killAt = now + options.StopGrace;
            return Act.Ask;
        }
        if (killed || now < killAt) return Act.Nothing;
        killed = true;
        return Act.Kill;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
