using Adr.Attacks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

// The layers of Classifier.Frozen: copies for weights that do not change, in a type of choice, with batch norms folded
// into the convolutions before them. Their tensors belong to the dispose scope that is open when they are made.

/// <summary>The type that frozen layers compute in.</summary>
/// <remarks>Where the processor has no bfloat16 instructions, libtorch would take minutes for what float32 does in a
/// second. There the rounding is imitated: every tensor that would be stored in bfloat16 (weights, activations and
/// their gradients) is rounded to it, and sums between run in float32, as they do in hardware that has it. So the
/// outcome of an attack can be studied where its speed cannot.</remarks>
internal sealed record FrozenNumbers(ScalarType Type, bool IsImitated)
{
    internal static FrozenNumbers On(Device device, ScalarType type) =>
        new(type, type == ScalarType.BFloat16 && device.type == DeviceType.CPU && !NativeBFloat16.IsHere);

    /// <summary>Images and weights as the layers take them.</summary>
    internal Tensor Take(Tensor value) => IsImitated ? Kept(value) : value.to(Type);

    /// <summary>The output of a layer as it is stored; its gradient is rounded too.</summary>
    internal Tensor Kept(Tensor value) => IsImitated ? value.to(Type).to(ScalarType.Float32) : value;
}

/// <summary>A frozen convolution, with the batch norm after it folded in.</summary>
/// <remarks>In evaluation mode a batch norm is an affine map of each channel, so that the two are one convolution with
/// the weight W·γ/√(σ²+ε) and the bias β + (b − μ)·γ/√(σ²+ε).</remarks>
internal sealed record FrozenConvolution(
    FrozenNumbers Numbers, Tensor Weight, Tensor? Bias, long[] Strides, long[] Padding)
{
    internal static FrozenConvolution Of(
        Conv2d layer, FrozenNumbers numbers, long stride = 1, long padding = 0, BatchNorm2d? then = null)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var (weight, bias) = ((Tensor)layer.weight!, (Tensor?)layer.bias);
        if (then is not null)
        {
            var (factor, shift) = FrozenNorm.Affine(then); // [O]
            weight = weight * factor.view(-1, 1, 1, 1);
            bias = bias is null ? shift : shift + bias * factor;
        }
        return new FrozenConvolution(numbers,
            numbers.Take(Initialisation.ChannelsLast(weight)).MoveToOuterDisposeScope(),
            bias is null ? null : numbers.Take(bias.detach()).MoveToOuterDisposeScope(), [stride, stride],
            [padding, padding]);
    }

    internal Tensor Apply(Tensor x) =>
        Numbers.Kept(nn.functional.conv2d(Numbers.Kept(x), Weight, Bias, Strides, Padding));
}

/// <summary>A frozen batch norm: an affine map of each channel.</summary>
internal sealed record FrozenNorm(FrozenNumbers Numbers, Tensor Factor, Tensor Shift)
{
    internal static FrozenNorm Of(BatchNorm2d layer, FrozenNumbers numbers)
    {
        using var scope = NewDisposeScope();
        var (factor, shift) = Affine(layer);
        return new FrozenNorm(numbers, numbers.Take(factor.view(1, -1, 1, 1)).MoveToOuterDisposeScope(),
            numbers.Take(shift.view(1, -1, 1, 1)).MoveToOuterDisposeScope());
    }

    /// <summary>γ/√(σ²+ε) and β − μ·γ/√(σ²+ε), both [C].</summary>
    internal static (Tensor Factor, Tensor Shift) Affine(BatchNorm2d layer)
    {
        using var noGraph = no_grad();
        const double epsilon = 1e-5; // that of every norm in this library
        var factor = (Tensor)layer.weight! / (layer.running_var! + epsilon).sqrt();
        return (factor, (Tensor)layer.bias! - layer.running_mean! * factor);
    }

    internal Tensor Apply(Tensor x) => Numbers.Kept(Shift.addcmul(x, Factor, 1));
}

/// <summary>A frozen fully connected layer.</summary>
internal sealed record FrozenLinear(FrozenNumbers Numbers, Tensor Weight, Tensor Bias)
{
    internal static FrozenLinear Of(Linear layer, FrozenNumbers numbers) =>
        new(numbers, numbers.Take(((Tensor)layer.weight!).detach()), numbers.Take(((Tensor)layer.bias!).detach()));

    internal Tensor Apply(Tensor x) => Numbers.Kept(nn.functional.linear(Numbers.Kept(x), Weight, Bias));
}
