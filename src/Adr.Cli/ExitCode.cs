namespace Adr.Cli;

/// <summary>What the process tells its caller.</summary>
/// <remarks><c>./adr</c> itself adds 6: the build failed.</remarks>
public static class ExitCode
{
    /// <summary>Everything that was asked for was done.</summary>
    public const int Fine = 0;

    /// <summary>
    /// A cell failed, a training run diverged, a file could not be read or written, some of the output was lost (the
    /// work was done all the same), or <c>doctor</c> found a problem that keeps the experiments from running.
    /// </summary>
    public const int Failed = 1;

    /// <summary>The command line, a file or a parameter is not valid. Nothing was run.</summary>
    public const int Usage = 2;

    /// <summary>A cell ran longer than its time limit.</summary>
    public const int Timeout = 3;

    /// <summary>The process that ran the cells ended unexpectedly.</summary>
    public const int EngineDied = 4;

    /// <summary>Something that the verb needs is missing on this machine: the .NET SDK or a native library.</summary>
    public const int Missing = 5;

    /// <summary>The run was stopped (SIGINT, SIGTERM). What was done is saved.</summary>
    public const int Interrupted = 130;
}

/// <summary>
/// Thrown before any work when a request is not valid. The message goes to the terminal, and the process ends with
/// <see cref="ExitCode.Usage"/>.
/// </summary>
/// <param name="message">What was expected, what was given, and what to do.</param>
public sealed class UsageException(string message) : Exception(message)
{
    /// <summary>The same problem, without the name of a parameter, which means nothing on a command line.</summary>
    internal static UsageException From(ArgumentException problem) =>
        new(problem.Message.Replace($" (Parameter '{problem.ParamName}')", "", StringComparison.Ordinal));
}
