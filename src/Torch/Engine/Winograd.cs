namespace TorchSharp;

/// <summary>
/// The CPU kernels of native/convolution.h, first of them Winograd's way (Lavin &amp; Gray 2016) to compute <c>conv2d</c> and its gradients:
/// 3×3 kernels, stride 1, float32, at least 16 channels on both sides, channels-last. A quarter of the products, sums in another order.
/// </summary>
/// <remarks>Not of TorchSharp's API: the same calls are faster here. <c>ADR_WINOGRAD=0</c> turns them off for a process.</remarks>
internal static class Winograd
{
    /// <summary>Whether they are used. False where this processor has none, whatever was set.</summary>
    internal static bool Enabled
    {
        get => Native.Winograd() != 0;
        set => Native.SetWinograd(value ? 1 : 0);
    }
}
