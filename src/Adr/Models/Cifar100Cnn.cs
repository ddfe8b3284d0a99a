namespace Adr.Models;

/// <summary>The paper's CNN for CIFAR-100: convolutions 64-64-64-128-128-128, fully connected 256-256-K; latent [B,1152].</summary>
/// <remarks>See <see cref="ConvNet"/>: maps of 32→30→28→26→13→11→9→7→3. The network is in the authors' code, its settings are not.</remarks>
public sealed class Cifar100Cnn : ConvNet
{
    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="classes">The number of classes K, at least 2; 100.</param>
    /// <param name="dropout">The probability of dropout after the first fully connected layer, in [0,1); 0.5 as in the paper's code.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dropout"/> is not in [0,1).</exception>
    public Cifar100Cnn(long seed, int classes = 100, double dropout = 0.5)
        : base("cifar-100-cnn", classes, [3, 32, 32], [[64, 64, 64], [128, 128, 128]], 256, seed, dropout)
    {
    }
}
