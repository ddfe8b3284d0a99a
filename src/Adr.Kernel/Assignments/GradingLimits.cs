namespace Adr.Kernel.Assignments;

/// <summary>What a submission may use while it is graded.</summary>
public sealed record GradingLimits
{
    /// <summary>How long one cell may take. Default: 60 s.</summary>
    public TimeSpan Cell { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long all cells may take together. Default: 15 minutes.</summary>
    public TimeSpan Run { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How much memory its processes may hold together, in MiB. Default: 4,096.</summary>
    public int Memory { get; init; } = 4096;

    /// <summary>How many processes it may have. Default: 32.</summary>
    public int Processes { get; init; } = 32;

    /// <summary>How much it may write to files, in MiB; only in a sandbox. Default: 512.</summary>
    public int Disk { get; init; } = 512;

    /// <summary>How many characters a cell may print. What comes after them is dropped. Default: a million.</summary>
    public int Characters { get; init; } = 1_000_000;
}
