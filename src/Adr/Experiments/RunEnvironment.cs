using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Adr.Experiments;

/// <summary>What a number was computed with, beside its settings: two machines may round differently.</summary>
/// <param name="Date">When, in UTC: "2026-11-28".</param>
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
    /// <summary>This machine, now.</summary>
    public static RunEnvironment Here() => new(DateTime.UtcNow.ToString("yyyy-MM-dd", null),
        VersionOf(typeof(RunEnvironment).Assembly), VersionOf(typeof(torch).Assembly), torch.__version__,
        ProcessorName(), torch.get_num_threads(),
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");

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
