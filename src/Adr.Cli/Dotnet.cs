using System.Diagnostics;
using Adr.Kernel.Engine;

namespace Adr.Cli;

/// <summary>Runs <c>dotnet</c> for a verb, on this process's console.</summary>
internal static class Dotnet
{
    /// <summary>Runs it in the user's folder, which relative paths among the arguments mean, and waits; returns its exit code.</summary>
    internal static int Run(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(EngineCommand.ForHost(typeof(Dotnet).Assembly.Location).FileName, arguments);
        start.Environment["ADR_ROOT"] = Repository.Root; // where the benchmark finds its reference
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
