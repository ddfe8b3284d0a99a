using System.Diagnostics;

namespace Adr.Cli.Tests;

/// <summary>Runs the built command as a user does: in a process of its own.</summary>
internal static class CommandLine
{
    internal static (int Code, string Output, string Errors) Run(params string[] arguments) =>
        Run(arguments, folder: null);

    internal static (int Code, string Output, string Errors) Run(
        string[] arguments, string? folder, params (string Name, string Value)[] environment) =>
        Run(arguments, folder, Path.Combine(AppContext.BaseDirectory, "Adr.Cli.dll"), environment);

    /// <summary>Runs the command with its output to a file, by a shell, as on a system that has one.</summary>
    internal static (int Code, string Errors) RunInto(string file, params string[] arguments)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "Adr.Cli.dll");
        var start = new ProcessStartInfo("sh", ["-c", $"exec dotnet \"$@\" > {file}", "sh", assembly, .. arguments])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }

    internal static (int Code, string Output, string Errors) Run(
        string[] arguments, string? folder, string assembly, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
