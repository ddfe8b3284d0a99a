using Adr.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>The numbers that a still network computes with.</summary>
/// <remarks>
/// Where the processor has no bfloat16 instructions, libtorch would take minutes for what float32 does in a second. There the rounding is
/// imitated: every tensor that would be stored in bfloat16 (weights, activations and their gradients) is rounded to it, and sums run in
/// float32 between, as they do in hardware that has it. So an attack's outcome can be studied where its speed cannot be had.
/// </remarks>
internal sealed record StillNumbers(ScalarType Type, bool IsImitated)
{
    internal static StillNumbers On(Device device, ScalarType type) =>
        new(type, type == ScalarType.BFloat16 && device.type == DeviceType.CPU && !NativeBFloat16.IsHere);

    /// <summary>What goes in: images and weights.</summary>
    internal Tensor Take(Tensor value) => IsImitated ? Kept(value) : value.to(Type);

    /// <summary>What a layer gives; its gradient is rounded too.</summary>
    internal Tensor Kept(Tensor value) => IsImitated ? value.to(Type).to(ScalarType.Float32) : value;
}
