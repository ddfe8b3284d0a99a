using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Native;

public static class TensorValuesTests
{
    [Fact]
    public static void Come_in_row_major_order_from_any_layout()
    {
        using var scope = NewDisposeScope();
        var table = arange(6, ScalarType.Int64).view(2, 3);

        Assert.Equal([0, 1, 2, 3, 4, 5], table.Values<long>());
        Assert.Equal([0, 3, 1, 4, 2, 5], table.t().Values<long>());
        Assert.Equal([1, 4], table.select(1, 1).Values<long>());
        Assert.Equal([7.5f], tensor(7.5f, requires_grad: true).Values<float>());
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(0L, 3L)]
    [InlineData(2L, 0L, 3L)]
    public static void None_is_an_empty_array(params long[] shape)
    {
        using var nothing = zeros(shape);
        Assert.Empty(nothing.Values<float>());
    }

    [Fact]
    public static void Another_type_is_refused()
    {
        using var numbers = ones(3);
        Assert.Throws<ArgumentException>(() => numbers.Values<double>());
    }
}
