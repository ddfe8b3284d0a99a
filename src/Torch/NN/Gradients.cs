namespace TorchSharp;

/// <summary>The gradients of parameters, which optimisers and modules read and clear.</summary>
internal static class Gradients
{
    /// <summary>A handle of the gradient, the caller's to dispose; null where there is none.</summary>
    internal static torch.Tensor? Of(torch.Tensor parameter) => parameter.grad;

    internal static void Clear(torch.Tensor parameter, bool drop)
    {
        if (drop)
        {
            parameter.grad = null;
            return;
        }
        using var gradient = parameter.grad;
        if (gradient is null) return;
        using var values = gradient.detach();
        values.zero_();
    }
}
