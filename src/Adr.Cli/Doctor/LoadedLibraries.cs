using System.Diagnostics;

namespace Adr.Cli.Doctor;

/// <summary>Finds libtorch among the files loaded into a process.</summary>
public static class LoadedLibraries
{
    /// <summary>Paths of all native files loaded into this process.</summary>
    public static IReadOnlyList<string> OfThisProcess()
    {
        if (OperatingSystem.IsLinux()) return FromMaps(File.ReadLines("/proc/self/maps"));
        using var process = Process.GetCurrentProcess();
        return [.. process.Modules.Cast<ProcessModule>().Select(module => module.FileName).Where(File.Exists).Distinct()];
    }

    /// <summary>The files named in a <c>/proc/PID/maps</c>.</summary>
    public static IReadOnlyList<string> FromMaps(IEnumerable<string> lines) => [.. lines
        .Select(line => line.IndexOf('/', StringComparison.Ordinal) is var at and >= 0 ? line[at..] : "")
        .Where(path => path.Contains(".so", StringComparison.Ordinal))
        .Distinct()];

    /// <summary>The file of libtorch that does the work.</summary>
    public static string? Libtorch(IEnumerable<string> files) => files.FirstOrDefault(file => Path.GetFileName(file).Contains("torch_cpu", StringComparison.Ordinal));
}
