using FsCheck.Fluent;
using Adr.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Tensors;

public sealed class AccessorTests
{
    [Fact]
    public void Reads_in_row_major_order_whatever_the_strides() => Law.Holds(
        from r in Gen.Choose(1, 5) from c in Gen.Choose(1, 5) from d in Gen.Choose(1, 5) from k in Gen.Choose(0, 5)
        select (r, c, d, order: new[] { new long[] { 0, 1, 2 }, [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0] }[k]),
        sizes =>
        {
            using var scope = NewDisposeScope();
            var t = arange(sizes.r * sizes.c * sizes.d).reshape(sizes.r, sizes.c, sizes.d).permute(sizes.order);
            var data = t.data<long>();
            var expected = t.contiguous().data<long>().ToArray();
            Assert.Equal(expected, data.ToArray());
            Assert.Equal(expected, data.AsEnumerable());
            Assert.Equal(expected, data.ToNDArray().Cast<long>());
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], data[i]);
            var (a, b, c) = (t.shape[0] - 1, t.shape[1] / 2, t.shape[2] - 1);
            Assert.Equal(t[a, b, c].ToInt64(), data[a, b, c]);
        });

    [Fact]
    public void Writes_through_to_the_tensor()
    {
        using var scope = NewDisposeScope();
        var t = zeros(2, 3);
        var across = t.t().data<float>();
        across[2, 1] = 5;
        across[0] = 1;
        Assert.Equal([1f, 0, 0, 0, 0, 5], t.data<float>().ToArray());
        across.CopyFrom([1f, 2f, 3f, 4f, 5f, 6f]);
        Assert.Equal([1f, 3, 5, 2, 4, 6], t.data<float>().ToArray());
    }

    [Fact]
    public void Copies_parts()
    {
        using var scope = NewDisposeScope();
        var data = arange(5).data<long>();
        var array = new long[4];
        data.CopyTo(array, arrayIndex: 1, tensorIndex: 3);
        Assert.Equal([0, 3, 4, 0], array);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.CopyTo(array, 0, 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.CopyTo(array, 5));
    }

    [Fact]
    public void Refuses_indices_outside()
    {
        using var scope = NewDisposeScope();
        var data = zeros(2, 3).data<float>();
        Assert.Throws<IndexOutOfRangeException>(() => data[6]);
        Assert.Throws<IndexOutOfRangeException>(() => data[-1]);
        Assert.Throws<IndexOutOfRangeException>(() => data[0, 3]);
        Assert.Throws<IndexOutOfRangeException>(() => data[2, 0] = 1);
        Assert.Throws<IndexOutOfRangeException>(() => data[0, 0, 0]);
    }

    [Fact]
    public void Refuses_another_type()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("Float32", Assert.Throws<ArgumentException>(() => ones(2).data<double>()).Message);
        Assert.Throws<ArgumentException>(() => ones(2).item<float>());
        Assert.Equal(1f, ones(1).item<float>());
    }

    [Fact]
    public void Reads_nothing_and_one()
    {
        using var scope = NewDisposeScope();
        Assert.Empty(zeros(0, 3).data<float>().ToArray());
        Assert.Equal([7L], tensor(7L).data<long>().ToArray());
        Assert.Equal([7L], tensor(7L).data<long>().ToNDArray().Cast<long>());
    }

    [Fact]
    public void Bytes_are_those_in_memory()
    {
        using var scope = NewDisposeScope();
        var t = tensor([1, 2]);
        Assert.Equal([1, 0, 0, 0, 2, 0, 0, 0], t.bytes.ToArray());
        t.bytes = [3, 0, 0, 0, 4, 0, 0, 0];
        Assert.Equal([3, 4], t.data<int>().ToArray());
        Assert.Throws<InvalidOperationException>(() => ones(2, 3).t().bytes.Length);
    }

    [Fact]
    public void Does_not_outlive_a_change_of_the_memory()
    {
        using var layer = nn.Linear(2, 2);
        var data = layer.weight!.data<float>();
        layer.half();
        Assert.Contains("data()", Assert.Throws<InvalidOperationException>(() => data.ToArray()).Message);
    }
}
