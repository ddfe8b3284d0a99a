using Adr.Convolutions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>The authors' CNNs: groups of 3×3 convolutions and a max-pool, then fully connected layers.</summary>
/// <remarks>
/// The convolutions have no padding. A ReLU follows each of them and each hidden layer; dropout follows the first
/// hidden layer; the flattened output of the last group is the latent. The last ReLU of a group comes after its pool:
/// both orders give the same values and gradients, since ReLU is monotone, and this one touches a quarter of the
/// numbers.
/// <para>Initial weights: convolutions N(0, 2/fan-in) (He et al. 2015) with zero bias; fully connected layers uniform
/// in ±1/√fan-in, weight and bias, as in PyTorch. The authors set the last layer to zero; here it is not zero, because
/// adversarial training then stalls at chance. All weights come from the seed alone, on every engine and device.</para>
/// <para>Parameters are named as in the authors' PyTorch models: <c>feature_extractor.conv1.weight</c>, …,
/// <c>classifier.fc1.bias</c>.</para>
/// </remarks>
public abstract class ConvNet : StagedClassifier
{
    private readonly List<(Conv2d Layer, Activation Then)> _convolutions = [];
    private readonly Linear[] _linears;

    /// <summary>The authors' dropout.</summary>
    internal const double DefaultDropout = 0.5;

    private protected ConvNet(
        string name, int classes, long[] inputShape, long[][] groups, long[] hidden, long seed, double dropout)
        : base(name, classes, inputShape)
    {
        Require.That(dropout is >= 0 and < 1, dropout, "A dropout probability must be in [0,1).");
        (Seed, Dropout) = (seed, dropout);
        var (channels, height, width) = (inputShape[0], inputShape[1], inputShape[2]);
        var layers = new List<(string, nn.Module<Tensor, Tensor>)>();
        var stages = new List<Stage>();
        foreach (var group in groups)
        {
            for (var i = 0; i < group.Length; i++)
            {
                var convolution = nn.Conv2d(channels, group[i], 3);
                var then = i == group.Length - 1 ? Activation.MaxPoolRelu : Activation.Relu;
                (channels, height, width) = (group[i], height - 2, width - 2);
                _convolutions.Add((convolution, then));
                var layer = $"conv{_convolutions.Count}";
                layers.Add((layer, convolution));
                stages.Add(new(layer, x => Conv3x3.Of(convolution, x, then)));
            }
            (height, width) = (height / 2, width / 2);
        }
        var latent = channels * height * width;
        long[] widths = [latent, .. hidden, classes];
        _linears = [.. widths.Zip(widths.Skip(1), (inward, outward) => nn.Linear(inward, outward))];
        var drop = nn.Dropout(dropout);
        register_module("feature_extractor", nn.Sequential(layers));
        register_module("classifier",
            nn.Sequential([("fc1", _linears[0]), ("drop", drop), .. Named(1)]));
        Initialisation.ChannelsLast(this);
        Initialisation.HeNormalConvolutions(this, seed);
        Chain(
        [
            .. stages,
            new("fc1", x => _linears[0].call(x.flatten(1)).relu_()),
            new("fc2", x => _linears[1].call(drop.call(x)).relu_()),
            .. Named(2).SkipLast(1).Select(one => new Stage(one.Name, x => one.Layer.call(x).relu_())),
            new($"fc{_linears.Length}", _linears[^1].call),
        ], latent: stages[^1].Name);

        (string Name, nn.Module<Tensor, Tensor> Layer)[] Named(int first) =>
            [.. _linears.Select((layer, i) => ($"fc{i + 1}", (nn.Module<Tensor, Tensor>)layer)).Skip(first)];
    }

    /// <summary>The probability with which dropout, after the first hidden layer, sets a number to 0.</summary>
    public double Dropout { get; }

    /// <inheritdoc/>
    protected internal override Func<Tensor, Tensor> Frozen()
    {
        var filters = _convolutions.ConvertAll(c => (Filter: Filter.Frozen(c.Layer), c.Then));
        return images =>
        {
            var x = images;
            foreach (var (filter, then) in filters) x = filter.Apply(x, then);
            x = x.flatten(1);
            foreach (var layer in _linears[..^1]) x = layer.call(x).relu_();
            return _linears[^1].call(x);
        };
    }
}

/// <summary>The authors' CNN for MNIST: convolutions 32-32-64-64, layers 200-200-10; latent [B,1024].</summary>
/// <remarks>See <see cref="ConvNet"/>; maps of 28→26→24→12→10→8→4. It is the network of Carlini and Wagner (2017),
/// which TRADES and Bui et al. (2020) use.</remarks>
public sealed class MnistCnn : ConvNet
{
    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="dropout">Of the first fully connected layer's output, in [0,1). Default 0.5, as in the authors'
    /// code.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dropout"/> is not in [0,1).</exception>
    public MnistCnn(long seed, double dropout = 0.5)
        : base("mnist-cnn", 10, [1, 28, 28], [[32, 32], [64, 64]], [200, 200], seed, dropout)
    {
    }
}

/// <summary>The authors' CNN for CIFAR-10: convolutions 64-64-128-128, layers 256-256-K; latent [B,3200].</summary>
/// <remarks>See <see cref="ConvNet"/>; maps of 32→30→28→14→12→10→5. The authors' code declares a latent of 128·3·3,
/// which its own convolutions do not give.</remarks>
public sealed class CifarCnn : ConvNet
{
    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="classes">The number of classes K, at least 2. Default 10.</param>
    /// <param name="dropout">Of the first fully connected layer's output, in [0,1). Default 0.5, as in the authors'
    /// code.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dropout"/> is not in [0,1).</exception>
    public CifarCnn(long seed, int classes = 10, double dropout = 0.5)
        : base("cifar-cnn", classes, [3, 32, 32], [[64, 64], [128, 128]], [256, 256], seed, dropout)
    {
    }
}

/// <summary>The authors' CNN for CIFAR-100: convolutions 3×64 and 3×128, layers 256-256-256-K; latent
/// [B,1152].</summary>
/// <remarks>See <see cref="ConvNet"/>; maps of 32→30→28→26→13→11→9→7→3. The authors' code defines it and never uses
/// it.</remarks>
public sealed class Cifar100Cnn : ConvNet
{
    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="classes">The number of classes K, at least 2. Default 100.</param>
    /// <param name="dropout">Of the first fully connected layer's output, in [0,1). Default 0.5, as in the authors'
    /// code.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dropout"/> is not in [0,1).</exception>
    public Cifar100Cnn(long seed, int classes = 100, double dropout = 0.5)
        : base("cifar-100-cnn", classes, [3, 32, 32], [[64, 64, 64], [128, 128, 128]], [256, 256, 256], seed, dropout)
    {
    }
}
