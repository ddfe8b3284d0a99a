using System.Diagnostics;
using Adr.Kernel.Engine;

namespace Adr.Cli;

/// <summary>The clone that this build belongs to: where <c>./adr</c>, the notebooks and the artifacts are.</summary>
public static class Repository
{
    /// <summary>The folder that holds <c>Adr.Notebooks.sln</c>, searched upwards from the running assembly.</summary>
    /// <exception cref="UsageException">The command does not run from inside a clone.</exception>
    public static string Root => Clone ?? throw new UsageException("This needs a clone of the repository, but no "
        + $"folder above {AppContext.BaseDirectory} holds Adr.Notebooks.sln. Clone the repository and use its ./adr.");

    /// <summary>The clone; null where the command was installed as a tool.</summary>
    public static string? Clone { get; } = Above(AppContext.BaseDirectory);

    /// <summary>What a user types to call this command.</summary>
    public static string Command => Clone is null ? "adr" : "./adr";

    /// <summary><paramref name="parts"/> below the <c>artifacts/</c> of the clone, or else of the current
    /// folder.</summary>
    public static string Artifact(params string[] parts) =>
        Path.Combine([Clone ?? Environment.CurrentDirectory, "artifacts", .. parts]);

    /// <summary>Runs <c>dotnet</c> on this console, in the current folder, and returns its exit code.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="threads">How many threads libtorch takes there; null for as many as there are cores.</param>
    internal static int RunDotnet(IEnumerable<string> arguments, int? threads = null)
    {
        var dotnet = EngineCommand.ForHost(typeof(Repository).Assembly.Location).FileName;
        var start = new ProcessStartInfo(dotnet, arguments);
        start.Environment["ADR_ROOT"] = Root; // where the benchmark finds its reference
        if (threads is { } count) start.Environment["OMP_NUM_THREADS"] = $"{count}";
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>The clone that a folder is in; null if it is in none.</summary>
    internal static string? Above(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Adr.Notebooks.sln"))) return folder.FullName;
        }
        return null;
    }
}
