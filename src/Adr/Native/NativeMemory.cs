using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Adr.Native;

/// <summary>Where a tensor's numbers lie.</summary>
internal static class NativeMemory
{
    private const int Alignment = 64; // bytes; libtorch's own allocator gives no less

    /// <summary>The tensor where its memory is aligned as libtorch's own is; else a copy in its place.</summary>
    /// <remarks>
    /// <c>torch.tensor(array)</c> of TorchSharp takes over the array's memory, which begins anywhere. libtorch's matrix
    /// products then round differently from run to run, and the same seed would not give the same bits.
    /// </remarks>
    internal static Tensor Aligned(Tensor tensor)
    {
        if (tensor.device_type != TorchSharp.DeviceType.CPU || tensor.numel() == 0 || IsAligned(tensor)) return tensor;
        var copy = tensor.clone();
        tensor.Dispose();
        return copy;
    }

    /// <summary>The address of a tensor's first number on the CPU, whatever its layout. The tensor must live as long as
    /// it is used.</summary>
    internal static nint Address(Tensor tensor)
    {
        using var first = tensor.detach().as_strided([1], [1], tensor.storage_offset()); // without a copy
        return Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(first.bytes));
    }

    private static bool IsAligned(Tensor tensor) => Address(tensor) % Alignment == 0;
}
