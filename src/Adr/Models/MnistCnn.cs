namespace Adr.Models;

/// <summary>The paper's CNN for MNIST: convolutions 32-32-64-64, fully connected 200-200-10; latent [B,1024].</summary>
/// <remarks>See <see cref="ConvNet"/>. It is the network of Carlini and Wagner (2017), used by TRADES and by Bui et al. (2020): maps of 28→26→24→12→10→8→4.</remarks>
public sealed class MnistCnn : ConvNet
{
    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="dropout">The probability of dropout after the first fully connected layer, in [0,1); 0.5 as in the paper's code.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dropout"/> is not in [0,1).</exception>
    public MnistCnn(long seed, double dropout = 0.5) : base("mnist-cnn", 10, [1, 28, 28], [[32, 32], [64, 64]], 200, seed, dropout)
    {
    }
}
