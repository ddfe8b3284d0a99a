using Adr.Convolutions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>The three forms of <see cref="PreActResNet18"/> that adversarial training uses. They differ in more than
/// their parameters: a file does not say of which form it is.</summary>
public enum PreActForm
{
    /// <summary>A batch norm and a ReLU before the pool, and shortcuts of the normalised input: He et al. (2016), as in
    /// Rice et al. (2020) and most work since; "preact-resnet-18".</summary>
    FinalNorm,

    /// <summary>Neither of them, and shortcuts of the input itself: Wong et al. (2020), Andriushchenko and Flammarion
    /// (2020); "preact-resnet-18-fast".</summary>
    Fast,

    /// <summary>Both of them, and shortcuts of the input itself: the later code of Wong et al., whose files have the
    /// names and shapes of <see cref="FinalNorm"/>; "preact-resnet-18-fast-norm".</summary>
    FastNorm,
}

/// <summary>The pre-activation ResNet-18 for 32×32 images: a 3×3 stem and four stages of two blocks; latent
/// [B,512].</summary>
/// <remarks>He et al. (2016), "Identity mappings in deep residual networks"; maps of 32→32→16→8→4, widths 64, 128, 256,
/// 512. Initial weights are uniform in ±1/√fan-in, PyTorch's default. Parameters are named as in RobustBench's
/// <c>PreActResNet</c>: <c>conv1.weight</c>, <c>layer2.0.shortcut.0.weight</c>, …, <c>linear.bias</c>.</remarks>
public sealed class PreActResNet18 : StagedClassifier
{
    private readonly Conv2d _conv1;
    private readonly List<PreActBlock> _blocks = [];
    private readonly BatchNorm2d? _bn;
    private readonly Linear _linear;

    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="classes">The number of classes K, at least 2. Default 10.</param>
    /// <param name="form">Which form it has.</param>
    public PreActResNet18(long seed, int classes = 10, PreActForm form = PreActForm.FinalNorm)
        : base(NameOf(form), classes, [3, 32, 32])
    {
        Seed = seed;
        _conv1 = nn.Conv2d(3, 64, 3, padding: 1L, bias: false);
        register_module("conv1", _conv1);
        var inward = 64L;
        var stages = new List<Stage>();
        foreach (var (width, stride) in new[] { (64L, 1L), (128, 2), (256, 2), (512, 2) })
        {
            var name = $"layer{stages.Count + 1}";
            PreActBlock[] blocks = [new(inward, width, stride, form), new(width, width, 1, form)];
            var stage = nn.Sequential(blocks);
            register_module(name, stage);
            stages.Add(new(name, stage.call));
            _blocks.AddRange(blocks);
            inward = width;
        }
        if (form != PreActForm.Fast)
        {
            _bn = nn.BatchNorm2d(inward);
            register_module("bn", _bn);
        }
        _linear = nn.Linear(inward, classes);
        register_module("linear", _linear);
        Initialisation.ChannelsLast(this);
        Initialisation.Uniform(this, seed);
        Chain(
        [
            new("conv1", images => Conv3x3.Of(_conv1, images)),                                     // [B,64,32,32]
            .. stages,                                                                              // [B,512,4,4]
            new("pooled", maps => Pooled(_bn is null ? maps : _bn.call(maps).relu_())),             // [B,512]
            new("linear", _linear.call),                                                            // [B,K]
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
        var norm = _bn is null ? null : FrozenNorm.Of(_bn);
        return images =>
        {
            var x = stem.Apply(images);
            foreach (var block in blocks) x = block(x);
            return _linear.call(Pooled(norm is null ? x : norm.Apply(x).relu_()));
        };
    }

    private static string NameOf(PreActForm form) => form switch
    {
        PreActForm.FinalNorm => "preact-resnet-18",
        PreActForm.Fast => "preact-resnet-18-fast",
        PreActForm.FastNorm => "preact-resnet-18-fast-norm",
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "There is no such form."),
    };

    private static Tensor Pooled(Tensor maps) => nn.functional.avg_pool2d(maps, 4).flatten(1);
}

/// <summary>x̂ + conv(relu(bn(conv(r)))) with r = relu(bn(x)), where x̂ is x, or where the shape changes a 1×1
/// convolution of r, in the fast forms of x.</summary>
internal sealed class PreActBlock : nn.Module<Tensor, Tensor>
{
    // Named and ordered as in PyTorch: the parameters' names come from the fields'.
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d conv2;
    private readonly Sequential? shortcut;

    private readonly Conv2d? _projection;
    private readonly bool _projectsInput;

    internal PreActBlock(long inward, long outward, long stride, PreActForm form) : base(nameof(PreActBlock))
    {
        bn1 = nn.BatchNorm2d(inward);
        conv1 = nn.Conv2d(inward, outward, 3, stride, padding: 1L, bias: false);
        bn2 = nn.BatchNorm2d(outward);
        conv2 = nn.Conv2d(outward, outward, 3, padding: 1L, bias: false);
        _projectsInput = form != PreActForm.FinalNorm;
        if (stride != 1 || inward != outward)
        {
            _projection = nn.Conv2d(inward, outward, 1, stride, bias: false);
            shortcut = nn.Sequential(_projection);
        }
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var start = bn1.call(x).relu_();
        var y = Conv3x3.Of(conv2, bn2.call(Conv3x3.Of(conv1, start)).relu_());
        var residual = shortcut is null ? x : shortcut.call(_projectsInput ? x : start);
        return y.add_(residual).MoveToOuterDisposeScope();
    }

    /// <summary>The block as <see cref="Classifier.Frozen"/> has it.</summary>
    internal Func<Tensor, Tensor> Frozen()
    {
        var norm = FrozenNorm.Of(bn1);
        var (first, second) = (Filter.Frozen(conv1, bn2), Filter.Frozen(conv2));
        var projection = _projection is null ? null : Filter.Frozen(_projection);
        return x =>
        {
            var start = norm.Apply(x).relu_();
            var residual = projection?.Apply(_projectsInput ? x : start) ?? x;
            return second.Apply(first.Apply(start, Activation.Relu), Activation.None, residual);
        };
    }
}
