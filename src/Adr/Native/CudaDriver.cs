using System.Runtime.InteropServices;

namespace Adr.Native;

/// <summary>Asks NVIDIA's driver for the name of a GPU, which TorchSharp does not tell.</summary>
internal static unsafe class CudaDriver
{
    private const int LongestName = 256;

    /// <summary>The name, such as "NVIDIA H200"; null where there is no driver or no such GPU.</summary>
    /// <param name="index">Counted as libtorch counts them, from 0.</param>
    internal static string? NameOf(int index)
    {
        if (!NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda" : "libcuda.so.1", out var driver)
            || !NativeLibrary.TryGetExport(driver, "cuInit", out var init)
            || !NativeLibrary.TryGetExport(driver, "cuDeviceGet", out var get)
            || !NativeLibrary.TryGetExport(driver, "cuDeviceGetName", out var name)) return null;
        int device;
        var text = stackalloc byte[LongestName];
        var isKnown = ((delegate* unmanaged<uint, int>)init)(0) == 0
            && ((delegate* unmanaged<int*, int, int>)get)(&device, index) == 0
            && ((delegate* unmanaged<byte*, int, int, int>)name)(text, LongestName, device) == 0;
        return isKnown ? Marshal.PtrToStringUTF8((nint)text) : null;
    }
}
