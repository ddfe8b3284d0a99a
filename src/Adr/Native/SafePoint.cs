namespace Adr.Native;

/// <summary>Keeps the garbage collector away from native calls.</summary>
/// <remarks>
/// TorchSharp 0.107 turns every number in an expression (<c>x + y</c>, <c>2 * x</c>) into a native scalar that its
/// finalizer frees, and keeps no reference while libtorch reads it. A collection that another thread sets off in that
/// moment frees the number under the call, which throws "Exception raised from toFloat" or computes with whatever is
/// there. So we collect the youngest objects between calls, before the collector would do it by itself. Measured with
/// another thread that allocates 5, 20 and 50 MB/s, on a sum of 784,000 elements for 20 s: 1, 8 and 25 errors without
/// this, none with it. It can go when TorchSharp keeps its scalars alive.
/// </remarks>
internal static class SafePoint
{
    /// <summary>
    /// Bytes that all threads allocate between two collections: well below where the collector begins by itself,
    /// which is some megabytes.
    /// </summary>
    internal const long Allowance = 1 << 20;

    private static long _collectedAt;

    /// <summary>Call it where this thread is in no native call: once each step of an attack or a training.</summary>
    internal static void Pass()
    {
        var allocated = GC.GetTotalAllocatedBytes();
        if (allocated - Interlocked.Read(ref _collectedAt) < Allowance) return;
        Interlocked.Exchange(ref _collectedAt, allocated);
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
    }
}
