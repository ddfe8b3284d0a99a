using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Tensors;

public sealed class ConversionTests
{
    [Fact]
    public void Element_types_convert()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.5f, -2.7f, 0f]);
        Assert.Equal([1L, -2, 0], x.to(int64).data<long>().ToArray());
        Assert.Equal([true, true, false], x.@bool().data<bool>().ToArray());
        Assert.Equal(1.5, x.to(float64)[0].ToDouble());
        Assert.Equal(bfloat16, x.to(bfloat16).dtype);
        Assert.Equal(float16, x.half().dtype);
        Assert.Equal(float64, x.type_as(zeros(1, float64)).dtype);
    }

    [Fact]
    public void Bfloat16_keeps_eight_bits_of_precision()
    {
        using var scope = NewDisposeScope();
        var x = rand(1000);
        var error = (x - x.to(bfloat16).to(float32)).abs() / x;
        Assert.InRange(error.max().ToDouble(), 1e-4, 1.0 / 256);
    }

    [Fact]
    public void The_same_type_and_device_need_no_copy()
    {
        using var scope = NewDisposeScope();
        var x = ones(2);
        x.to(float32).fill_(3);
        Assert.Equal(3f, x[0].ToSingle());
        x.to(float32, copy: true).fill_(4);
        Assert.Equal(3f, x[0].ToSingle());
        x.cpu().fill_(5);
        Assert.Equal(5f, x[0].ToSingle());
    }

    [Fact]
    public void DisposeAfter_disposes_the_source()
    {
        var x = ones(2);
        using var y = x.to(float64, disposeAfter: true);
        Assert.True(x.IsInvalid);
        Assert.Equal([1.0, 1.0], y.data<double>().ToArray());
        var same = ones(2);
        using var again = same.to(float32, disposeAfter: true);
        Assert.Equal([1f, 1f], again.data<float>().ToArray());
    }

    [Fact]
    public void Single_elements_become_numbers()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(7, tensor(7L).ToInt32());
        Assert.Equal(7f, tensor(7L).ToSingle());
        Assert.Equal(2, tensor(2.9).ToInt32());
        Assert.True(tensor(1).ToBoolean());
        Assert.Equal(1.5, (double)tensor(1.5f));
        Assert.Equal(7L, tensor(7L).item<long>());
        Assert.Throws<OverflowException>(() => tensor(300).ToByte());
        Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => ones(2).ToSingle());
    }

    [Fact]
    public void Numbers_become_tensors()
    {
        using var scope = NewDisposeScope();
        Tensor number = 2.5f, vector = new[] { 1L, 2L };
        Assert.Equal((float32, 0L), (number.dtype, number.ndim));
        Assert.Equal((int64, 2L), (vector.dtype, vector.numel()));
    }

    [Fact]
    public void Copy_converts_and_broadcasts()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 2);
        Assert.Same(x, x.copy_(tensor([1L, 2L])));
        Assert.Equal([1f, 2, 1, 2], x.data<float>().ToArray());
        Assert.Equal([0f, 0, 0, 0], x.zero_().data<float>().ToArray());
    }
}
