using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The precision in which an attack searches for x'. What is computed from x' afterwards, a loss or an
/// accuracy, is always float32.</summary>
public enum AttackPrecision
{
    /// <summary>float32.</summary>
    Float32,

    /// <summary>bfloat16, with sums in float32: faster where the hardware has instructions for it; on other processors
    /// its rounding is imitated in float32, which is slower. For networks of this library; others stay in
    /// float32.</summary>
    BFloat16,

    /// <summary>bfloat16 where the processor runs it natively and a measurement says that it costs no robustness on the
    /// data set (<see cref="AttackPrecisions.Measured"/>), float32 otherwise.</summary>
    Auto,
}

/// <summary>What <see cref="AttackPrecision.Auto"/> means.</summary>
public static class AttackPrecisions
{
    /// <summary>The data sets for which a bfloat16 attack was measured to be faster and to cost no robustness. None
    /// yet: docs/speed.md has what is known of the cost.</summary>
    public static IReadOnlyList<string> Measured { get; } = [];

    /// <summary>Whether this machine's processor computes in a precision itself, so that it is fast.</summary>
    public static bool IsNative(this AttackPrecision precision) =>
        precision != AttackPrecision.BFloat16 || NativeBFloat16.IsHere;

    /// <summary>Float32 or BFloat16: what an attack computes in.</summary>
    /// <param name="precision">What was asked for.</param>
    /// <param name="dataSet">The name of the data set.</param>
    /// <param name="device">Where the network lies.</param>
    public static ScalarType TypeFor(this AttackPrecision precision, string dataSet, Device device) => precision switch
    {
        AttackPrecision.BFloat16 => ScalarType.BFloat16,
        AttackPrecision.Auto when device.type == DeviceType.CPU && NativeBFloat16.IsHere
            && Measured.Any(name => dataSet.StartsWith(name, StringComparison.Ordinal)) => ScalarType.BFloat16,
        _ => ScalarType.Float32,
    };
}

/// <summary>Whether the processor multiplies bfloat16 numbers itself.</summary>
internal static class NativeBFloat16
{
    /// <summary>True on x86-64 with AVX-512's bfloat16 instructions, unless .NET is told to leave AVX-512
    /// alone.</summary>
    // Intel's manual: CPUID.7.1:EAX[5]
    internal static bool IsHere { get; } = Avx512F.IsSupported && (X86Base.CpuId(7, 1).Eax & 1 << 5) != 0;
}
