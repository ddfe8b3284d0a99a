using System.Runtime.InteropServices;
using TorchSharp;

namespace Adr.Cli.Doctor;

/// <summary>Warns of the reference BLAS before anything long starts, without loading libtorch.</summary>
public static class SlowBlas
{
    /// <summary>What to do about it.</summary>
    public const string Advice = "sudo apt-get install libopenblas0-pthread";

    /// <summary>The warning, or null where libtorch is not Debian's or its BLAS is a fast one.</summary>
    public static string? Warning()
    {
        if (typeof(torch).Assembly.GetName().Name != "Adr.Torch" || !OperatingSystem.IsLinux()) return null;
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("LIBTORCH"))) return null;
        var multiarch = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
        return Warning($"/usr/lib/{multiarch}/libblas.so.3");
    }

    /// <summary>The warning for the BLAS that <paramref name="link"/> leads to, or null.</summary>
    public static string? Warning(string link) =>
        Follow(link) is { } path && LoadedLibraries.IsReference(path)
            ? $"warning: libtorch will use the reference BLAS ({path}), many times slower than OpenBLAS. {Advice}"
            : null;

    // Debian's chain: libblas.so.3 → /etc/alternatives/… → blas/libblas.so.3 → blas/libblas.so.3.11.0
    private static string? Follow(string link) => File.Exists(link) ? File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName ?? link : null;
}
