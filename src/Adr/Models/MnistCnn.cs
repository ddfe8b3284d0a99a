using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>The paper's CNN for MNIST: convolutions 32-32-64-64, fully connected 200-200-10; latent [B,1024].</summary>
/// <remarks>
/// Layers: conv 3×3 (1→32), ReLU, conv 3×3 (32→32), ReLU, max-pool 2, conv 3×3 (32→64), ReLU, conv 3×3 (64→64), ReLU,
/// max-pool 2 (28→26→24→12→10→8→4), flatten = the latent [B,1024]; FC 200, ReLU, dropout, FC 200, ReLU, FC 10.
/// Convolutions have no padding. It is the network of Carlini and Wagner (2017), used by TRADES and by Bui et al. (2020).
/// <para>Initial weights: convolutions N(0, 2/fan-in) (He et al. 2015) with zero bias; fully connected layers uniform in ±1/√fan-in,
/// weight and bias, as PyTorch's. The authors set the last layer to zero; it is not so here, since adversarial training then stalls at chance.
/// All come from the seed alone, so they are the same on every engine and device.</para>
/// <para>Parameters are named as the authors' PyTorch model names them: <c>feature_extractor.conv1.weight</c>, …, <c>classifier.fc3.bias</c>.</para>
/// </remarks>
public sealed class MnistCnn : Classifier
{
    private readonly Sequential _features;
    private readonly Sequential _head;

    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="dropout">The probability of dropout after the first fully connected layer, in [0,1); 0.5 as in the paper's code.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dropout"/> is not in [0,1).</exception>
    public MnistCnn(long seed, double dropout = 0.5) : base("mnist-cnn", 10, [1, 28, 28])
    {
        if (dropout is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(dropout), dropout, "The dropout probability must be in [0,1).");
        _features = nn.Sequential(
            ("conv1", nn.Conv2d(1, 32, 3)), ("relu1", nn.ReLU()),
            ("conv2", nn.Conv2d(32, 32, 3)), ("relu2", nn.ReLU()), ("maxpool1", nn.MaxPool2d(2)),
            ("conv3", nn.Conv2d(32, 64, 3)), ("relu3", nn.ReLU()),
            ("conv4", nn.Conv2d(64, 64, 3)), ("relu4", nn.ReLU()), ("maxpool2", nn.MaxPool2d(2)));
        _head = nn.Sequential(
            ("fc1", nn.Linear(64 * 4 * 4, 200)), ("relu1", nn.ReLU()), ("drop", nn.Dropout(dropout)),
            ("fc2", nn.Linear(200, 200)), ("relu2", nn.ReLU()), ("fc3", nn.Linear(200, 10)));
        register_module("feature_extractor", _features);
        register_module("classifier", _head);
        ChannelsLast.Convolutions(this);
        Initialisation.HeNormalConvolutions(this, seed);
    }

    /// <inheritdoc/>
    public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
    {
        using var maps = _features.call(images); // [B,64,4,4]
        var latent = maps.flatten(1);            // [B,1024]
        return (latent, _head.call(latent));     // [B,10]
    }
}
