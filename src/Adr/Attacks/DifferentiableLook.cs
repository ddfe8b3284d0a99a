using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Asks a model so that gradients can be taken with respect to the images.</summary>
internal static class DifferentiableLook
{
    /// <summary>The logits at candidates, and the zeros that were added to these. Called with autograd on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="candidate">[b,C,H,W].</param>
    /// <param name="cost">To be counted on: the look, not the gradients.</param>
    /// <returns>The zeros δ [b,C,H,W], a gradient with respect to which is one with respect to the images, and the logits [b,K].</returns>
    /// <exception cref="InvalidOperationException">The logits have no gradient.</exception>
    internal static (Tensor Delta, Tensor Logits) At(nn.Module<Tensor, Tensor> model, Tensor candidate, AttackCost cost)
    {
        var delta = zeros_like(candidate, requires_grad: true); // a fresh leaf: TorchSharp 0.99 leaks a tensor on requires_grad_()
        var logits = cost.Ask(model, candidate.detach() + delta);
        return logits.requires_grad ? (delta, logits) : throw new InvalidOperationException("The model's logits have no gradient with respect to the images: its forward pass leaves autograd, by detach(), no_grad() or integers, or does not use the images. A gradient attack cannot judge it: take one by answers alone, Square, SPSA or NES.");
    }
}
