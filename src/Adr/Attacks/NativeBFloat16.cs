namespace Adr.Attacks;

/// <summary>Whether the processor multiplies bfloat16 numbers itself.</summary>
internal static class NativeBFloat16
{
    private const string CpuInfo = "/proc/cpuinfo";

    /// <summary>True where Linux names one of its instruction sets (x86: avx512_bf16 or amx_bf16; Arm: bf16); false where nobody says so.</summary>
    internal static bool IsHere { get; } = File.Exists(CpuInfo) && Names(File.ReadLines(CpuInfo));

    /// <summary>Whether a line of flags or features names one of them.</summary>
    internal static bool Names(IEnumerable<string> cpuInfo) =>
        cpuInfo.FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal) || line.StartsWith("Features", StringComparison.Ordinal)) is { } line
        && line.Split([' ', '\t', ':'], StringSplitOptions.RemoveEmptyEntries).Any(flag => flag is "avx512_bf16" or "amx_bf16" or "bf16");
}
