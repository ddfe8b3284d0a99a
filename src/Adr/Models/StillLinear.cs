using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A fully connected layer whose weights stand still.</summary>
internal sealed record StillLinear(StillNumbers Numbers, Tensor Weight, Tensor Bias)
{
    /// <summary>Of a layer as it is now. The tensors belong to the dispose scope that is open.</summary>
    internal static StillLinear Of(Linear layer, StillNumbers numbers) =>
        new(numbers, numbers.Take(((Tensor)layer.weight!).detach()), numbers.Take(((Tensor)layer.bias!).detach()));

    internal Tensor Apply(Tensor x) => Numbers.Kept(nn.functional.linear(Numbers.Kept(x), Weight, Bias));
}
