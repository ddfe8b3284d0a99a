using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>ResNet-18 for 32×32 images (He et al. 2016, in the form that adversarial training uses): a 3×3 stem, four stages of two blocks; latent [B,512].</summary>
/// <remarks>
/// Maps of 32→32→16→8→4, widths 64, 128, 256, 512, average pool, one fully connected layer. Initial weights are uniform in ±1/√fan-in, PyTorch's default.
/// Parameters are named as the authors' PyTorch model names them: <c>conv1.weight</c>, <c>layer2.0.shortcut.0.weight</c>, …, <c>linear.bias</c>.
/// </remarks>
public sealed class ResNet18 : StagedClassifier
{
    private static readonly (string Name, long Width, long Stride)[] Stages = [("layer1", 64, 1), ("layer2", 128, 2), ("layer3", 256, 2), ("layer4", 512, 2)];

    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly List<ResidualBlock> _blocks = [];
    private readonly Linear _linear;

    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="classes">The number of classes K, at least 2; 10.</param>
    public ResNet18(long seed, int classes = 10) : base("resnet-18", classes, [3, 32, 32])
    {
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
        ChannelsLast.Convolutions(this);
        Initialisation.Uniform(this, seed);
        Chain(
        [
            new("conv1", images => nn.functional.relu(_bn1.call(_conv1.call(images)), inplace: true)),          // [B,64,32,32]
            .. stages,                                                                                          // [B,512,4,4]
            new("pooled", maps => nn.functional.avg_pool2d(maps, 4).flatten(1)),                                // [B,512]
            new("linear", _linear.call),
        ], latent: "pooled");
    }

    /// <inheritdoc/>
    protected internal override Func<Tensor, Tensor> Still(ScalarType type)
    {
        var numbers = StillNumbers.On(((Tensor)_linear.weight!).device, type);
        var stem = StillConvolution.Of(_conv1, numbers, padding: 1, then: _bn1);
        var blocks = _blocks.ConvertAll(block => block.Still(numbers));
        var linear = StillLinear.Of(_linear, numbers);
        return images =>
        {
            var x = stem.Apply(numbers.Take(images)).relu_();
            foreach (var block in blocks) x = block(x);
            return linear.Apply(nn.functional.avg_pool2d(x, 4).flatten(1)).to(ScalarType.Float32);
        };
    }
}
