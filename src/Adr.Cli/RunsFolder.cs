using System.CommandLine;

namespace Adr.Cli;

/// <summary>Where run folders lie, for every command that makes or reads them.</summary>
internal static class RunsFolder
{
    internal static Option<string?> Option() => new("--runs") { Description = "The folder of the run folders; by default $ADR_RUNS, else artifacts/runs." };

    internal static string Of(string? given) => Path.GetFullPath(given ?? (Environment.GetEnvironmentVariable("ADR_RUNS") is { Length: > 0 } set ? set : Repository.Artifact("runs")));
}
