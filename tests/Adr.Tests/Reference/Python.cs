using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Adr.Tests.Reference;

/// <summary>Runs a script that needs the standard library alone, such as one of tests/reference.</summary>
internal static class Python
{
    internal static bool IsThere { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "python3")));

    internal static string Script(string name, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "reference", name));

    /// <summary>A page of the documentation.</summary>
    internal static string Page(string name, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", name));

    internal static JsonDocument Run(params string[] arguments) => RunIn("", arguments);

    /// <summary>As <see cref="Run"/>, in a folder.</summary>
    internal static JsonDocument RunIn(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true,
            RedirectStandardError = true, WorkingDirectory = folder };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0,
            $"python3 {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result}");
        return JsonDocument.Parse(output);
    }
}

/// <summary>A test that needs python3; shown as skipped where there is none.</summary>
internal sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute()
    {
        if (!Python.IsThere) Skip = "python3 is not on the PATH";
    }
}
