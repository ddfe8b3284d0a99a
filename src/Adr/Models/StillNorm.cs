using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A batch norm in evaluation mode: an affine map of each channel.</summary>
internal sealed record StillNorm(StillNumbers Numbers, Tensor Factor, Tensor Shift)
{
    /// <summary>Of a layer as it is now. The tensors belong to the dispose scope that is open.</summary>
    internal static StillNorm Of(BatchNorm2d layer, StillNumbers numbers)
    {
        using var scope = NewDisposeScope();
        var (factor, shift) = Affine(layer);
        return new StillNorm(numbers, numbers.Take(factor.view(1, -1, 1, 1)).MoveToOuterDisposeScope(), numbers.Take(shift.view(1, -1, 1, 1)).MoveToOuterDisposeScope());
    }

    /// <summary>γ/√(σ²+ε) and β − μ·γ/√(σ²+ε), both [C].</summary>
    internal static (Tensor Factor, Tensor Shift) Affine(BatchNorm2d layer)
    {
        using var noGraph = no_grad();
        const double epsilon = 1e-5; // that of every norm here
        var factor = (Tensor)layer.weight! / (layer.running_var! + epsilon).sqrt();
        return (factor, (Tensor)layer.bias! - layer.running_mean! * factor);
    }

    internal Tensor Apply(Tensor x) => Numbers.Kept(Shift.addcmul(x, Factor, 1));
}
