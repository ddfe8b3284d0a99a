namespace Adr.Cli;

/// <summary>What the process says to its caller.</summary>
/// <remarks><c>./adr</c> itself adds 6: the build failed.</remarks>
public static class ExitCode
{
    /// <summary>Everything asked for was done.</summary>
    public const int Fine = 0;

    /// <summary>A cell failed, a training run diverged, a file could not be read or written, or <c>doctor</c> found something that keeps the experiments from running.</summary>
    public const int Failed = 1;

    /// <summary>The command line, a file or a parameter is not what the verb expects; nothing was run.</summary>
    public const int Usage = 2;

    /// <summary>A cell ran longer than it may.</summary>
    public const int Timeout = 3;

    /// <summary>The process that ran the cells ended by itself.</summary>
    public const int EngineDied = 4;

    /// <summary>Something that the verb needs is missing on this machine: the .NET SDK, or a native library.</summary>
    public const int Missing = 5;

    /// <summary>A person or the system stopped it (SIGINT, SIGTERM); what was done is saved.</summary>
    public const int Interrupted = 130;
}
