using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Adr.Cli.Doctor;

/// <summary>Looks at the SDK and the machine.</summary>
public static class SystemProbe
{
    private static readonly string[] Known =
        ["avx2", "avx512f", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_bf16", "asimd", "bf16", "sve", "sve2"];

    /// <summary>What this machine is.</summary>
    public static SystemFacts Look()
    {
        var cpu = File.Exists("/proc/cpuinfo") ? File.ReadAllText("/proc/cpuinfo") : "";
        return new SystemFacts(
            Sdk(), RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription,
            RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
            Field(cpu, "model name"), Environment.ProcessorCount,
            Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1), Instructions(cpu));
    }

    /// <summary>The instructions worth knowing among the flags of a <c>/proc/cpuinfo</c>, x86 or Arm.</summary>
    public static IReadOnlyList<string> Instructions(string cpuinfo)
    {
        var flags = (Field(cpuinfo, "flags") ?? Field(cpuinfo, "Features") ?? "").Split(' ').ToHashSet();
        return [.. Known.Where(flags.Contains)];
    }

    private static string? Field(string cpuinfo, string name) => cpuinfo.Split('\n')
        .Select(line => line.Split(':', 2))
        .FirstOrDefault(pair => pair.Length == 2 && pair[0].Trim() == name)?[1].Trim();

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
