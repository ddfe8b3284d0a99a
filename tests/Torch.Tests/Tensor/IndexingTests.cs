using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Tensors;

public sealed class IndexingTests
{
    // 0 … 23 as [2, 3, 4]: the element at (i, j, k) is 12 i + 4 j + k.
    public static TheoryData<string, Func<Tensor, Tensor>, long[], long[]> Reads => new()
    {
        { "one position", t => t[1], [3, 4], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23] },
        { "a position from the end", t => t[-1, -1], [4], [20, 21, 22, 23] },
        { "two positions", t => t[1, 2], [4], [20, 21, 22, 23] },
        { "three positions", t => t[1, 2, 3], [], [23] },
        { "a range", t => t[0, 1..3, 0], [2], [4, 8] },
        { "a range up to the end", t => t[0, 0, 2..], [2], [2, 3] },
        { "a range from the end", t => t[0, 0, ..^1], [3], [0, 1, 2] },
        { "an index from the end", t => t[^1, 0, 0..1], [1], [12] },
        { "a whole dimension", t => t[TensorIndex.Colon, 1, 1], [2], [5, 17] },
        { "an ellipsis", t => t[TensorIndex.Ellipsis, 0], [2, 3], [0, 4, 8, 12, 16, 20] },
        { "an ellipsis for nothing", t => t[0, 1, TensorIndex.Ellipsis, 2], [], [6] },
        { "every second", t => t[0, 0, TensorIndex.Slice(0, null, 2)], [2], [0, 2] },
        { "a new axis", t => t[0, TensorIndex.None, 0, 0..2], [1, 2], [0, 1] },
        { "positions in a tensor", t => t[0, TensorIndex.Tensor(tensor([2L, 0L])), 1], [2], [9, 1] },
        { "two tensors of positions", t => t[tensor([0L, 1L]), tensor([2L, 0L])], [2, 4], [8, 9, 10, 11, 12, 13, 14, 15] },
        { "a slice, then positions", t => t[.., .., TensorIndex.Tensor(tensor([3L]))], [2, 3, 1], [3, 7, 11, 15, 19, 23] },
        { "a mask", t => t[t > 21], [2], [22, 23] },
        { "a mask of two dimensions, then a position", t => t[TensorIndex.Tensor(t[.., .., 0] > 12), 1], [2], [17, 21] },
        { "a mask and positions after it", t => t[TensorIndex.Tensor(t[.., .., 0] > 12), TensorIndex.Tensor(tensor([0L, 3L]))], [2], [16, 23] },
        { "everything, by true", t => t[TensorIndex.Bool(true), 1, 2, 3], [1], [23] },
        { "nothing, by false", t => t[TensorIndex.Bool(false), 1, 2, 3], [0], [] },
        { "select", t => t.select(2, 1), [2, 3], [1, 5, 9, 13, 17, 21] },
        { "narrow", t => t.narrow(1, 1, 1), [2, 1, 4], [4, 5, 6, 7, 16, 17, 18, 19] },
        { "slice", t => t.slice(2, 0, 4, 3), [2, 3, 2], [0, 3, 4, 7, 8, 11, 12, 15, 16, 19, 20, 23] },
        { "index_select", t => t.index_select(0, tensor([1L])), [1, 3, 4], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23] },
        { "masked_select", t => t.masked_select(t.remainder(10).eq(0)), [3], [0, 10, 20] },
        { "gather", t => t[0].gather(1, tensor([1L, 0L, 3L], [3, 1])), [3, 1], [1, 4, 11] },
        { "take", t => t.take(tensor([5L, 23L])), [2], [5, 23] },
        { "nonzero", t => t[0, 0].nonzero(), [3, 1], [1, 2, 3] },
    };

    [Theory]
    [MemberData(nameof(Reads))]
    public void Reads_the_part(string what, Func<Tensor, Tensor> read, long[] shape, long[] expected)
    {
        using var scope = NewDisposeScope();
        var part = read(arange(24).reshape(2, 3, 4));
        Assert.True(shape.SequenceEqual(part.shape), $"{what}: [{string.Join(", ", part.shape)}]");
        Assert.Equal(expected, part.data<long>().ToArray());
    }

    public static TheoryData<string, Action<Tensor>, float[]> Writes => new()
    {
        { "one position", t => t[1] = tensor(9f), [0, 0, 0, 9, 9, 9] },
        { "two positions", t => t[1, 2] = tensor(9f), [0, 0, 0, 0, 0, 9] },
        { "a range", t => t[.., 1..] = tensor([1f, 2f]), [0, 1, 2, 0, 1, 2] },
        { "positions", t => t[0, TensorIndex.Tensor(tensor([2L, 0L]))] = tensor([5f, 6f]), [6, 0, 5, 0, 0, 0] },
        { "a mask", t => t[t.eq(0)] = tensor(3f), [3, 3, 3, 3, 3, 3] },
        { "a number", t => t.index_put_(4, TensorIndex.Colon, 0), [4, 0, 0, 4, 0, 0] },
        { "masked_fill_", t => t.masked_fill_(tensor([true, false, true]), 2), [2, 0, 2, 2, 0, 2] },
        { "scatter_", t => t.scatter_(1, tensor([0L, 2L], [2, 1]), ones(2, 1)), [1, 0, 0, 0, 0, 1] },
        { "scatter_add_", t => t.scatter_add_(1, tensor([1L, 1L], [1, 2]), ones(1, 2)), [0, 2, 0, 0, 0, 0] },
        { "index_fill_", t => t.index_fill_(1, tensor([1L]), 7), [0, 7, 0, 0, 7, 0] },
        { "index_copy_", t => t.index_copy_(0, tensor([1L]), tensor([1f, 2f, 3f]).unsqueeze(0)), [0, 0, 0, 1, 2, 3] },
        { "index_add_", t => t.index_add_(0, tensor([1L, 1L]), ones(2, 3), 2), [0, 0, 0, 4, 4, 4] },
    };

    [Theory]
    [MemberData(nameof(Writes))]
    public void Writes_the_part(string what, Action<Tensor> write, float[] expected)
    {
        using var scope = NewDisposeScope();
        var t = zeros(2, 3);
        write(t);
        Assert.True(expected.SequenceEqual(t.data<float>().ToArray()), $"{what}: {t.npstr()}");
    }

    [Fact]
    public void Indexing_leaves_one_tensor_and_not_the_steps_to_it()
    {
        using var scope = NewDisposeScope();
        var t = arange(24).reshape(2, 3, 4);
        var before = scope.DisposablesCount;
        _ = t[1, 1..3, TensorIndex.None, 0];
        _ = t[1, 2];
        Assert.Equal(before + 2, scope.DisposablesCount);
        t[0, 0, 0] = t[1, 1, 1];
        Assert.Equal(before + 3, scope.DisposablesCount);
    }

    [Fact]
    public void A_part_shares_memory_with_the_whole()
    {
        using var scope = NewDisposeScope();
        var t = zeros(2, 3);
        t[1].fill_(5);
        t[.., 0].fill_(1);
        Assert.Equal([1f, 0, 0, 1, 5, 5], t.data<float>().ToArray());
    }

    [Fact]
    public void Everything_is_another_object()
    {
        using var scope = NewDisposeScope();
        var t = ones(2);
        t[TensorIndex.Ellipsis].Dispose();
        Assert.False(t.IsInvalid);
    }

    [Fact]
    public void Where_chooses_element_by_element()
    {
        using var scope = NewDisposeScope();
        var x = tensor([-1f, 2f, -3f]);
        Assert.Equal([0f, 2f, 0f], where(x > 0, x, zeros_like(x)).data<float>().ToArray());
        Assert.Equal([0L, 2L], where(x < 0)[0].data<long>().ToArray());
    }

    [Fact]
    public void A_step_backwards_is_refused() => Assert.Throws<ArgumentException>(() => TensorIndex.Slice(0, 3, -1));

    [Fact]
    public void A_value_may_have_leading_dimensions_of_one()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (zeros(2, 3), tensor([1f, 2f, 3f], [1, 3]));
        x[0] = y;
        x[TensorIndex.Tensor(tensor([1L])), ..] = y.unsqueeze(0);
        Assert.Equal([1f, 2f, 3f, 1f, 2f, 3f], x.data<float>().ToArray());
        Assert.False(y.IsInvalid);
    }

    [Fact]
    public void More_indices_than_dimensions_are_refused()
    {
        using var x = ones(2, 2);
        Assert.Contains("Too many indices: 3", Assert.Throws<ArgumentException>(() => x[.., .., ..]).Message);
        Assert.Throws<ArgumentException>(() => x[TensorIndex.Ellipsis, 0..1, 0, 0]);
    }
}
