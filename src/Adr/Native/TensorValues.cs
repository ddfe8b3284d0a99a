using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Adr.Native;

/// <summary>A tensor's values as .NET's.</summary>
/// <remarks>TorchSharp 0.107's <c>data&lt;T&gt;().ToArray()</c> throws where there is no value, and visits others one
/// by one.</remarks>
internal static class TensorValues
{
    /// <summary>All values in row-major order, from any device and layout.</summary>
    /// <typeparam name="T">The tensor's own type.</typeparam>
    /// <exception cref="ArgumentException">The tensor has another type.</exception>
    internal static T[] Values<T>(this Tensor tensor) where T : unmanaged
    {
        if (tensor.numel() == 0) return [];
        using var scope = NewDisposeScope();
        var here = tensor.detach().cpu().contiguous();
        here.data<T>().Dispose(); // says what is wrong with another type
        return MemoryMarshal.Cast<byte, T>(here.bytes).ToArray();
    }
}
