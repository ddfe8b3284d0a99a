using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Text;

public sealed class TextTests
{
    [Fact]
    public void ToString_tells_sizes_type_and_device()
    {
        using var scope = NewDisposeScope();
        Assert.Equal("[2x3], type = Float32, device = cpu", zeros(2, 3).ToString());
        Assert.Equal("[], type = Int64, device = cpu", tensor(1L).ToString());
        var disposed = ones(1);
        disposed.Dispose();
        Assert.Equal("", disposed.ToString());
    }

    [Fact]
    public void Numpy_style_nests_brackets()
    {
        using var scope = NewDisposeScope();
        Assert.Equal("[[0, 1, 2],\n [3, 4, 5]]", arange(6).reshape(2, 3).npstr(newLine: "\n"));
        Assert.Equal("[1.5, 0.33333]", tensor([1.5, 1.0 / 3]).npstr());
        Assert.Equal("[True, False]", tensor([true, false]).npstr());
        Assert.Equal("[0, 1, 2, ..., 97, 98, 99]", arange(100).npstr());
        Assert.Equal("7", tensor(7).npstr());
        Assert.Equal("[]", zeros(0).npstr());
    }

    [Fact]
    public void Julia_style_shows_every_slice_as_a_table()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(
            "[2x2x2], type = Int64, device = cpu\n[0,..,..] =\n 0 1\n 2 3\n[1,..,..] =\n 4 5\n 6 7",
            arange(8).reshape(2, 2, 2).jlstr(newLine: "\n"));
        Assert.Equal("[3], type = Int64, device = cpu\n  0  5 10", arange(0, 15, 5).str(newLine: "\n"));
        Assert.Equal("[], type = Float32, device = cpu, value = 0.5", tensor(0.5f).ToString(true));
    }

    [Fact]
    public void Formats_and_cultures_are_heeded()
    {
        using var scope = NewDisposeScope();
        Assert.Equal("[1.50]", tensor([1.5]).ToString(TorchSharp.TensorStringStyle.Numpy, "F2"));
        Assert.Equal("[1], type = Float64, device = cpu, value = {1.5}", tensor([1.5]).cstr());
    }

    [Fact]
    public void Text_leaves_no_tensor_behind()
    {
        using var scope = NewDisposeScope();
        var t = rand(3, 4, 5);
        _ = t.str();
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public void Complex_numbers_show_both_parts()
    {
        using var scope = NewDisposeScope();
        Assert.Equal("1.5-2i", tensor(1.5, -2.0).npstr());
    }
}
