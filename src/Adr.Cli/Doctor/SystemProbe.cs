using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Adr.Attacks;

namespace Adr.Cli.Doctor;

/// <summary>Looks at the SDK and the machine.</summary>
public static class SystemProbe
{
    /// <summary>What this machine is.</summary>
    public static SystemFacts Look() => new(
        Sdk(), RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
        Processor(), Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1), Instructions());

    private static IReadOnlyList<string> Instructions() =>
    [
        .. new (string Name, bool IsHere)[]
        {
            ("avx2", Avx2.IsSupported), ("avx512", Avx512F.IsSupported), ("bfloat16", AttackPrecision.BFloat16.IsNative()), ("neon", AdvSimd.IsSupported),
        }.Where(known => known.IsHere).Select(known => known.Name),
    ];

    // Linux says it in a file, Windows in a variable.
    private static string? Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");

    // Asked of dotnet itself, in the repository, because global.json has its say.
    private static string? Sdk()
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", "--version")
        {
            WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var version = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? version : null;
        }
        catch (Win32Exception) // no dotnet on PATH: the answer is "none"
        {
            return null;
        }
    }
}
