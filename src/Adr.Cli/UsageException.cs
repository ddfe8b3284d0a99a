namespace Adr.Cli;

/// <summary>Thrown before any work when what the user asked for cannot be meant: its message goes to the terminal, and the process ends with <see cref="ExitCode.Usage"/>.</summary>
/// <param name="message">What was expected, what came, what to do.</param>
public sealed class UsageException(string message) : Exception(message);
