using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>One layer of <see cref="DepthDivergence"/>. Distances are d(a,b), the mean over coordinates of |a − b|; only their ratios can be compared between layers or networks.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Divergence">The mean of d(z_i, z'_i): how far an attack moves an image.</param>
/// <param name="WithinClass">The mean of d(z_i, z_j) over different clean images of one class; NaN where there is no such pair.</param>
/// <param name="BetweenClasses">The mean of d(z_i, z_j) over clean images of different classes; NaN where there is no such pair.</param>
public sealed record LayerDivergence(string Layer, double Divergence, double WithinClass, double BetweenClasses)
{
    /// <summary>Divergence / between: 0 where attacks move nothing, 1 where they move an image as far as another class lies.</summary>
    public double Relative => Divergence / BetweenClasses;

    /// <summary>Within / between: below 1 where classes are narrower than they are apart.</summary>
    public double Width => WithinClass / BetweenClasses;

    /// <summary>From [N,D] clean and adversarial, and [N] labels, on the CPU.</summary>
    internal static LayerDivergence Of(string layer, Tensor clean, Tensor adversarial, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var apart = cdist(clean, clean, p: 1) / clean.shape[1];                                                 // [N,N]
        var equal = labels.unsqueeze(1).eq(labels.unsqueeze(0)).to(apart.dtype);                                // [N,N]
        var itself = eye(clean.shape[0], dtype: apart.dtype);
        return new LayerDivergence(layer, (clean - adversarial).abs().mean().to(ScalarType.Float64).item<double>(), Mean(equal - itself), Mean(1 - equal));

        double Mean(Tensor chosen)
        {
            var count = chosen.sum().to(ScalarType.Float64).item<double>();
            return count == 0 ? double.NaN : (chosen * apart).sum().to(ScalarType.Float64).item<double>() / count;
        }
    }
}
