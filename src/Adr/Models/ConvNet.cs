using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>The family of the paper's CNNs: groups of 3×3 convolutions, each group ending in a max-pool, then three fully connected layers.</summary>
/// <remarks>
/// Convolutions have no padding; a ReLU follows each, and each hidden layer; dropout follows the first hidden layer; the flattened output
/// of the last group is the latent. The last ReLU of a group comes after its pool: both orders give the same values and gradients, since
/// ReLU is monotone, and this one touches a quarter of the numbers.
/// <para>Initial weights: convolutions N(0, 2/fan-in) (He et al. 2015) with zero bias; fully connected layers uniform in ±1/√fan-in,
/// weight and bias, as PyTorch's. The authors set the last layer to zero; it is not so here, since adversarial training then stalls at chance.
/// All come from the seed alone, so they are the same on every engine and device.</para>
/// <para>Parameters are named as the authors' PyTorch models name them: <c>feature_extractor.conv1.weight</c>, …, <c>classifier.fc3.bias</c>.</para>
/// </remarks>
public abstract class ConvNet : Classifier
{
    private readonly Sequential _features;
    private readonly Sequential _head;

    private protected ConvNet(string name, int classes, long[] inputShape, long[][] groups, long hidden, long seed, double dropout)
        : base(name, classes, inputShape)
    {
        if (dropout is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(dropout), dropout, "The dropout probability must be in [0,1).");
        var (channels, height, width) = (inputShape[0], inputShape[1], inputShape[2]);
        var layers = new List<(string, nn.Module<Tensor, Tensor>)>();
        var number = 0;
        for (var group = 0; group < groups.Length; group++)
        {
            for (var i = 0; i < groups[group].Length; i++)
            {
                number++;
                layers.Add(($"conv{number}", nn.Conv2d(channels, groups[group][i], 3)));
                (channels, height, width) = (groups[group][i], height - 2, width - 2);
                if (i == groups[group].Length - 1) layers.Add(($"maxpool{group + 1}", nn.MaxPool2d(2)));
                layers.Add(($"relu{number}", nn.ReLU(inplace: true)));
            }
            (height, width) = (height / 2, width / 2);
        }
        _features = nn.Sequential(layers);
        _head = nn.Sequential(
            ("fc1", nn.Linear(channels * height * width, hidden)), ("relu1", nn.ReLU(inplace: true)), ("drop", nn.Dropout(dropout)),
            ("fc2", nn.Linear(hidden, hidden)), ("relu2", nn.ReLU(inplace: true)), ("fc3", nn.Linear(hidden, classes)));
        register_module("feature_extractor", _features);
        register_module("classifier", _head);
        ChannelsLast.Convolutions(this);
        Initialisation.HeNormalConvolutions(this, seed);
    }

    /// <inheritdoc/>
    public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
    {
        using var maps = _features.call(images); // [B,C,h,w]
        var latent = maps.flatten(1);            // [B,C·h·w]
        return (latent, _head.call(latent));     // [B,K]
    }
}
