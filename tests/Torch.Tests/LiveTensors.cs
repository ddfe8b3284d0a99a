using static TorchSharp.torch;

namespace Adr.Torch.Tests;

/// <summary>Counts living tensors where other tests have left some behind.</summary>
internal static class LiveTensors
{
    /// <summary>How many live once the garbage collector has freed those that earlier tests forgot: from here on the count is the test's own.</summary>
    internal static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Tensor.TotalCount;
    }
}
