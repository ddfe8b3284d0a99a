using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A wide residual network for 32×32 images (Zagoruyko and Komodakis 2016), by default WideResNet-34-10, the paper's largest; latent [B,64·width].</summary>
/// <remarks>
/// Maps of 32→32→16→8, widths 16, 16·w, 32·w, 64·w in three groups of (depth − 4)/6 blocks, no dropout. Initial weights: convolutions
/// N(0, 2/(9·out)); the last layer uniform in ±1/√fan-in with zero bias. Parameters are named as in the PyTorch model that TRADES published and
/// the authors took over: <c>block1.layer.0.convShortcut.weight</c>, …, <c>fc.bias</c>; theirs also holds a copy of the first group, <c>sub_block1</c>, that no image passes.
/// </remarks>
public sealed class WideResNet : StagedClassifier
{
    private const long LastMap = 8;

    private readonly Conv2d _conv1;
    private readonly List<WideBlock> _blocks = [];
    private readonly BatchNorm2d _bn1;
    private readonly Linear _fc;

    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="classes">The number of classes K, at least 2; 10.</param>
    /// <param name="depth">6n + 4 layers, n ≥ 1; 34.</param>
    /// <param name="width">How many times wider than a plain residual network, at least 1; 10.</param>
    /// <exception cref="ArgumentException">The depth is not 6n + 4, or the width below 1.</exception>
    public WideResNet(long seed, int classes = 10, int depth = 34, int width = 10) : base($"wide-resnet-{depth}-{width}", classes, [3, 32, 32])
    {
        if (depth < 10 || depth % 6 != 4) throw new ArgumentException($"A wide residual network has 6n + 4 layers, n ≥ 1: 10, 16, 22, 28, 34, …; not {depth}.", nameof(depth));
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        _conv1 = nn.Conv2d(3, 16, 3, padding: 1L, bias: false);
        register_module("conv1", _conv1);
        var inward = 16L;
        var stages = new List<Stage>();
        foreach (var (name, outward, stride) in new[] { ("block1", 16L * width, 1), ("block2", 32L * width, 2), ("block3", 64L * width, 2) })
        {
            var blocks = Enumerable.Range(0, (depth - 4) / 6).Select(i => new WideBlock(i == 0 ? inward : outward, outward, i == 0 ? stride : 1)).ToArray();
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
        ChannelsLast.Convolutions(this);
        Initialisation.FanOutNormalConvolutions(this, seed);
        Chain(
        [
            new("conv1", _conv1.call),                                                                                                    // [B,16,32,32]
            .. stages,                                                                                                                    // [B,64w,8,8]
            new("pooled", maps => nn.functional.avg_pool2d(nn.functional.relu(_bn1.call(maps), inplace: true), LastMap).flatten(1)),      // [B,64w]
            new("fc", _fc.call),
        ], latent: "pooled");
    }

    /// <inheritdoc/>
    protected internal override Func<Tensor, Tensor> Still(ScalarType type)
    {
        var numbers = StillNumbers.On(((Tensor)_fc.weight!).device, type);
        var stem = StillConvolution.Of(_conv1, numbers, padding: 1);
        var blocks = _blocks.ConvertAll(block => block.Still(numbers));
        var norm = StillNorm.Of(_bn1, numbers);
        var last = StillLinear.Of(_fc, numbers);
        return images =>
        {
            var x = stem.Apply(numbers.Take(images));
            foreach (var block in blocks) x = block(x);
            return last.Apply(nn.functional.avg_pool2d(norm.Apply(x).relu_(), LastMap).flatten(1)).to(ScalarType.Float32);
        };
    }
}
