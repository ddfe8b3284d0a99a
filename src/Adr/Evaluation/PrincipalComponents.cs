using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>The first two principal components of points: the plane in which they vary most.</summary>
/// <param name="Mean">[D].</param>
/// <param name="Basis">[D,2], orthonormal columns; the coordinate of largest size in each is positive, so that pictures
/// do not flip.</param>
/// <param name="Explained">The share of the variance that each carries, in [0,1]; 0 where there is none.</param>
internal sealed record PrincipalComponents(Tensor Mean, Tensor Basis, (double First, double Second) Explained)
{
    /// <summary>From points [N,D], float64 on the CPU.</summary>
    internal static PrincipalComponents Of(Tensor points)
    {
        using var scope = NewDisposeScope();
        var mean = points.mean([0L]);                                        // [D]
        var centred = points - mean;                                         // [N,D]
        var wide = points.shape[1] > points.shape[0];
        // the smaller of [N,N] and [D,D]; both have the same eigenvalues but for zeros
        var gram = wide ? centred.mm(centred.t()) : centred.t().mm(centred);
        var (values, vectors) = linalg.eigh(gram);                           // ascending
        var total = values.clamp_min(0).sum().item<double>();
        var axes = new List<Tensor>();
        var shares = new double[2];
        for (var k = 0; k < 2; k++)
        {
            var column = values.shape[0] - 1 - k;
            var share = column < 0 || total <= 0 ? 0 : Math.Max(0, values[column].item<double>()) / total;
            var flat = share < 1e-15;                                        // no variance left: a zero axis, not noise
            shares[k] = flat ? 0 : share;
            axes.Add(flat
                ? zeros(points.shape[1], ScalarType.Float64)
                : Upright(wide ? centred.t().mv(vectors.select(1, column)) : vectors.select(1, column)));
        }
        return new(mean.MoveToOuterDisposeScope(), stack(axes, 1).MoveToOuterDisposeScope(), (shares[0], shares[1]));
    }

    /// <summary>Coordinates [N,2] of points [N,D].</summary>
    internal Tensor Project(Tensor points)
    {
        using var scope = NewDisposeScope();
        return (points - Mean).mm(Basis).MoveToOuterDisposeScope();
    }

    // unit length, largest coordinate positive
    private static Tensor Upright(Tensor axis)
    {
        var largest = axis.index_select(0, axis.abs().argmax().view(1));     // [1]
        return axis * largest.sign() / axis.pow(2).sum().sqrt();
    }
}
