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

    [Theory]
    [InlineData("flags\t\t: fpu sse2 avx512f avx512_bf16 amx_tile", true)]
    [InlineData("flags\t\t: fpu amx_bf16", true)]
    [InlineData("Features\t: fp asimd bf16 i8mm", true)]
    [InlineData("flags\t\t: fpu sse2 avx2 fma avx512f", false)]
    [InlineData("model name\t: bf16", false)]
    public static void The_processor_is_asked_by_the_names_of_its_instructions(string line, bool expected) =>
        Assert.Equal(expected, NativeBFloat16.Names(["processor\t: 0", line]));
}
