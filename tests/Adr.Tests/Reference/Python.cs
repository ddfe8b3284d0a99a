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

    /// <summary>A Python that has torch: the one that ADR_PYTHON names, or the first on the PATH. Null for
    /// none.</summary>
    internal static string? WithTorch => Torch.Value;

    private static readonly Lazy<string?> Torch = new(() =>
        (Environment.GetEnvironmentVariable("ADR_PYTHON") is { Length: > 0 } named
            ? [named]
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .Select(folder => Path.Combine(folder, "python3")).Where(File.Exists))
        .FirstOrDefault(HasTorch));

    internal static JsonDocument Run(params string[] arguments) => RunIn("", arguments);

    /// <summary>As <see cref="Run"/>, in a folder.</summary>
    internal static JsonDocument RunIn(string folder, params string[] arguments) => Run("python3", folder, arguments);

    /// <summary>Runs a script by a certain Python, in a folder.</summary>
    internal static JsonDocument Run(string python, string folder, string[] arguments)
    {
        var start = new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true,
            RedirectStandardError = true, WorkingDirectory = folder };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0,
            $"{python} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result}");
        return JsonDocument.Parse(output);
    }

    private static bool HasTorch(string python)
    {
        var start = new ProcessStartInfo(python, ["-c", "import torch"]) { RedirectStandardOutput = true,
            RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        errors.Wait();
        return process.ExitCode == 0;
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

/// <summary>A test that needs a python3 with torch; shown as skipped where there is none.</summary>
internal sealed class PyTorchFactAttribute : FactAttribute
{
    public PyTorchFactAttribute()
    {
        if (Python.WithTorch is null) Skip = "no python3 on the PATH has torch (Debian: python3-torch)";
    }
}
