using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>x̂ + conv(relu(bn(conv(r)))) with r = relu(bn(x)), where x̂ is x, or a 1×1 convolution of r where the width changes (Zagoruyko and Komodakis 2016).</summary>
internal sealed class WideBlock : nn.Module<Tensor, Tensor>
{
    // Named and ordered as in PyTorch: the parameters' names come from the fields'.
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d conv2;
    private readonly Conv2d? convShortcut;

    private readonly long _stride;

    internal WideBlock(long inward, long outward, long stride) : base(nameof(WideBlock))
    {
        _stride = stride;
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
        var y = conv2.call(nn.functional.relu(bn2.call(conv1.call(start)), inplace: true));
        return y.add_(convShortcut is null ? x : convShortcut.call(start)).MoveToOuterDisposeScope();
    }

    /// <summary>The block as <see cref="Classifier.Still"/> has it. Its first norm stands before a ReLU, so it cannot be folded into a convolution.</summary>
    internal Func<Tensor, Tensor> Still(StillNumbers numbers)
    {
        var norm = StillNorm.Of(bn1, numbers);
        var first = StillConvolution.Of(conv1, numbers, _stride, padding: 1, then: bn2);
        var second = StillConvolution.Of(conv2, numbers, padding: 1);
        var shortcut = convShortcut is null ? null : StillConvolution.Of(convShortcut, numbers, _stride);
        return x =>
        {
            var start = norm.Apply(x).relu_();
            return numbers.Kept(second.Apply(first.Apply(start).relu_()).add_(shortcut?.Apply(start) ?? x));
        };
    }
}
