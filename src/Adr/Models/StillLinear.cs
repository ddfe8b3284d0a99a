using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A fully connected layer whose weights stand still.</summary>
internal sealed record StillLinear(Tensor Weight, Tensor Bias)
{
    /// <summary>Of a layer as it is now. The tensors belong to the dispose scope that is open.</summary>
    internal static StillLinear Of(Linear layer, ScalarType type) =>
        new(((Tensor)layer.weight!).detach().to(type), ((Tensor)layer.bias!).detach().to(type));

    internal Tensor Apply(Tensor x) => nn.functional.linear(x, Weight, Bias);
}
