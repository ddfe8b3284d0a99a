namespace Adr.Kernel.Running;

/// <summary>When a running cell must be asked to stop, and when its process must be killed.</summary>
internal sealed class CellClock(DateTimeOffset begin, RunOptions options, DateTimeOffset? runDeadline)
{
    private DateTimeOffset killAt = DateTimeOffset.MaxValue;
    private bool killed;

    /// <summary>Why a cell is stopped.</summary>
    internal enum Reason { CellTimeout, RunTimeout, Interrupt }

    /// <summary>What to do now.</summary>
    internal enum Act { Nothing, Ask, Kill }

    /// <summary>Why the cell was asked to stop; null while it was not.</summary>
    internal Reason? Stopping { get; private set; }

    private DateTimeOffset CellDeadline => begin + options.CellTimeout ?? DateTimeOffset.MaxValue;

    private DateTimeOffset RunDeadline => runDeadline ?? DateTimeOffset.MaxValue;

    /// <summary>The next time to look at the clock, an hour from now at the latest.</summary>
    internal DateTimeOffset Next(DateTimeOffset save)
    {
        var look = Stopping is null ? Min(CellDeadline, RunDeadline) : killed ? DateTimeOffset.MaxValue : killAt;
        return Min(Min(look, save), DateTimeOffset.UtcNow + TimeSpan.FromHours(1));
    }

    internal Act Look(bool interrupted)
    {
        var now = DateTimeOffset.UtcNow;
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

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
