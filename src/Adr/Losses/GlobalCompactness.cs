using static TorchSharp.torch;

namespace Adr.Losses;

public static partial class Loss
{
    /// <summary>Global compactness: mean_ij w_ij d(z_j, z'_i) over all B² pairs; w_ij = 1 for equal labels and 1 − 1/s otherwise (negative: classes apart).</summary>
    /// <param name="latent">z [B,D].</param>
    /// <param name="adversarialLatent">z' [B,D].</param>
    /// <param name="labels">y [B], int64; one class alone is fine.</param>
    /// <param name="separation">s in (0,1]; 0.99 gives −0.0101 for different labels, 1 gives 0.</param>
    /// <returns>A scalar; it may be negative.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described, or s is not in (0,1].</exception>
    public static Tensor GlobalCompactness(Tensor latent, Tensor adversarialLatent, Tensor labels, double separation = 0.99)
    {
        LossInput.SameMatrices(latent, adversarialLatent, "latents");
        using var scope = NewDisposeScope();
        var weights = PairWeights(labels, separation, latent);                              // [B,B]
        var distances = cdist(adversarialLatent, latent, p: 1) / latent.shape[1];           // [B,B]: d(z'_i, z_j), without a [B,B,D] in memory
        return (weights * distances).mean().MoveToOuterDisposeScope();
    }

    // w_ij [B,B] in the dtype and on the device of values [B,…]
    private static Tensor PairWeights(Tensor labels, double separation, Tensor values)
    {
        LossInput.Labels(labels, values.shape[0]);
        if (separation is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(separation), separation, "The separation s must be in (0,1]; the paper's code has 0.99.");
        var different = labels.unsqueeze(1).ne(labels.unsqueeze(0)).to(values.dtype);
        return 1 - different / separation;
    }
}
