using System.Runtime.InteropServices;

namespace Adr.Testing;

/// <summary>Signals to processes, which .NET cannot send, and a bare system may have no command for.</summary>
internal static class UnixSignal
{
    private const int Term = 15; // SIGTERM, on Linux and macOS

    /// <summary>Asks a process to end.</summary>
    internal static void Terminate(int process) => Assert.Equal(0, Kill(process, Term));

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}

/// <summary>A test that sends a signal, which Windows has none of; shown as skipped there.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "It sends a signal, and Windows has none.";
    }
}
