using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>TorchSharp: what PyTorch calls the module <c>torch</c>.</summary>
public static partial class torch
{
    /// <summary>The version of libtorch that this was compiled against.</summary>
    public static string __version__ => Marshal.PtrToStringUTF8(Native.Version())!;

    /// <summary>Opens a scope on this thread: it disposes the tensors made in it when it is disposed itself.</summary>
    public static DisposeScope NewDisposeScope() => DisposeScopeManager.ThreadSingleton.Open();

    /// <summary>The innermost open scope of this thread; null where none is.</summary>
    public static DisposeScope? CurrentDisposeScope => DisposeScopeManager.ThreadSingleton.CurrentDisposeScope;

    /// <summary>Evaluates within a scope of its own and keeps only the result.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }

    /// <summary>How many threads one operator uses; the number of cores unless changed.</summary>
    public static int get_num_threads() => Native.GetThreads();

    /// <summary>Sets how many threads one operator uses.</summary>
    public static void set_num_threads(int num) => Native.Check(Native.SetThreads(num));

    /// <summary>How many operators may run at once.</summary>
    public static int get_num_interop_threads() => Native.GetInteropThreads();

    /// <summary>Sets how many operators may run at once; only before the first that does.</summary>
    public static void set_num_interop_threads(int num) => Native.Check(Native.SetInteropThreads(num));

    /// <summary>Whether libtorch can use a GPU here.</summary>
    public static bool cuda_is_available() => Native.CudaCount() > 0;

    /// <summary>Whether tensors can be made on this kind of device here.</summary>
    public static bool TryInitializeDeviceType(DeviceType deviceType) => deviceType switch
    {
        DeviceType.CPU or DeviceType.META => true,
        DeviceType.CUDA => cuda_is_available(),
        _ => false,
    };

    /// <summary>Checks that tensors can be made on this kind of device here.</summary>
    /// <exception cref="InvalidOperationException">They cannot.</exception>
    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (!TryInitializeDeviceType(deviceType))
            throw new InvalidOperationException(
                $"Torch device type {deviceType} is not available: libtorch {__version__} sees no such device. Use the CPU, or see environment.md.");
    }

    /// <summary>Checks that tensors can be made on this device; the CPU where none is named.</summary>
    /// <exception cref="InvalidOperationException">They cannot.</exception>
    public static Device InitializeDevice(Device? device)
    {
        device ??= CPU;
        if (device.type != DeviceType.CPU) InitializeDeviceType(device.type);
        return device;
    }

    /// <summary>NVIDIA GPUs.</summary>
    public static partial class cuda
    {
        /// <summary>Whether libtorch can use one here.</summary>
        public static bool is_available() => cuda_is_available();

        /// <summary>Whether cuDNN can be used here.</summary>
        public static bool is_cudnn_available() => Native.CudnnAvailable() != 0;

        /// <summary>How many there are.</summary>
        public static int device_count() => Native.CudaCount();

        /// <summary>Seeds the current GPU's default generator; does nothing where there is no GPU.</summary>
        public static void manual_seed(long seed)
        {
            if (!is_available()) return;
            using var generator = Generator.Of(CUDA);
            generator.manual_seed(seed);
        }

        /// <summary>Seeds the default generator of every GPU; does nothing where there is none.</summary>
        public static void manual_seed_all(long seed)
        {
            for (var i = 0; i < device_count(); i++)
            {
                using var generator = Generator.Of(new Device(i));
                generator.manual_seed(seed);
            }
        }

        /// <summary>Waits until the GPU has done all it was told.</summary>
        public static void synchronize(Device? device = null) => Native.Check(Native.CudaSynchronize(device?.index ?? -1));
    }
}
