using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Tensors;

public sealed class ReductionTests
{
    // [[3, 1, 2], [9, 7, 8]]
    public static TheoryData<string, Func<Tensor, Tensor>, long[], double[]> Cases => new()
    {
        { "sum", t => t.sum(), [], [30] },
        { "sum, static", t => sum(t), [], [30] },
        { "sum over rows", t => t.sum(dim: 0), [3], [12, 8, 10] },
        { "sum over columns, kept", t => t.sum(1, keepdim: true), [2, 1], [6, 24] },
        { "sum over two", t => t.sum(0, 1), [], [30] },
        { "sum over a list", t => t.sum([0, 1]), [], [30] },
        { "prod", t => t.prod(), [], [3024] },
        { "prod over rows", t => t.prod(dim: 0), [3], [27, 7, 16] },
        { "mean", t => t.mean(), [], [5] },
        { "mean over columns", t => t.mean([1]), [2], [2, 8] },
        { "median", t => t.median(), [], [3] },
        { "var", t => t.var(), [], [11.6] },
        { "var, biased, over columns", t => t.var(1, unbiased: false), [2], [2.0 / 3, 2.0 / 3] },
        { "std over rows", t => t.std(0), [3], [Math.Sqrt(18), Math.Sqrt(18), Math.Sqrt(18)] },
        { "max", t => t.max(), [], [9] },
        { "min", t => t.min(), [], [1] },
        { "max over columns", t => t.max(1).values, [2], [3, 9] },
        { "where max stands", t => t.max(1).indexes, [2], [0, 0] },
        { "min over columns", t => t.min(1, true).values, [2, 1], [1, 7] },
        { "where min stands", t => t.min(1).indexes, [2], [1, 1] },
        { "max of two", t => t.max(tensor([4.0])), [2, 3], [4, 4, 4, 9, 7, 8] },
        { "amax", t => t.amax([0]), [3], [9, 7, 8] },
        { "amin over both, kept", t => t.amin([0, 1], true), [1, 1], [1] },
        { "aminmax", t => t.aminmax(1).max, [2], [3, 9] },
        { "argmax", t => t.argmax(), [], [3] },
        { "argmax over columns", t => t.argmax(1), [2], [0, 0] },
        { "argmin over rows", t => t.argmin(0), [3], [0, 0, 0] },
        { "all", t => (t > 0).all(), [], [1] },
        { "all over columns", t => (t > 2).all(1), [2], [0, 1] },
        { "any over columns", t => (t > 8).any(1), [2], [0, 1] },
        { "count_nonzero", t => (t > 2).count_nonzero(), [], [4] },
        { "norm", t => t.norm(), [], [Math.Sqrt(208)] },
        { "norm over columns", t => t.norm(1), [2], [Math.Sqrt(14), Math.Sqrt(194)] },
        { "L1 norm", t => t.norm(1f), [], [30] },
        { "linalg.norm, infinity", t => linalg.norm(t, double.PositiveInfinity, [1]), [2], [3, 9] },
        { "linalg.vector_norm", t => linalg.vector_norm(t, 1, [0]), [3], [12, 8, 10] },
        { "dist", t => t.dist(zeros_like(t)), [], [Math.Sqrt(208)] },
        { "logsumexp", t => t.logsumexp(1), [2], [3 + Math.Log(1 + Math.Exp(-1) + Math.Exp(-2)), 9 + Math.Log(1 + Math.Exp(-1) + Math.Exp(-2))] },
        { "softmax sums to one", t => t.softmax(1).sum(1), [2], [1, 1] },
        { "log_softmax", t => t.log_softmax(1).exp().sum(), [], [2] },
        { "cumsum", t => t.cumsum(1), [2, 3], [3, 4, 6, 9, 16, 24] },
        { "cumprod", t => t.cumprod(1), [2, 3], [3, 3, 6, 9, 63, 504] },
        { "quantile of all", t => t.quantile(tensor(0.5)), [], [5] },
        { "sort", t => t.sort(1).Values, [2, 3], [1, 2, 3, 7, 8, 9] },
        { "where sort found them, descending", t => t.sort(1, descending: true).Indices, [2, 3], [0, 2, 1, 0, 2, 1] },
        { "argsort", t => t.argsort(1), [2, 3], [1, 2, 0, 1, 2, 0] },
        { "topk", t => t.topk(2).values, [2, 2], [3, 2, 9, 8] },
        { "smallest", t => t.topk(1, largest: false).indexes, [2, 1], [1, 1] },
        { "kthvalue", t => t.kthvalue(2, 1).values, [2], [2, 8] },
        { "unique", t => (t % 2).unique().output, [2], [0, 1] },
        { "how often", t => (t % 2).unique(return_counts: true).counts, [2], [2, 4] },
        { "histc", t => t.histc(2), [2], [3, 3] },
        { "bincount", t => bincount((t % 2).to(int64).flatten()), [2], [2, 4] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Reduces(string what, Func<Tensor, Tensor> reduce, long[] shape, double[] expected)
    {
        using var scope = NewDisposeScope();
        var result = reduce(tensor([3.0, 1, 2, 9, 7, 8], [2, 3]));
        Assert.True(shape.SequenceEqual(result.shape), $"{what}: [{string.Join(", ", result.shape)}]");
        var got = result.to(float64).data<double>().ToArray();
        Assert.Equal(expected.Length, got.Length);
        for (var i = 0; i < got.Length; i++) Assert.Equal(expected[i], got[i], 1e-9);
    }

    [Fact]
    public void Counts_booleans_and_integers_as_integers()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(int64, tensor([true, false]).sum().dtype);
        Assert.Equal(int64, tensor([1, 2]).sum().dtype);
        Assert.Equal(float64, tensor([1, 2]).sum(type: float64).dtype);
    }

    [Fact]
    public void Closeness_is_relative_to_the_second()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor([1.0, 100]), tensor([1.0, 101]));
        Assert.True(a.allclose(b, rtol: 0.01));
        Assert.False(allclose(a, b));
        Assert.Equal([true, false], a.isclose(b).data<bool>().ToArray());
        Assert.Equal([true, false], a.isin(tensor([1.0])).data<bool>().ToArray());
        Assert.True(a.Equals(a.clone()));
        Assert.False(a.Equals(b));
        Assert.False(a.Equals((object?)null));
    }
}
