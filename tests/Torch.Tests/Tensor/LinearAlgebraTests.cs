using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Tensors;

public sealed class LinearAlgebraTests
{
    [Fact]
    public void Products_are_sums_of_products()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor([1.0, 2, 3, 4], [2, 2]), tensor([5.0, 6, 7, 8], [2, 2]));
        double[] product = [19, 22, 43, 50];
        Assert.Equal(product, a.matmul(b).data<double>().ToArray());
        Assert.Equal(product, a.mm(b).data<double>().ToArray());
        Assert.Equal(product, matmul(a, b).data<double>().ToArray());
        Assert.Equal(product, einsum("ij,jk->ik", a, b).data<double>().ToArray());
        Assert.Equal(product, a.unsqueeze(0).bmm(b.unsqueeze(0)).data<double>().ToArray());
        Assert.Equal([17.0, 39], a.mv(b[0]).data<double>().ToArray());
        Assert.Equal(17, a[0].dot(b[0]).ToDouble());
        Assert.Equal([5.0, 6, 10, 12], a[0].outer(b[0]).data<double>().ToArray());
        Assert.Equal([48.0, 56, 100, 116], b.addmm(a, b, beta: 2, alpha: 2).data<double>().ToArray());
        Assert.Equal(5, a.trace().ToDouble());
    }

    [Fact]
    public void Decompositions_compose_again()
    {
        using var scope = NewDisposeScope();
        var a = randn([5, 3], float64, generator: new Generator(1));
        var (u, s, vh) = linalg.svd(a, fullMatrices: false);
        Assert.True((u * s).matmul(vh).allclose(a));
        Assert.True((s[..2] - s[1..] >= 0).all().ToBoolean());
        Assert.True(linalg.svdvals(a).allclose(s));
        var symmetric = a.t().matmul(a);
        var (values, vectors) = linalg.eigh(symmetric);
        Assert.True((vectors * values).matmul(vectors.t()).allclose(symmetric));
        Assert.True(values.flip(0).allclose(s.square()));
        Assert.True(linalg.eigvalsh(symmetric).allclose(values));
        var (q, r) = linalg.qr(a);
        Assert.True(q.matmul(r).allclose(a));
        var l = linalg.cholesky(symmetric);
        Assert.True(l.matmul(l.t()).allclose(symmetric));
        Assert.True(linalg.inv(symmetric).matmul(symmetric).allclose(eye(3, dtype: float64), atol: 1e-6));
        Assert.True(linalg.solve(symmetric, ones(3, float64)).allclose(symmetric.inverse().sum(1)));
        Assert.True(linalg.pinv(a).allclose(symmetric.inverse().matmul(a.t())));
        Assert.Equal(3, linalg.matrix_rank(a).ToInt64());
        Assert.Equal(values.prod().ToDouble(), linalg.det(symmetric).ToDouble(), 1e-9);
    }

    [Fact]
    public void Distances_of_all_pairs()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (tensor([0.0, 0, 3, 4], [2, 2]), tensor([0.0, 0, 0, 4, 3, 0], [3, 2]));
        Assert.Equal([0.0, 4, 3, 5, 3, 4], cdist(x, y).data<double>().ToArray());
        Assert.Equal([0.0, 4, 3, 7, 3, 4], cdist(x, y, 1).data<double>().ToArray());
    }

    [Fact]
    public void Covariance_of_rows()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0, 2, 3, 3, 2, 1], [2, 3]);
        Assert.Equal([1.0, -1, -1, 1], x.cov().data<double>().ToArray());
    }
}
