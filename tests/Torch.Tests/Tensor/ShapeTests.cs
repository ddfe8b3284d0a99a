using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Tensors;

public sealed class ShapeTests
{
    // 0 … 5 as [2, 3]
    public static TheoryData<string, Func<Tensor, Tensor>, long[], long[]> Cases => new()
    {
        { "reshape", t => t.reshape(3, -1), [3, 2], [0, 1, 2, 3, 4, 5] },
        { "view", t => t.view(6), [6], [0, 1, 2, 3, 4, 5] },
        { "flatten", t => t.unsqueeze(0).flatten(1), [1, 6], [0, 1, 2, 3, 4, 5] },
        { "ravel", t => t.ravel(), [6], [0, 1, 2, 3, 4, 5] },
        { "unflatten", t => t.unflatten(1, 3, 1), [2, 3, 1], [0, 1, 2, 3, 4, 5] },
        { "unflatten the last", t => t.unflatten(-1, 1, 3), [2, 1, 3], [0, 1, 2, 3, 4, 5] },
        { "unsqueeze", t => t.unsqueeze(1), [2, 1, 3], [0, 1, 2, 3, 4, 5] },
        { "squeeze", t => t.reshape(1, 6, 1).squeeze(), [6], [0, 1, 2, 3, 4, 5] },
        { "squeeze one", t => t.reshape(1, 6, 1).squeeze(0), [6, 1], [0, 1, 2, 3, 4, 5] },
        { "transpose", t => t.transpose(0, 1), [3, 2], [0, 3, 1, 4, 2, 5] },
        { "permute", t => t.permute(1, 0), [3, 2], [0, 3, 1, 4, 2, 5] },
        { "t", t => t.t(), [3, 2], [0, 3, 1, 4, 2, 5] },
        { "mT", t => t.mT, [3, 2], [0, 3, 1, 4, 2, 5] },
        { "movedim", t => t.movedim([0], [1]), [3, 2], [0, 3, 1, 4, 2, 5] },
        { "expand", t => t[0].expand(2, -1), [2, 3], [0, 1, 2, 0, 1, 2] },
        { "expand_as", t => t[0].expand_as(t), [2, 3], [0, 1, 2, 0, 1, 2] },
        { "broadcast_to", t => t[.., 0..1].broadcast_to(2, 2), [2, 2], [0, 0, 3, 3] },
        { "repeat", t => t[0].repeat(2, 2), [2, 6], [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2] },
        { "tile", t => t[0].tile([2]), [6], [0, 1, 2, 0, 1, 2] },
        { "repeat_interleave", t => t[0].repeat_interleave(2), [6], [0, 0, 1, 1, 2, 2] },
        { "repeat_interleave, by counts", t => t[0].repeat_interleave(tensor([0L, 1L, 2L])), [3], [1, 2, 2] },
        { "flip", t => t.flip(1), [2, 3], [2, 1, 0, 5, 4, 3] },
        { "roll", t => t.roll(1, 1), [2, 3], [2, 0, 1, 5, 3, 4] },
        { "rot90", t => t.rot90(), [3, 2], [2, 5, 1, 4, 0, 3] },
        { "tril", t => t.tril(), [2, 3], [0, 0, 0, 3, 4, 0] },
        { "triu", t => t.triu(1), [2, 3], [0, 1, 2, 0, 0, 5] },
        { "diagonal", t => t.diagonal(), [2], [0, 4] },
        { "diag", t => t[1, ..2].diag(), [2, 2], [3, 0, 0, 4] },
        { "unfold", t => t.unfold(1, 2, 1), [2, 2, 2], [0, 1, 1, 2, 3, 4, 4, 5] },
        { "as_strided", t => t.as_strided([2, 2], [1, 2], 1), [2, 2], [1, 3, 2, 4] },
        { "cat", t => cat([t, t], 1), [2, 6], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5] },
        { "stack", t => stack([t[0], t[1]], 1), [3, 2], [0, 3, 1, 4, 2, 5] },
        { "hstack", t => hstack(t[0], t[1]), [6], [0, 1, 2, 3, 4, 5] },
        { "vstack", t => vstack(new List<Tensor> { t[0], t[1] }), [2, 3], [0, 1, 2, 3, 4, 5] },
        { "chunk", t => t.chunk(2, 1)[1], [2, 1], [2, 5] },
        { "split", t => t.split(2, 1)[0], [2, 2], [0, 1, 3, 4] },
        { "split by sizes", t => t.split([1, 2], 1)[1], [2, 2], [1, 2, 4, 5] },
        { "unbind", t => t.unbind(1)[2], [2], [2, 5] },
        { "broadcast_tensors", t => broadcast_tensors(t[0], t)[0], [2, 3], [0, 1, 2, 0, 1, 2] },
        { "meshgrid", t => meshgrid([t[0], t[1, ..2]])[1], [3, 2], [3, 4, 3, 4, 3, 4] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Lays_out(string what, Func<Tensor, Tensor> form, long[] shape, long[] expected)
    {
        using var scope = NewDisposeScope();
        var result = form(arange(6).reshape(2, 3));
        Assert.True(shape.SequenceEqual(result.shape), $"{what}: [{string.Join(", ", result.shape)}]");
        Assert.Equal(expected, result.data<long>().ToArray());
    }

    [Fact]
    public void Tells_sizes_and_strides()
    {
        using var scope = NewDisposeScope();
        var t = zeros(2, 3, 4).transpose(0, 2);
        Assert.Equal([4L, 3, 2], t.shape);
        Assert.Equal([4L, 3, 2], t.size());
        Assert.Equal(2, t.size(-1));
        Assert.Equal([1L, 4, 12], t.stride());
        Assert.Equal(12, t.stride(2));
        Assert.Equal((3, 24, 4), (t.ndim, t.numel(), t.ElementSize));
        Assert.False(t.is_contiguous());
        Assert.True(t.contiguous().is_contiguous());
        Assert.Equal(5, zeros(9)[5..].storage_offset());
        Assert.Throws<ArgumentOutOfRangeException>(() => t.size(3));
    }

    [Fact]
    public void Channels_last_is_a_matter_of_strides()
    {
        using var scope = NewDisposeScope();
        var images = rand(2, 3, 4, 5);
        var last = empty_strided([2, 3, 4, 5], [60, 1, 15, 3]).copy_(images);
        Assert.True(last.Equals(images));
        Assert.Equal([60L, 1, 15, 3], last.stride());
        Assert.Equal([60L, 1, 15, 3], last.mul(2).stride());
    }

    [Fact]
    public void In_place_forms_change_the_object()
    {
        using var scope = NewDisposeScope();
        var t = zeros(2, 3);
        Assert.Same(t, t.transpose_(0, 1));
        Assert.Equal([3L, 2], t.shape);
        Assert.Equal([1L, 3, 2], t.unsqueeze_(0).shape);
        Assert.Equal([3L, 2], t.squeeze_().shape);
    }
}
