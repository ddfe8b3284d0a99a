using Adr.Convolutions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A wide residual network for 32×32 images (Zagoruyko and Komodakis 2016), by default WideResNet-34-10, the
/// authors' largest; latent [B,64·width].</summary>
/// <remarks>Maps of 32→32→16→8, widths 16, 16·w, 32·w, 64·w in three groups of (depth − 4)/6 blocks, no dropout.
/// Initial weights: convolutions N(0, 2/(9·out)); the last layer uniform in ±1/√fan-in with zero bias. Parameters are
/// named as in the PyTorch model that TRADES published and the authors took over:
/// <c>block1.layer.0.convShortcut.weight</c>, …, <c>fc.bias</c>. Theirs also holds a copy of the first group,
/// <c>sub_block1</c>, which no image passes.</remarks>
public sealed class WideResNet : StagedClassifier
{
    private const long LastMap = 8;

    private readonly Conv2d _conv1;
    private readonly List<WideBlock> _blocks = [];
    private readonly BatchNorm2d _bn1;
    private readonly Linear _fc;

    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="classes">The number of classes K, at least 2. Default 10.</param>
    /// <param name="depth">6n + 4 layers, n ≥ 1. Default 34.</param>
    /// <param name="width">How many times wider than a plain residual network, at least 1. Default 10.</param>
    /// <exception cref="ArgumentException">The depth is not 6n + 4, or the width is below 1, or the network would have
    /// more than 2³⁰ weights.</exception>
    public WideResNet(long seed, int classes = 10, int depth = 34, int width = 10)
        : base($"wide-resnet-{depth}-{width}", classes, [3, 32, 32])
    {
        var size = new WideSize(depth, width).Checked();
        Seed = seed;
        _conv1 = nn.Conv2d(3, 16, 3, padding: 1L, bias: false);
        register_module("conv1", _conv1);
        var inward = 16L;
        var stages = new List<Stage>();
        foreach (var (outward, stride) in size.Groups)
        {
            var name = $"block{stages.Count + 1}";
            WideBlock[] blocks =
            [
                new(inward, outward, stride),
                .. Enumerable.Range(1, size.Blocks - 1).Select(_ => new WideBlock(outward, outward, 1)),
            ];
            var group = nn.Sequential(("layer", nn.Sequential(blocks)));
            register_module(name, group);
            stages.Add(new(name, group.call));
            _blocks.AddRange(blocks);
            inward = outward;
        }
        _bn1 = nn.BatchNorm2d(inward);
        register_module("bn1", _bn1);
        _fc = nn.Linear(inward, classes);
        register_module("fc", _fc);
        Initialisation.ChannelsLast(this);
        Initialisation.FanOutNormalConvolutions(this, seed);
        Chain(
        [
            new("conv1", images => Conv3x3.Of(_conv1, images)),                                     // [B,16,32,32]
            .. stages,                                                                              // [B,64w,8,8]
            new("pooled", maps => Pooled(nn.functional.relu(_bn1.call(maps), inplace: true))),      // [B,64w]
            new("fc", _fc.call),                                                                    // [B,K]
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
        var stem = Filter.Frozen(_conv1);
        var blocks = _blocks.ConvertAll(block => block.Frozen());
        var norm = FrozenNorm.Of(_bn1);
        return images =>
        {
            var x = stem.Apply(images);
            foreach (var block in blocks) x = block(x);
            return _fc.call(Pooled(norm.Apply(x).relu_()));
        };
    }

    private static Tensor Pooled(Tensor maps) => nn.functional.avg_pool2d(maps, LastMap).flatten(1);
}

/// <summary>x̂ + conv(relu(bn(conv(r)))) with r = relu(bn(x)), where x̂ is x, or a 1×1 convolution of r where the width
/// changes (Zagoruyko and Komodakis 2016).</summary>
internal sealed class WideBlock : nn.Module<Tensor, Tensor>
{
    // Named and ordered as in PyTorch: the parameters' names come from the fields'.
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d conv2;
    private readonly Conv2d? convShortcut;

    internal WideBlock(long inward, long outward, long stride) : base(nameof(WideBlock))
    {
        bn1 = nn.BatchNorm2d(inward);
        conv1 = nn.Conv2d(inward, outward, 3, stride, padding: 1L, bias: false);
        bn2 = nn.BatchNorm2d(outward);
        conv2 = nn.Conv2d(outward, outward, 3, padding: 1L, bias: false);
        if (inward != outward) convShortcut = nn.Conv2d(inward, outward, 1, stride, bias: false);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var start = nn.functional.relu(bn1.call(x), inplace: true);
        var y = Conv3x3.Of(conv2, nn.functional.relu(bn2.call(Conv3x3.Of(conv1, start)), inplace: true));
        return y.add_(convShortcut is null ? x : convShortcut.call(start)).MoveToOuterDisposeScope();
    }

    /// <summary>The block as <see cref="Classifier.Frozen"/> has it.</summary>
    /// <remarks>A ReLU follows its first norm, so that norm cannot be folded into a convolution.</remarks>
    internal Func<Tensor, Tensor> Frozen()
    {
        var norm = FrozenNorm.Of(bn1);
        var (first, second) = (Filter.Frozen(conv1, bn2), Filter.Frozen(conv2));
        var shortcut = convShortcut is null ? null : Filter.Frozen(convShortcut);
        return x =>
        {
            var start = norm.Apply(x).relu_();
            var residual = shortcut?.Apply(start) ?? x;
            return second.Apply(first.Apply(start, Activation.Relu), Activation.None, residual);
        };
    }
}

/// <summary>A batch norm in evaluation mode: an affine map of each channel.</summary>
internal sealed record FrozenNorm(Tensor Factor, Tensor Shift)
{
    internal static FrozenNorm Of(BatchNorm2d layer)
    {
        var (factor, shift) = Filter.Affine(layer);
        return new FrozenNorm(factor.view(1, -1, 1, 1), shift.view(1, -1, 1, 1));
    }

    internal Tensor Apply(Tensor x) => Shift.addcmul(x, Factor, 1);
}
