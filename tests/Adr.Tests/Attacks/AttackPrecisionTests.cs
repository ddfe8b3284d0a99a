using Adr.Attacks;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

public static class AttackPrecisionTests
{
    [Fact]
    public static void Is_what_was_asked_for()
    {
        Assert.Equal(ScalarType.Float32, AttackPrecision.Float32.TypeFor("MNIST train", CPU));
        Assert.Equal(ScalarType.BFloat16, AttackPrecision.BFloat16.TypeFor("MNIST train", CPU));
    }

    [Fact]
    public static void Auto_is_float32_where_nothing_was_measured() =>
        Assert.Equal(ScalarType.Float32, AttackPrecision.Auto.TypeFor("a data set that nobody has measured", CPU));

    [Fact] // Linux names the same instructions, for the processor as it is
    public static void The_processor_is_asked_for_its_instructions()
    {
        if (!File.Exists("/proc/cpuinfo")) return;
        var isNamed = File.ReadLines("/proc/cpuinfo").Any(line => line.Split(' ').Contains("avx512_bf16"));
        Assert.Equal(isNamed && System.Runtime.Intrinsics.X86.Avx512F.IsSupported, NativeBFloat16.IsHere);
    }
}
