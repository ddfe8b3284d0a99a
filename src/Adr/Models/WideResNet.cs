using System.Text.RegularExpressions;
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
public sealed partial class WideResNet : StagedClassifier
{
    private const long LastMap = 8;
    private const double MostWeights = 1 << 30; // 4 GiB

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
        if (depth < 10 || depth % 6 != 4)
            throw new ArgumentException(
                $"A wide residual network has 6n + 4 layers, n ≥ 1 (10, 16, 22, 28, 34, …), not {depth}.",
                nameof(depth));
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (Weights(depth, width) is > MostWeights and var weights)
            throw new ArgumentException($"A wide residual network of depth {depth} and width {width} would have "
                + $"{weights:0.0e+0} weights; at most {MostWeights:0.0e+0} are possible.", nameof(width));
        Seed = seed;
        _conv1 = nn.Conv2d(3, 16, 3, padding: 1L, bias: false);
        register_module("conv1", _conv1);
        var inward = 16L;
        var stages = new List<Stage>();
        foreach (var (name, outward, stride) in
            new[] { ("block1", 16L * width, 1), ("block2", 32L * width, 2), ("block3", 64L * width, 2) })
        {
            WideBlock[] blocks =
            [
                new(inward, outward, stride),
                .. Enumerable.Range(1, (depth - 4) / 6 - 1).Select(_ => new WideBlock(outward, outward, 1)),
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

    /// <summary>The size in a name such as "wide-resnet-34-10"; null for another name.</summary>
    internal static (int Depth, int Width)? SizeOf(string architecture) =>
        NamePattern().Match(architecture) is { Success: true } match
            ? (int.Parse(match.Groups["depth"].Value), int.Parse(match.Groups["width"].Value))
            : null;

    /// <summary>How many weights the convolutions of a size have: nearly all of the network's.</summary>
    internal static double Weights(int depth, int width)
    {
        var (inward, sum) = (16.0, 3 * 16 * 9.0);
        foreach (var outward in new[] { 16.0 * width, 32.0 * width, 64.0 * width })
        {
            var shortcut = inward == outward ? 0 : inward * outward;
            sum += 9 * outward * (inward + outward) + shortcut + ((depth - 4) / 6 - 1) * 18 * outward * outward;
            inward = outward;
        }
        return sum;
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

    [GeneratedRegex("^wide-resnet-(?<depth>[0-9]{1,4})-(?<width>[0-9]{1,3})\\z")]
    private static partial Regex NamePattern();
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
