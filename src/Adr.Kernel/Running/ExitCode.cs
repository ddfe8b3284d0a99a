namespace Adr.Kernel.Running;

/// <summary>How a run ended, as the exit code of a command.</summary>
public enum ExitCode
{
    /// <summary>Every cell ran, and none failed that may not.</summary>
    Ok = 0,

    /// <summary>A cell failed; the notebook shows its error.</summary>
    CellFailed = 1,

    /// <summary>Nothing ran: the notebook or the options cannot be used as they are.</summary>
    Usage = 2,

    /// <summary>A cell, or the whole run, took longer than it may; the notebook keeps what came before.</summary>
    Timeout = 3,

    /// <summary>The engine's process ended in the middle of a cell, and the notebook keeps what came before; or it could not start, and nothing ran.</summary>
    EngineDied = 4,

    /// <summary>A person or the system stopped the run (SIGINT, SIGTERM); the notebook keeps what came before.</summary>
    Interrupted = 130,
}
