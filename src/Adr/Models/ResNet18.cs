using Adr.Convolutions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>ResNet-18 for 32×32 images: a 3×3 stem and four stages of two blocks; latent [B,512].</summary>
/// <remarks>He et al. (2016), in the form that adversarial training uses: maps of 32→32→16→8→4, widths 64, 128, 256,
/// 512, an average pool, one fully connected layer. Initial weights are uniform in ±1/√fan-in, PyTorch's default.
/// Parameters are named as in the authors' PyTorch model: <c>conv1.weight</c>, <c>layer2.0.shortcut.0.weight</c>, …,
/// <c>linear.bias</c>.</remarks>
public sealed class ResNet18 : StagedClassifier
{
    private static readonly (string Name, long Width, long Stride)[] Stages =
        [("layer1", 64, 1), ("layer2", 128, 2), ("layer3", 256, 2), ("layer4", 512, 2)];

    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly List<ResidualBlock> _blocks = [];
    private readonly Linear _linear;

    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="classes">The number of classes K, at least 2. Default 10.</param>
    public ResNet18(long seed, int classes = 10) : base("resnet-18", classes, [3, 32, 32])
    {
        Seed = seed;
        _conv1 = nn.Conv2d(3, 64, 3, padding: 1L, bias: false);
        _bn1 = nn.BatchNorm2d(64);
        register_module("conv1", _conv1);
        register_module("bn1", _bn1);
        var inward = 64L;
        var stages = new List<Stage>();
        foreach (var (name, width, stride) in Stages)
        {
            ResidualBlock[] blocks = [new(inward, width, stride), new(width, width, 1)];
            var stage = nn.Sequential(blocks);
            register_module(name, stage);
            stages.Add(new(name, stage.call));
            _blocks.AddRange(blocks);
            inward = width;
        }
        _linear = nn.Linear(512, classes);
        register_module("linear", _linear);
        Initialisation.ChannelsLast(this);
        Initialisation.Uniform(this, seed);
        Chain(
        [
            new("conv1", x => nn.functional.relu(_bn1.call(Conv3x3.Of(_conv1, x)), inplace: true)),     // [B,64,32,32]
            .. stages,                                                                                  // [B,512,4,4]
            new("pooled", maps => nn.functional.avg_pool2d(maps, 4).flatten(1)),                        // [B,512]
            new("linear", _linear.call),                                                                // [B,K]
        ], latent: "pooled");
    }

    // TorchSharp calls it when another module takes this one in, and would add the layers again by their fields' names.
    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    /// <inheritdoc/>
    protected internal override Func<Tensor, Tensor> Frozen()
    {
        var stem = Filter.Frozen(_conv1, _bn1);
        var blocks = _blocks.ConvertAll(block => block.Frozen());
        return images =>
        {
            var x = stem.Apply(images, Activation.Relu);
            foreach (var block in blocks) x = block(x);
            return _linear.call(nn.functional.avg_pool2d(x, 4).flatten(1));
        };
    }
}

/// <summary>relu(x̂ + bn(conv(relu(bn(conv(x)))))), where x̂ is x, or a 1×1 convolution of it where the shape changes
/// (He et al. 2016, fig. 2).</summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>
{
    // Named and ordered as in PyTorch: the parameters' names come from the fields'.
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? shortcut;

    private readonly (Conv2d Convolution, BatchNorm2d Norm)? _projection;

    internal ResidualBlock(long inward, long outward, long stride) : base(nameof(ResidualBlock))
    {
        conv1 = nn.Conv2d(inward, outward, 3, stride, padding: 1L, bias: false);
        bn1 = nn.BatchNorm2d(outward);
        conv2 = nn.Conv2d(outward, outward, 3, padding: 1L, bias: false);
        bn2 = nn.BatchNorm2d(outward);
        if (stride != 1 || inward != outward)
        {
            _projection = (nn.Conv2d(inward, outward, 1, stride, bias: false), nn.BatchNorm2d(outward));
            shortcut = nn.Sequential(_projection.Value.Convolution, _projection.Value.Norm);
        }
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = nn.functional.relu(bn1.call(Conv3x3.Of(conv1, x)), inplace: true);
        y = bn2.call(Conv3x3.Of(conv2, y)) + (shortcut is null ? x : shortcut.call(x));
        return nn.functional.relu(y, inplace: true).MoveToOuterDisposeScope();
    }

    /// <summary>The block as <see cref="Classifier.Frozen"/> has it.</summary>
    internal Func<Tensor, Tensor> Frozen()
    {
        var (first, second) = (Filter.Frozen(conv1, bn1), Filter.Frozen(conv2, bn2));
        var projection = _projection is var (convolution, norm) ? Filter.Frozen(convolution, norm) : null;
        return x => second.Apply(first.Apply(x, Activation.Relu), Activation.Relu, projection?.Apply(x) ?? x);
    }
}
