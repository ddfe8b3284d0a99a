namespace Adr.Kernel.Running;

/// <summary>What a process's exit code says about how it ended.</summary>
internal static class EngineEnd
{
    internal static string Describe(int exitCode) => exitCode switch
    {
        0 => "it ended by itself (exit code 0); did the cell call Environment.Exit?",
        128 + 4 => "signal 4 (SIGILL): native code uses an instruction that this processor lacks.",
        128 + 6 => "signal 6 (SIGABRT): a stack overflow, Environment.FailFast, an exception on another thread, or native code that gave up; its own words are in the cell's stderr.",
        128 + 7 => "signal 7 (SIGBUS): a memory error in native code.",
        128 + 8 => "signal 8 (SIGFPE): an arithmetic error in native code.",
        128 + 9 => "signal 9 (SIGKILL): something killed it; the system does so when memory runs out.",
        128 + 11 => "signal 11 (SIGSEGV): a memory error in native code.",
        128 + 15 => "signal 15 (SIGTERM): something asked it to end.",
        > 128 and < 160 => $"signal {exitCode - 128}.",
        _ => $"exit code {exitCode}; did the cell call Environment.Exit?",
    };
}
