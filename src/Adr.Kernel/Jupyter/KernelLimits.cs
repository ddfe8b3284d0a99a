namespace Adr.Kernel.Jupyter;

/// <summary>How long a kernel waits for what.</summary>
public sealed record KernelLimits
{
    /// <summary>From an interrupt until the user is told that the cell does not stop. Default: 2 s.</summary>
    public TimeSpan Warning { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From an interrupt until the engine is ended with the cell. Default: 10 s.</summary>
    public TimeSpan Stop { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For an answer about code: completions, descriptions. Default: 10 s.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For a client to listen to the broadcast channel, before the first request is answered. Default: 1 s.</summary>
    public TimeSpan Subscription { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>For a client that listens to the broadcast channel and reads nothing, while output waits for it. Default: 10 s.</summary>
    public TimeSpan Listener { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After a cell that failed, for requests on their way, which are then not run. Default: 20 ms.</summary>
    public TimeSpan Abort { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest frame that a client may send, in bytes. Default: 64 MiB.</summary>
    public long LargestFrame { get; init; } = 64 << 20;
}
