namespace Adr.Kernel.Engine;

/// <summary>Explains the exit code of an engine that ended.</summary>
internal static class ExitReason
{
    /// <summary>The explanation, as the end of a sentence.</summary>
    internal static string Describe(int exitCode) => exitCode switch
    {
        0 => "it ended by itself (exit code 0); did the cell call Environment.Exit?",
        128 + 4 => "signal 4 (SIGILL): native code used an instruction that this processor does not have.",
        128 + 6 => "signal 6 (SIGABRT): a stack overflow, Environment.FailFast, an unhandled exception on another " +
            "thread, or native code that aborted. The cell's stderr shows the details.",
        128 + 7 => "signal 7 (SIGBUS): a memory error in native code.",
        128 + 8 => "signal 8 (SIGFPE): an arithmetic error in native code.",
        128 + 9 => "signal 9 (SIGKILL): it was killed. The system does this when memory runs out.",
        128 + 11 => "signal 11 (SIGSEGV): a memory error in native code.",
        128 + 15 => "signal 15 (SIGTERM): it was asked to end.",
        > 128 and < 160 => $"signal {exitCode - 128}.",
        _ => $"exit code {exitCode}; did the cell call Environment.Exit?",
    };
}
