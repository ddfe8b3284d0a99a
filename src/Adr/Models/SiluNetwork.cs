using Adr.Convolutions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>The residual networks with SiLU (Swish, x·sigmoid(x)) of Gowal et al. (2020), which most robust networks
/// since then are: pre-activation blocks between a normalisation and a stem, and a batch norm, a SiLU, an average pool
/// and one fully connected layer.</summary>
/// <remarks>Padding is TensorFlow's, where the networks come from: a 3×3 convolution of stride 2 pads below and to the
/// right alone. The normalisation is inside: with 100 classes that of CIFAR-100, else that of CIFAR-10. It is no part
/// of the weights, as in RobustBench's <c>DMWideResNet</c> and <c>DMPreActResNet</c>, whose names the parameters have.
/// Initial weights are uniform in ±1/√fan-in, PyTorch's default.</remarks>
public abstract class SiluNetwork : StagedClassifier, INormalises
{
    private readonly Conv2d _stem;
    private readonly List<SiluBlock> _blocks = [];
    private readonly BatchNorm2d _norm;
    private readonly Linear _logits;

    private protected SiluNetwork(
        string name, int classes, long seed, bool isWide, long stem, (long Outward, long Stride, int Blocks)[] groups)
        : base(name, classes, [3, 32, 32])
    {
        Seed = seed;
        Normalisation = classes == 100 ? Normalisation.Cifar100 : Normalisation.Cifar10;
        var stemName = isWide ? "init_conv" : "conv_2d";
        _stem = nn.Conv2d(3, stem, 3, padding: 1L, bias: false);
        register_module(stemName, _stem);
        var inward = stem;
        var stages = new List<(Stage Stage, Sequential Blocks)>();
        foreach (var (outward, stride, count) in groups)
        {
            SiluBlock[] blocks =
            [
                new(inward, outward, stride, isWide),
                .. Enumerable.Range(1, count - 1).Select(_ => new SiluBlock(outward, outward, 1, isWide)),
            ];
            _blocks.AddRange(blocks);
            var group = nn.Sequential(blocks);
            stages.Add((new($"layer_{stages.Count}", group.call), group));
            inward = outward;
        }
        if (isWide)
            register_module("layer", nn.Sequential([.. stages.Select(one => nn.Sequential(("block", one.Blocks)))]));
        else
            foreach (var (stage, blocks) in stages) register_module(stage.Name, blocks);
        _norm = nn.BatchNorm2d(inward);
        register_module("batchnorm", _norm);
        _logits = nn.Linear(inward, classes);
        register_module("logits", _logits);
        Initialisation.ChannelsLast(this);
        Initialisation.Uniform(this, seed);
        Chain(
        [
            new(stemName, images => Conv3x3.Of(_stem, Normalisation.Apply(images))),
            .. stages.Select(one => one.Stage),
            new("pooled", maps => Pooled(_norm.call(maps))),
            new("logits", _logits.call),
        ], latent: "pooled");
    }

    /// <inheritdoc/>
    public Normalisation Normalisation { get; }

    // TorchSharp calls it when another module takes this one in, and would add the layers again by their fields' names.
    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    /// <inheritdoc/>
    protected internal override Func<Tensor, Tensor> Frozen()
    {
        var stem = Filter.Frozen(_stem);
        var blocks = _blocks.ConvertAll(block => block.Frozen());
        var norm = FrozenNorm.Of(_norm);
        return images =>
        {
            var x = stem.Apply(Normalisation.Apply(images));
            foreach (var block in blocks) x = block(x);
            return _logits.call(Pooled(norm.Apply(x)));
        };
    }

    private static Tensor Pooled(Tensor maps) => nn.functional.silu(maps).mean([2, 3]);
}

/// <summary>x̂ + conv(silu(bn(conv(r)))) with r = silu(bn(x)), where x̂ is x, or where the shape changes a convolution:
/// in a wide network 1×1 and of r, in a narrow one 3×3 and of x.</summary>
internal sealed class SiluBlock : nn.Module<Tensor, Tensor>
{
    private readonly BatchNorm2d _first, _second;
    private readonly Conv2d _inner, _outer;
    private readonly Conv2d? _shortcut;
    private readonly bool _isWide;

    internal SiluBlock(long inward, long outward, long stride, bool isWide) : base(nameof(SiluBlock))
    {
        _isWide = isWide;
        (_first, _second) = (nn.BatchNorm2d(inward), nn.BatchNorm2d(outward));
        (_inner, _outer) = (Convolution(inward, outward, stride), Convolution(outward, outward, 1));
        register_module("batchnorm_0", _first);
        register_module(isWide ? "conv_0" : "conv_2d_1", _inner);
        register_module("batchnorm_1", _second);
        register_module(isWide ? "conv_1" : "conv_2d_2", _outer);
        if (inward == outward && stride == 1) return;
        _shortcut = isWide
            ? nn.Conv2d(inward, outward, 1, stride, bias: false)
            : Convolution(inward, outward, stride);
        register_module("shortcut", _shortcut);
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var start = nn.functional.silu(_first.call(x));
        var y = Conv3x3.Of(_inner, Padded(_inner, start));
        y = Conv3x3.Of(_outer, nn.functional.silu(_second.call(y)));
        var residual = _shortcut is null ? x : _shortcut.call(_isWide ? start : Padded(_shortcut, x));
        return y.add_(residual).MoveToOuterDisposeScope();
    }

    protected override void RegisterComponents()
    {
    }

    /// <summary>The block as <see cref="Classifier.Frozen"/> has it.</summary>
    internal Func<Tensor, Tensor> Frozen()
    {
        var norm = FrozenNorm.Of(_first);
        var (inner, outer) = (Filter.Frozen(_inner, _second), Filter.Frozen(_outer));
        var shortcut = _shortcut is null ? null : Filter.Frozen(_shortcut);
        return x =>
        {
            var start = nn.functional.silu(norm.Apply(x));
            var residual = shortcut?.Apply(_isWide ? start : Padded(_shortcut!, x)) ?? x;
            var y = nn.functional.silu(inner.Apply(Padded(_inner, start)));
            return outer.Apply(y, Activation.None, residual);
        };
    }

    private static Conv2d Convolution(long inward, long outward, long stride) =>
        nn.Conv2d(inward, outward, 3, stride, padding: stride == 1 ? 1L : 0L, bias: false);

    private static Tensor Padded(Conv2d convolution, Tensor x) =>
        convolution.stride[0] == 1 ? x : nn.functional.pad(x, [0, 1, 0, 1]);
}
