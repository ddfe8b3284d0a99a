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
public abstract class ConvNet : StagedClassifier
{
    private readonly List<(Conv2d Layer, bool IsPooled)> _convolutions = [];
    private readonly Linear[] _linears;

    private protected ConvNet(string name, int classes, long[] inputShape, long[][] groups, long hidden, long seed, double dropout)
        : base(name, classes, inputShape)
    {
        if (dropout is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(dropout), dropout, "The dropout probability must be in [0,1).");
        var (channels, height, width) = (inputShape[0], inputShape[1], inputShape[2]);
        var layers = new List<(string, nn.Module<Tensor, Tensor>)>();
        var stages = new List<Stage>();
        foreach (var group in groups)
        {
            for (var i = 0; i < group.Length; i++)
            {
                var (convolution, isPooled) = (nn.Conv2d(channels, group[i], 3), i == group.Length - 1);
                (channels, height, width) = (group[i], height - 2, width - 2);
                _convolutions.Add((convolution, isPooled));
                layers.Add(($"conv{_convolutions.Count}", convolution));
                stages.Add(new($"conv{_convolutions.Count}", x => isPooled ? Pooled(convolution.call(x)) : convolution.call(x).relu_()));
            }
            (height, width) = (height / 2, width / 2);
        }
        _linears = [nn.Linear(channels * height * width, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, classes)];
        var drop = nn.Dropout(dropout);
        register_module("feature_extractor", nn.Sequential(layers));
        register_module("classifier", nn.Sequential(("fc1", _linears[0]), ("drop", drop), ("fc2", _linears[1]), ("fc3", _linears[2])));
        ChannelsLast.Convolutions(this);
        Initialisation.HeNormalConvolutions(this, seed);
        Chain(
        [
            .. stages,
            new("fc1", x => _linears[0].call(x.flatten(1)).relu_()),
            new("fc2", x => _linears[1].call(drop.call(x)).relu_()),
            new("fc3", _linears[2].call),
        ], latent: stages[^1].Name);
    }

    private static Tensor Pooled(Tensor maps)
    {
        using (maps) return nn.functional.max_pool2d(maps, 2).relu_();
    }

    /// <inheritdoc/>
    protected internal override Func<Tensor, Tensor>? Still(ScalarType type)
    {
        if (type == ScalarType.Float32) return null; // there is nothing to fold, and the layers share their weights
        var numbers = StillNumbers.On(((Tensor)_linears[0].weight!).device, type);
        var convolutions = _convolutions.ConvertAll(c => (Layer: StillConvolution.Of(c.Layer, numbers), c.IsPooled));
        var linears = Array.ConvertAll(_linears, layer => StillLinear.Of(layer, numbers));
        return images =>
        {
            var x = numbers.Take(images);
            foreach (var (layer, isPooled) in convolutions)
            {
                x = layer.Apply(x);
                x = (isPooled ? nn.functional.max_pool2d(x, 2) : x).relu_();
            }
            x = x.flatten(1);
            foreach (var layer in linears[..^1]) x = layer.Apply(x).relu_();
            return linears[^1].Apply(x).to(ScalarType.Float32);
        };
    }
}
