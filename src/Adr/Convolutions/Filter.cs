using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Convolutions;

/// <summary>The weights of a convolution: a layer's own, or for an attack, during which they do not change, transformed
/// once and with the batch norm that follows folded in.</summary>
internal sealed class Filter
{
    private const int Unit = 16, MostNarrow = 4;
    private const double Epsilon = 1e-5; // that of every norm in this library

    private readonly long _stride;
    private (Tensor Plain, Tensor Transposed)? _transformed;

    private Filter(Tensor weight, Tensor? bias, long stride, long padding) =>
        (Weight, Bias, _stride, Padding) = (weight, bias, stride, padding);

    /// <summary>[O,I,h,w].</summary>
    internal Tensor Weight { get; }

    /// <summary>[O], or null.</summary>
    internal Tensor? Bias { get; }

    internal long Padding { get; }

    /// <summary>Whether the input is an image, with few channels.</summary>
    internal bool IsNarrow => Weight.shape[1] <= MostNarrow;

    /// <summary>The weight as the kernels read it.</summary>
    internal Tensor Plain => _transformed?.Plain ?? Winograd.Transform(Weight, transposed: false);

    /// <summary>The same for the gradient to the input.</summary>
    internal Tensor Transposed => _transformed?.Transposed ?? Winograd.Transform(Weight, transposed: true);

    /// <summary>A layer's; null where its padding, groups or dilation are not those of the library's
    /// networks.</summary>
    internal static Filter? Of(Conv2d layer)
    {
        var padding = layer.padding ?? [0, 0];
        return layer.stride.Distinct().Count() == 1 && padding.Distinct().Count() == 1 && layer.groups == 1
            && layer.dilation.All(one => one == 1)
            ? new Filter((Tensor)layer.weight!, (Tensor?)layer.bias, layer.stride[0], padding[0])
            : null;
    }

    /// <summary>A layer's as it is now. Its tensors belong to the dispose scope that is open.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="then">A batch norm that follows. In evaluation mode it is an affine map of each channel, so that
    /// the two are one convolution with the weight W·γ/√(σ²+ε) and the bias β + (b − μ)·γ/√(σ²+ε).</param>
    internal static Filter Frozen(Conv2d layer, BatchNorm2d? then = null)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var own = Of(layer)!;
        var (weight, bias) = (own.Weight.detach(), own.Bias?.detach());
        if (then is not null)
        {
            var (factor, shift) = Affine(then); // [O]
            weight = Models.Initialisation.ChannelsLast(weight * factor.view(-1, 1, 1, 1));
            bias = bias is null ? shift : shift + bias * factor;
        }
        var filter = new Filter(
            weight.MoveToOuterDisposeScope(), bias?.MoveToOuterDisposeScope(), own._stride, own.Padding);
        if (filter.IsForKernels && !filter.IsNarrow)
            filter._transformed = (filter.Plain.MoveToOuterDisposeScope(), filter.Transposed.MoveToOuterDisposeScope());
        return filter;
    }

    /// <summary>γ/√(σ²+ε) and β − μ·γ/√(σ²+ε), both [C].</summary>
    internal static (Tensor Factor, Tensor Shift) Affine(BatchNorm2d layer)
    {
        using var noGraph = no_grad();
        var factor = (Tensor)layer.weight! / (layer.running_var! + Epsilon).sqrt();
        return (factor, (Tensor)layer.bias! - layer.running_mean! * factor);
    }

    /// <summary>What follows a convolution, by libtorch; y is consumed.</summary>
    internal static Tensor Activated(Tensor y, Activation then, Tensor? residual)
    {
        if (residual is not null) y = y.add_(residual);
        if (then == Activation.None) return y;
        if (then == Activation.Relu) return y.relu_();
        // ReLU after the pool touches a quarter of the numbers, and gives the same values and gradients.
        using (y) return nn.functional.max_pool2d(y, 2).relu_();
    }

    /// <summary>Whether the kernels compute this.</summary>
    internal bool IsForKernelsOf(Tensor x, Activation then) =>
        IsForKernels && x.dtype == ScalarType.Float32 && x.device_type == DeviceType.CPU
        && x.shape is [> 0, var channels, var high, var wide] && channels == Weight.shape[1]
        && high + 2 * Padding >= 4 && wide + 2 * Padding >= 4 && !(IsNarrow && then == Activation.MaxPoolRelu);

    /// <summary>The output [B,O,H',W'], with what follows it.</summary>
    /// <param name="x">[B,I,H,W].</param>
    /// <param name="then">What follows.</param>
    /// <param name="residual">Added before it, of the shape of the output; null for none. Not before a pool, nor for
    /// images.</param>
    internal Tensor Apply(Tensor x, Activation then = Activation.None, Tensor? residual = null)
    {
        if (!IsForKernelsOf(x, then))
        {
            long[] strides = [_stride, _stride], paddings = [Padding, Padding];
            return Activated(nn.functional.conv2d(x, Weight, Bias, strides, paddings), then, residual);
        }
        var isTracked = is_grad_enabled() && (x.requires_grad || Weight.requires_grad
            || Bias is { requires_grad: true } || residual is { requires_grad: true });
        return isTracked ? Conv3x3.Function.Apply(this, x, then, residual) : Forward(x, Bias, then, residual).Output;
    }

    /// <summary>The output by the kernels, and after a pool which of the four was largest.</summary>
    internal (Tensor Output, Tensor? Winners) Forward(Tensor x, Tensor? bias, Activation then, Tensor? residual)
    {
        if (IsNarrow) return (Winograd.ConvolveNarrow(x, Weight, bias, Padding, then), null);
        using var scope = NewDisposeScope();
        var (output, winners) = Winograd.Convolve(Maps.Of(x), Plain, Weight.shape[0], bias, Padding, then, residual);
        return (output.MoveToOuterDisposeScope(), winners?.MoveToOuterDisposeScope());
    }

    private bool IsForKernels => Conv3x3.UsesKernels && Winograd.Width > 0 && _stride == 1 && Padding is >= 0 and <= 2
        && Weight.dtype == ScalarType.Float32 && Weight.device_type == DeviceType.CPU
        && Weight.shape is [var outputs, var inputs, 3, 3] && outputs % Unit == 0
        && (inputs % Unit == 0 || inputs <= MostNarrow);
}
