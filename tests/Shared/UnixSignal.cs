using System.Runtime.InteropServices;

namespace Adr.Testing;

/// <summary>Signals to processes, which .NET cannot send, and a bare system may have no command for.</summary>
internal static class UnixSignal
{
    // on Linux and macOS
    internal const int HangUp = 1; // SIGHUP
    internal const int Interrupt = 2; // SIGINT
    internal const int Term = 15; // SIGTERM

    /// <summary>Asks a process to end.</summary>
    internal static void Terminate(int process) => Send(process, Term);

    /// <summary>Sends a signal.</summary>
    internal static void Send(int process, int signal) => Assert.Equal(0, Kill(process, signal));

    /// <summary>Whether this process, and so each that it starts, ignores a signal: a shell's background jobs ignore
    /// SIGINT, and those of nohup SIGHUP. Only Linux says so.</summary>
    internal static bool IsIgnored(int signal) => OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..]
            is var ignored && (Convert.ToUInt64(ignored.Trim(), 16) >> (signal - 1) & 1) == 1;

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}

/// <summary>A test of signals or links, which Windows does not have for everybody; shown as skipped there.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    internal const string Reason = "It needs signals or links, which Windows does not have for everybody.";

    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = Reason;
    }
}

/// <inheritdoc cref="UnixFactAttribute"/>
internal sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = UnixFactAttribute.Reason;
    }
}
