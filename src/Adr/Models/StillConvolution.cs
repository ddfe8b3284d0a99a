using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A convolution whose weights stand still, with the normalisation after it folded in.</summary>
/// <remarks>In evaluation mode batch norm is an affine map of each channel, so conv and norm are one convolution: W·γ/√(σ²+ε), and β + (b − μ)·γ/√(σ²+ε).</remarks>
internal sealed record StillConvolution(Tensor Weight, Tensor? Bias, long[] Strides, long[] Padding)
{
    private const double NormEpsilon = 1e-5; // that of every norm here

    /// <summary>Of a layer as it is now. The tensors belong to the dispose scope that is open.</summary>
    internal static StillConvolution Of(Conv2d layer, ScalarType type, long stride = 1, long padding = 0, BatchNorm2d? then = null)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var (weight, bias) = ((Tensor)layer.weight!, (Tensor?)layer.bias);
        if (then is not null)
        {
            var factor = (Tensor)then.weight! / (then.running_var! + NormEpsilon).sqrt(); // [O]
            var shift = (Tensor)then.bias! - then.running_mean! * factor;                 // [O]
            weight = weight * factor.view(-1, 1, 1, 1);
            bias = bias is null ? shift : shift + bias * factor;
        }
        return new StillConvolution(
            ChannelsLast.Stored(weight).to(type).MoveToOuterDisposeScope(), bias?.detach().to(type).MoveToOuterDisposeScope(), [stride, stride], [padding, padding]);
    }

    internal Tensor Apply(Tensor x) => nn.functional.conv2d(x, Weight, Bias, Strides, Padding);
}
