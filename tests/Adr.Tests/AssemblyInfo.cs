using System.Runtime.CompilerServices;
using Adr.Native;

// A garbage collection of one thread may free what another thread's call into libtorch still reads: docs/torchsharp.md,
// "Memory".
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Adr.Tests;

internal static class OneThread
{
    /// <summary>The tests' networks are tiny: a second thread of libtorch's only costs time.</summary>
    [ModuleInitializer]
    internal static void Set()
    {
        NativeTorch.Load();
        TorchSharp.torch.set_num_threads(1);
    }
}
