using Adr.Convolutions;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Native;

/// <summary>Gradients, taken in the one way in which an error cannot end the process.</summary>
/// <remarks>
/// <c>autograd.grad</c> of TorchSharp 0.107 lets a C++ exception pass (THSAutograd_grad has no try), and the runtime
/// then ends the process: a loss that does not depend on its input is enough. <c>autograd.backward</c> is the same
/// computation and turns exceptions into .NET's. docs/torchsharp.md lists the other functions that do not. This can go
/// when
/// <c>autograd.grad</c> is mended.
/// </remarks>
internal static class Gradients
{
    /// <summary>The gradient of a loss with respect to one tensor.</summary>
    /// <param name="loss">One number.</param>
    /// <param name="input">A leaf that asks for gradients.</param>
    /// <param name="keepGraph">Whether another gradient of the same graph follows.</param>
    /// <returns>A tensor of the input's shape. The input's own <c>grad</c> is as before.</returns>
    /// <exception cref="InvalidOperationException">The loss does not depend on it.</exception>
    internal static Tensor Of(Tensor loss, Tensor input, bool keepGraph = false) =>
        Of(loss, [("the images", input)], keepGraph)[0];

    /// <summary>The gradients of a loss with respect to several tensors.</summary>
    /// <param name="loss">One number.</param>
    /// <param name="inputs">Leaves that ask for gradients, or tensors that retain theirs, with their names for
    /// messages.</param>
    /// <param name="keepGraph">Whether another gradient of the same graph follows.</param>
    /// <returns>One for each input, of its shape. The inputs' own <c>grad</c> is as before.</returns>
    /// <exception cref="InvalidOperationException">The loss does not depend on one of them; the message names
    /// it.</exception>
    internal static Tensor[] Of(Tensor loss, IEnumerable<(string Name, Tensor Tensor)> inputs, bool keepGraph = false)
    {
        if (!loss.requires_grad)
            throw new InvalidOperationException("The loss has no gradient: the model's forward pass leaves autograd, "
                + "by detach(), "
                + "no_grad() or integers, or everything it uses is frozen.");
        var all = inputs.ToArray();
        Tensor[] tensors = [.. all.Select(input => input.Tensor)];
        Tensor?[] before = [.. tensors.Select(tensor => tensor.grad)];
        foreach (var tensor in tensors) tensor.grad = null;
        try
        {
            autograd.backward([loss], retain_graph: keepGraph, inputs: tensors);
            Conv3x3.ThrowIfFailed();
            return [.. all.Select(input => input.Tensor.grad ?? throw new InvalidOperationException(
                $"The loss does not depend on {input.Name}. If that is meant, freeze it: requires_grad = false."))];
        }
        finally
        {
            for (var i = 0; i < tensors.Length; i++) tensors[i].grad = before[i];
        }
    }
}
