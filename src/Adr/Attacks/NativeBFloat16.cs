using System.Runtime.Intrinsics.X86;

namespace Adr.Attacks;

/// <summary>Whether the processor multiplies bfloat16 numbers itself.</summary>
internal static class NativeBFloat16
{
    /// <summary>True on x86-64 with AVX-512's bfloat16 instructions, unless .NET is told to leave AVX-512 alone.</summary>
    internal static bool IsHere { get; } = Avx512F.IsSupported && (X86Base.CpuId(7, 1).Eax & 1 << 5) != 0; // Intel's manual: CPUID.7.1:EAX[5]
}
