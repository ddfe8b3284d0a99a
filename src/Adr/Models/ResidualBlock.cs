using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>relu(x̂ + bn(conv(relu(bn(conv(x)))))), where x̂ is x, or a 1×1 convolution of it where the shape changes (He et al. 2016, fig. 2).</summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>
{
    // Named and ordered as in PyTorch: the parameters' names come from the fields'.
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? shortcut;

    private readonly long _stride;
    private readonly (Conv2d Convolution, BatchNorm2d Norm)? _projection;

    internal ResidualBlock(long inward, long outward, long stride) : base(nameof(ResidualBlock))
    {
        _stride = stride;
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
        var y = nn.functional.relu(bn1.call(conv1.call(x)), inplace: true);
        y = bn2.call(conv2.call(y)) + (shortcut is null ? x : shortcut.call(x));
        return nn.functional.relu(y, inplace: true).MoveToOuterDisposeScope();
    }

    /// <summary>The block as <see cref="Classifier.Still"/> has it.</summary>
    internal Func<Tensor, Tensor> Still(StillNumbers numbers)
    {
        var first = StillConvolution.Of(conv1, numbers, _stride, padding: 1, then: bn1);
        var second = StillConvolution.Of(conv2, numbers, padding: 1, then: bn2);
        var projection = _projection is { } p ? StillConvolution.Of(p.Convolution, numbers, _stride, then: p.Norm) : null;
        return x => numbers.Kept(second.Apply(first.Apply(x).relu_()).add_(projection?.Apply(x) ?? x)).relu_();
    }
}
