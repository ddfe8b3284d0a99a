using System.Diagnostics;
using Adr.Kernel.Engine;

namespace Adr.Cli;

/// <summary>Runs <c>dotnet</c> for a verb, on this process's console.</summary>
internal static class Dotnet
{
    /// <summary>Runs it in the repository's folder and waits; returns its exit code.</summary>
    internal static int Run(IEnumerable<string> arguments)
    {
        var command = EngineCommand.ForHost(typeof(Dotnet).Assembly.Location).FileName;
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { WorkingDirectory = Repository.Root })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
