using System.Diagnostics;

namespace Adr.Cli.Doctor;

/// <summary>Finds, among the files loaded into a process, those that matter for speed.</summary>
public static class LoadedLibraries
{
    private static readonly string[] FastBlas = ["libopenblas", "libmkl", "libblis", "libatlas", "libsatlas", "libtatlas", "libnvpl", "libarmpl"];

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
    public static string? Libtorch(IEnumerable<string> files) => files.FirstOrDefault(file => Name(file).Contains("torch_cpu", StringComparison.Ordinal));

    /// <summary>The BLAS in use: the one behind the generic name where that is loaded (libtorch asks it first, even when LAPACK has
    /// brought a faster one along), else the fast one loaded by its own name, else none: libtorch carries its own.</summary>
    public static (string? Path, bool Slow) Blas(IReadOnlyCollection<string> files)
    {
        var generic = files.FirstOrDefault(file => Name(file).StartsWith("libblas.so", StringComparison.Ordinal));
        if (generic is not null) return (generic, IsReference(generic));
        return (files.FirstOrDefault(file => FastBlas.Any(name => Name(file).StartsWith(name, StringComparison.Ordinal))), false);
    }

    /// <summary>Debian keeps the reference BLAS, and it alone, in a folder called <c>blas</c>.</summary>
    public static bool IsReference(string path) =>
        Name(path).StartsWith("libblas.so", StringComparison.Ordinal) && Path.GetFileName(Path.GetDirectoryName(path)) == "blas";

    private static string Name(string path) => Path.GetFileName(path);
}
