using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Types;

public sealed class TypeTests
{
    [Theory]
    [InlineData("cpu", DeviceType.CPU, -1, "cpu")]
    [InlineData("cuda", DeviceType.CUDA, -1, "cuda")]
    [InlineData("cuda:1", DeviceType.CUDA, 1, "cuda:1")]
    [InlineData("cpu:0", DeviceType.CPU, 0, "cpu")]
    public void Devices_are_described(string description, DeviceType type, int index, string text)
    {
        var device = new Device(description);
        Assert.Equal((type, index, text), (device.type, device.index, device.ToString()));
        Device same = description;
        Assert.Equal(type, same.type);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:0:1")]
    [InlineData("")]
    public void Other_descriptions_are_refused(string description) => Assert.Throws<ArgumentException>(() => device(description));

    [Fact]
    public void Scalars_keep_what_libtorch_keeps()
    {
        Scalar whole = 3, real = 2.5f, truth = true;
        Assert.Equal((ScalarType.Int64, 3L, 3f, true), (whole.Type, whole.ToInt64(), whole.ToSingle(), whole.ToBoolean()));
        Assert.Equal((ScalarType.Float64, 2, 2.5), (real.Type, real.ToInt32(), real.ToDouble()));
        Assert.Equal((ScalarType.Bool, (byte)1), (truth.Type, truth.ToByte()));
        Assert.Throws<OverflowException>(() => ((Scalar)1000).ToSByte());
    }

    [Fact]
    public void Large_integers_keep_every_digit()
    {
        using var scope = NewDisposeScope();
        var large = (1L << 62) + 1;
        Assert.Equal(large, tensor(0L).add(large).ToInt64());
    }

    [Fact]
    public void Sizes_compare_by_value()
    {
        Size size = (2, 3);
        Assert.True(size == new Size([2L, 3L]));
        Assert.True(size != new Size([3L, 2L]));
        Assert.Equal((6L, 2, 3L), (size.numel(), size.Length, size[1]));
        Assert.Equal(size.GetHashCode(), new Size([2L, 3L]).GetHashCode());
    }

    [Fact]
    public void Kinds_of_types_are_told()
    {
        Assert.True(is_floating_point(bfloat16));
        Assert.False(is_floating_point(int32));
        Assert.True(is_integral(@bool));
        Assert.True(is_complex(complex64));
    }
}
