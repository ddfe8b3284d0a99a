using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>A surrogate for images of any shape: class 0 has a brighter lower half, as in <see cref="Blobs"/>, class 1
/// a brighter upper one; six more are unlikely.</summary>
internal sealed class Halves() : nn.Module<Tensor, Tensor>("halves")
{
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var rows = images.flatten(2).mean([1L]);                                                       // [B,HW]
        var half = rows.shape[1] / 2;
        // [B,1]: upper less lower
        var rise = (rows.narrow(1, 0, half).mean([1L]) - rows.narrow(1, half, half).mean([1L])).unsqueeze(1);
        return cat([-rise, rise, rise.expand(-1, 6) * 0.1 - 5], 1).MoveToOuterDisposeScope();          // [B,8]
    }
}
