namespace Adr.Models;

/// <summary>The paper's CNN for CIFAR-10: convolutions 64-64-128-128, fully connected 256-256-K; latent [B,3200].</summary>
/// <remarks>See <see cref="ConvNet"/>: maps of 32→30→28→14→12→10→5. The authors' code declares a latent of 128·3·3, which its own convolutions do not give.</remarks>
public sealed class CifarCnn : ConvNet
{
    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="classes">The number of classes K, at least 2; 10.</param>
    /// <param name="dropout">The probability of dropout after the first fully connected layer, in [0,1); 0.5 as in the paper's code.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dropout"/> is not in [0,1).</exception>
    public CifarCnn(long seed, int classes = 10, double dropout = 0.5) : base("cifar-cnn", classes, [3, 32, 32], [[64, 64], [128, 128]], 256, seed, dropout)
    {
    }
}
