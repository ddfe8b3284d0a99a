using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>What a number was computed with, beside its settings: two machines may round differently.</summary>
/// <param name="Date">The day on which it began, in UTC: "2026-11-28".</param>
/// <param name="Version">This library's version, with the commit it was built from where that is known.</param>
/// <param name="TorchSharp">TorchSharp's version.</param>
/// <param name="Libtorch">libtorch's version.</param>
/// <param name="Processor">The processor.</param>
/// <param name="Threads">Threads of one computation.</param>
/// <param name="System">Operating system and .NET.</param>
public sealed record RunEnvironment(
    string Date,
    string Version,
    string TorchSharp,
    string Libtorch,
    string Processor,
    int Threads,
    string System)
{
    private const double GiB = 1L << 30;

    /// <summary>The commit that the library was built from; null where the build did not know it. Changes that were not
    /// committed do not show.</summary>
    public string? Commit => Version.Split('+', 2) is [_, { Length: > 0 } commit] ? commit : null;

    /// <summary>The GPU that computed; null for the processor, and in files of before.</summary>
    public string? Gpu { get; init; }

    /// <summary>The memory that .NET may use, in GiB: that of the machine, or three quarters of a container's limit;
    /// null in files of before.</summary>
    public double? MemoryGiB { get; init; }

    /// <summary>The most memory that the process had until then, in GiB, that of a GPU not counted; null where the
    /// system does not tell, and in files of before.</summary>
    public double? PeakMemoryGiB { get; init; }

    /// <summary>What computed, for a sentence: "NVIDIA H200", or "AMD EPYC (2 threads)".</summary>
    internal string Machine => Gpu ?? $"{Processor} ({Threads} {(Threads == 1 ? "thread" : "threads")})";

    /// <summary>This machine and process, now.</summary>
    /// <param name="device">Where numbers are computed: "cpu", "cuda" or "cuda:N".</param>
    public static RunEnvironment Here(string device = "cpu") => new(DateTime.UtcNow.ToString("yyyy-MM-dd", null),
        VersionOf(typeof(RunEnvironment).Assembly), VersionOf(typeof(torch).Assembly), torch.__version__,
        ProcessorName(), torch.get_num_threads(),
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}")
    {
        Gpu = GpuName(device),
        MemoryGiB = Rounded(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
        PeakMemoryGiB = PeakMemory() is > 0 and var peak ? Rounded(peak) : null,
    };

    /// <summary>A list of environments, continued: the same machine and versions as the last one are one entry, with
    /// the date when it began and the larger peak.</summary>
    internal static IReadOnlyList<RunEnvironment> Continued(IReadOnlyList<RunEnvironment> before, RunEnvironment now) =>
        before is [.., var last] && last.IsSameAs(now)
            ? [.. before.SkipLast(1), last.ContinuedBy(now)]
            : [.. before, now];

    /// <summary>Whether the machine and all versions are the same.</summary>
    internal bool IsSameAs(RunEnvironment other) => this == other with { Date = Date, PeakMemoryGiB = PeakMemoryGiB };

    /// <summary>This one, which goes on at another time.</summary>
    internal RunEnvironment ContinuedBy(RunEnvironment now) => this with
    {
        PeakMemoryGiB = PeakMemoryGiB is null || now.PeakMemoryGiB > PeakMemoryGiB ? now.PeakMemoryGiB : PeakMemoryGiB,
    };

    private static double Rounded(long bytes) => Math.Round(bytes / GiB, 2);

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64; // 0 on macOS
    }

    private static string? GpuName(string device) =>
        new Device(device) is { type: DeviceType.CUDA, index: var index }
            ? CudaDriver.NameOf(Math.Max(index, 0)) ?? "unknown"
            : null;

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? assembly.GetName().Version?.ToString() ?? "unknown";

    // Linux and Windows name it in different places; elsewhere its architecture has to do.
    private static string ProcessorName()
    {
        const string cpuInfo = "/proc/cpuinfo";
        var line = File.Exists(cpuInfo)
            ? File.ReadLines(cpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[^1].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
