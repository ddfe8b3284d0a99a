using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A convolution whose weights stand still, with the normalisation after it folded in.</summary>
/// <remarks>In evaluation mode batch norm is an affine map of each channel, so conv and norm are one convolution: W·γ/√(σ²+ε), and β + (b − μ)·γ/√(σ²+ε).</remarks>
internal sealed record StillConvolution(StillNumbers Numbers, Tensor Weight, Tensor? Bias, long[] Strides, long[] Padding)
{
    /// <summary>Of a layer as it is now. The tensors belong to the dispose scope that is open.</summary>
    internal static StillConvolution Of(Conv2d layer, StillNumbers numbers, long stride = 1, long padding = 0, BatchNorm2d? then = null)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var (weight, bias) = ((Tensor)layer.weight!, (Tensor?)layer.bias);
        if (then is not null)
        {
            var (factor, shift) = StillNorm.Affine(then); // [O]
            weight = weight * factor.view(-1, 1, 1, 1);
            bias = bias is null ? shift : shift + bias * factor;
        }
        return new StillConvolution(numbers,
            numbers.Take(ChannelsLast.Stored(weight)).MoveToOuterDisposeScope(), bias is null ? null : numbers.Take(bias.detach()).MoveToOuterDisposeScope(),
            [stride, stride], [padding, padding]);
    }

    internal Tensor Apply(Tensor x) => Numbers.Kept(nn.functional.conv2d(Numbers.Kept(x), Weight, Bias, Strides, Padding));
}
