using System.Reflection;
using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>The C interface of native/.</summary>
internal static unsafe partial class Native
{
    private const string Library = "adr_torch";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Load);

    // A resolver, not this type's initialiser: what it throws reaches the user as it is.
    private static nint Load(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return 0;
        // OpenMP's idle threads would spin, and starve whatever else runs: on two busy cores a notebook took ten times as long.
        // libgomp reads this when it is loaded, so it comes first; a value that is set already stays.
        if (!OperatingSystem.IsWindows()) SetEnvironment("OMP_WAIT_POLICY", "passive", overwrite: 0);
        nint library;
        try
        {
            library = NativeLibrary.Load(name, assembly, path);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException(
                $"libtorch cannot be loaded. It was found when this was built and must still be there: {e.Message} " +
                "environment.md lists every way to get one.", e);
        }

        // By pointer: P/Invoke would ask this resolver again.
        // libtorch alone starts with one thread on some builds; OMP_NUM_THREADS stays the user's word.
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null)
            ((delegate* unmanaged<int, int>)NativeLibrary.GetExport(library, "adr_torch_set_threads"))(Environment.ProcessorCount);
        ((delegate* unmanaged<void>)NativeLibrary.GetExport(library, "adr_torch_tame_openblas"))();
        ((delegate* unmanaged<void>)NativeLibrary.GetExport(library, "adr_torch_keep_memory"))();
        return library;
    }

    // Environment.SetEnvironmentVariable does not reach native code on Unix.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    /// <summary>What just failed, in libtorch's own words.</summary>
    internal static ExternalException Error() => new(Marshal.PtrToStringUTF8(LastError()));

    internal static void Check(int status)
    {
        if (status < 0) throw Error();
    }

    [LibraryImport(Library, EntryPoint = "adr_torch_version")] internal static partial nint Version();
    [LibraryImport(Library, EntryPoint = "adr_torch_error")] private static partial nint LastError();

    [LibraryImport(Library, EntryPoint = "adr_torch_operator", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint Operator(string name, string overload);
    [LibraryImport(Library, EntryPoint = "adr_torch_call")]
    internal static partial long Call(nint op, NativeValue* arguments, long count, NativeValue** firstResult);

    [LibraryImport(Library, EntryPoint = "adr_torch_free")] internal static partial void Free(nint tensor);
    [LibraryImport(Library, EntryPoint = "adr_torch_alias")] internal static partial nint Alias(nint tensor);
    [LibraryImport(Library, EntryPoint = "adr_torch_info")] internal static partial int Info(nint tensor, NativeInfo* info);
    [LibraryImport(Library, EntryPoint = "adr_torch_sizes")] internal static partial void Sizes(nint tensor, long* sizes);
    [LibraryImport(Library, EntryPoint = "adr_torch_strides")] internal static partial int Strides(nint tensor, long* strides);
    [LibraryImport(Library, EntryPoint = "adr_torch_data")] internal static partial int Data(nint tensor, nint* data);

    [LibraryImport(Library, EntryPoint = "adr_torch_set_requires_grad")] internal static partial int SetRequiresGrad(nint tensor, int value);
    [LibraryImport(Library, EntryPoint = "adr_torch_grad")] internal static partial int Grad(nint tensor, nint* grad);
    [LibraryImport(Library, EntryPoint = "adr_torch_set_grad")] internal static partial int SetGrad(nint tensor, nint grad);
    [LibraryImport(Library, EntryPoint = "adr_torch_retain_grad")] internal static partial int RetainGrad(nint tensor);
    [LibraryImport(Library, EntryPoint = "adr_torch_backward")]
    internal static partial int Backward(
        nint[] outputs, long outputCount, nint[] grads, long gradCount, int retainGraph, int createGraph, nint[] inputs, long inputCount);
    [LibraryImport(Library, EntryPoint = "adr_torch_gradients")]
    internal static partial int Gradients(
        nint[] outputs, long outputCount, nint[] inputs, long inputCount, nint[] grads, long gradCount,
        int retainGraph, int createGraph, int allowUnused, nint* gradients);
    [LibraryImport(Library, EntryPoint = "adr_torch_grad_enabled")] internal static partial int GradEnabled();
    [LibraryImport(Library, EntryPoint = "adr_torch_set_grad_enabled")] internal static partial void SetGradEnabled(int value);
    [LibraryImport(Library, EntryPoint = "adr_torch_inference_enabled")] internal static partial int InferenceEnabled();
    [LibraryImport(Library, EntryPoint = "adr_torch_inference_begin")] internal static partial nint InferenceBegin(int value);
    [LibraryImport(Library, EntryPoint = "adr_torch_inference_end")] internal static partial void InferenceEnd(nint guard);

    [LibraryImport(Library, EntryPoint = "adr_torch_manual_seed")] internal static partial int ManualSeed(ulong seed);
    [LibraryImport(Library, EntryPoint = "adr_torch_default_generator")] internal static partial nint DefaultGenerator(int deviceType, int deviceIndex);
    [LibraryImport(Library, EntryPoint = "adr_torch_new_generator")] internal static partial nint NewGenerator(ulong seed, int deviceType, int deviceIndex);
    [LibraryImport(Library, EntryPoint = "adr_torch_generator_seed")] internal static partial int GeneratorSeed(nint generator, ulong seed);
    [LibraryImport(Library, EntryPoint = "adr_torch_generator_current_seed")] internal static partial ulong GeneratorCurrentSeed(nint generator);
    [LibraryImport(Library, EntryPoint = "adr_torch_generator_state")] internal static partial nint GeneratorState(nint generator);
    [LibraryImport(Library, EntryPoint = "adr_torch_set_generator_state")] internal static partial int SetGeneratorState(nint generator, nint state);
    [LibraryImport(Library, EntryPoint = "adr_torch_free_generator")] internal static partial void FreeGenerator(nint generator);

    [LibraryImport(Library, EntryPoint = "adr_torch_get_threads")] internal static partial int GetThreads();
    [LibraryImport(Library, EntryPoint = "adr_torch_set_threads")] internal static partial int SetThreads(int count);
    [LibraryImport(Library, EntryPoint = "adr_torch_get_interop_threads")] internal static partial int GetInteropThreads();
    [LibraryImport(Library, EntryPoint = "adr_torch_set_interop_threads")] internal static partial int SetInteropThreads(int count);
    [LibraryImport(Library, EntryPoint = "adr_torch_winograd")] internal static partial int Winograd();
    [LibraryImport(Library, EntryPoint = "adr_torch_set_winograd")] internal static partial void SetWinograd(int value);
    [LibraryImport(Library, EntryPoint = "adr_torch_cuda_count")] internal static partial int CudaCount();
    [LibraryImport(Library, EntryPoint = "adr_torch_cudnn_available")] internal static partial int CudnnAvailable();
    [LibraryImport(Library, EntryPoint = "adr_torch_cuda_synchronize")] internal static partial int CudaSynchronize(int deviceIndex);
}

/// <summary>A tagged value as the native side lays it out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    internal Tag Tag;
    internal long Bits;
    internal long Length;
}

/// <summary>What libtorch knows of a tensor beside its sizes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeInfo
{
    internal long Dimensions, Elements, ElementSize, StorageOffset;
    internal int DType, DeviceType, DeviceIndex;
    internal TensorFlags Flags;
}

/// <summary>Yes-or-no facts of a tensor; the numbers are those of native/adr_torch.cpp.</summary>
[Flags]
internal enum TensorFlags { RequiresGrad = 1, Leaf = 2, Contiguous = 4, Sparse = 8 }
