using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Factories;

public sealed class FactoryTests
{
    public static TheoryData<string, Func<Tensor>, ScalarType, long[], double[]> Cases => new()
    {
        { "zeros", () => zeros(2, 1), ScalarType.Float32, [2, 1], [0, 0] },
        { "ones of a type", () => ones([2], int64), ScalarType.Int64, [2], [1, 1] },
        { "full of an integer", () => full(2, 7), ScalarType.Int64, [2], [7, 7] },
        { "full of a real number", () => full([1, 2], 0.5), ScalarType.Float32, [1, 2], [0.5, 0.5] },
        { "full of true", () => full([1], true), ScalarType.Int64, [1], [1] },
        { "eye", () => eye(2), ScalarType.Float32, [2, 2], [1, 0, 0, 1] },
        { "eye, wide", () => eye(1, 2), ScalarType.Float32, [1, 2], [1, 0] },
        { "arange of integers", () => arange(3), ScalarType.Int64, [3], [0, 1, 2] },
        { "arange from, to", () => arange(1, 3), ScalarType.Int64, [2], [1, 2] },
        { "arange of real numbers", () => arange(0, 1, 0.5), ScalarType.Float32, [2], [0, 0.5] },
        { "linspace", () => linspace(0, 1, 3), ScalarType.Float32, [3], [0, 0.5, 1] },
        { "logspace", () => logspace(0, 2, 3), ScalarType.Float32, [3], [1, 10, 100] },
        { "zeros_like", () => zeros_like(tensor([1L])), ScalarType.Int64, [1], [0] },
        { "ones_like of a type", () => ones_like(tensor([1L]), float64), ScalarType.Float64, [1], [1] },
        { "full_like", () => full_like(tensor([1f]), 3), ScalarType.Float32, [1], [3] },
        { "tensor of floats", () => tensor([1f, 2f]), ScalarType.Float32, [2], [1, 2] },
        { "tensor of doubles", () => tensor([1.0, 2.0]), ScalarType.Float64, [2], [1, 2] },
        { "tensor of ints", () => tensor([1, 2]), ScalarType.Int32, [2], [1, 2] },
        { "tensor of longs", () => tensor([1L, 2L]), ScalarType.Int64, [2], [1, 2] },
        { "tensor of bytes", () => tensor(new byte[] { 1, 255 }), ScalarType.Byte, [2], [1, 255] },
        { "tensor of booleans", () => tensor([true, false]), ScalarType.Bool, [2], [1, 0] },
        { "tensor converted", () => tensor([1, 2], float32), ScalarType.Float32, [2], [1, 2] },
        { "tensor with dimensions", () => tensor([1f, 2f], [2, 1]), ScalarType.Float32, [2, 1], [1, 2] },
        { "tensor of a list", () => tensor(new List<float> { 1, 2 }, 1, 2), ScalarType.Float32, [1, 2], [1, 2] },
        { "scalar", () => tensor(1.5f), ScalarType.Float32, [], [1.5] },
        { "scalar converted", () => tensor(3L, float32), ScalarType.Float32, [], [3] },
        { "array of two dimensions", () => from_array(new[,] { { 1f, 2f }, { 3f, 4f } }), ScalarType.Float32, [2, 2], [1, 2, 3, 4] },
        { "array converted", () => from_array(new[] { 1, 2 }, float64), ScalarType.Float64, [2], [1, 2] },
        { "empty array", () => tensor(Array.Empty<float>()), ScalarType.Float32, [0], [] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Makes(string what, Func<Tensor> make, ScalarType type, long[] shape, double[] expected)
    {
        using var scope = NewDisposeScope();
        var t = make();
        Assert.True(type == t.dtype, $"{what}: {t}");
        Assert.Equal(shape, t.shape);
        Assert.Equal(expected, t.to(float64).data<double>().ToArray());
        Assert.Equal("cpu", t.device.ToString());
    }

    [Fact]
    public void The_array_is_copied()
    {
        using var scope = NewDisposeScope();
        float[] array = [1, 2];
        var t = tensor(array);
        array[0] = 9;
        Assert.Equal(1f, t[0].ToSingle());
    }

    [Fact]
    public void Dimensions_must_hold_the_numbers() =>
        Assert.Contains("hold 6 numbers, came 4", Assert.Throws<ArgumentException>(() => tensor(new float[4], [2, 3])).Message);

    [Fact]
    public void Names_are_refused() => Assert.Throws<ArgumentException>(() => zeros(1, names: ["batch"]));

    [Fact]
    public void An_array_of_something_else_is_refused() => Assert.Throws<ArgumentException>(() => from_array(new[] { "a" }));

    [Fact]
    public void Requires_grad_is_passed_on()
    {
        using var scope = NewDisposeScope();
        Assert.True(zeros(2, requires_grad: true).requires_grad);
        Assert.True(tensor([1f], requires_grad: true).requires_grad);
        Assert.False(zeros(2).requires_grad);
    }

    [Fact]
    public void Meta_tensors_have_sizes_alone()
    {
        using var scope = NewDisposeScope();
        var t = zeros(1 << 20, 1 << 20, device: META);
        Assert.True(t.is_meta);
        Assert.Equal([1L << 20, 1], t.sum(1, keepdim: true).shape);
    }

    [Fact]
    public void Two_numbers_make_a_complex_one()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.ComplexFloat32, tensor(1f, 2f).dtype);
        Assert.Equal(new System.Numerics.Complex(1, 2), tensor(1.0, 2.0).item<System.Numerics.Complex>());
    }
}
