using static TorchSharp.torch;

namespace Adr.Losses;

/// <summary>The terms of ADR's training loss (Bui et al. 2020, section 3) and the losses they are added to. All are scalars, means over the batch.</summary>
/// <remarks>Gradients flow through every tensor given; to stop them through the clean side, detach it (<see cref="CompactnessWeights.DetachClean"/>).</remarks>
public static partial class Loss
{
    /// <summary>Local compactness: mean_i d(z_i, z'_i), d = mean over coordinates of |a − b|; an image and its adversarial example lie together.</summary>
    /// <param name="latent">z [B,D].</param>
    /// <param name="adversarialLatent">z' [B,D].</param>
    /// <returns>A scalar ≥ 0; 0 where z' = z.</returns>
    /// <exception cref="ArgumentException">The shapes are not as described.</exception>
    public static Tensor LocalCompactness(Tensor latent, Tensor adversarialLatent)
    {
        LossInput.SameMatrices(latent, adversarialLatent, "latents");
        using var scope = NewDisposeScope();
        return (latent - adversarialLatent).abs().mean().MoveToOuterDisposeScope();
    }
}
