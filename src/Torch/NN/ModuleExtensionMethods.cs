namespace TorchSharp;

/// <summary>Moving and converting modules; each method returns the module itself, with its own type.</summary>
public static class ModuleExtensionMethods
{
    /// <summary>Converts the floating-point parameters and buffers.</summary>
    /// <param name="module">The module.</param>
    /// <param name="type">Float16, BFloat16, Float32 or Float64.</param>
    /// <param name="non_blocking">Accepted for compatibility; the call returns when the tensors are there.</param>
    public static T to<T>(this T module, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module => Moved(module, null, type);

    /// <summary>Moves and converts parameters and buffers.</summary>
    /// <param name="module">The module.</param>
    /// <param name="device">Where to.</param>
    /// <param name="type">Float16, BFloat16, Float32 or Float64.</param>
    /// <param name="non_blocking">Accepted for compatibility; the call returns when the tensors are there.</param>
    public static T to<T>(this T module, torch.Device device, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module => Moved(module, device, type);

    /// <summary>Moves parameters and buffers.</summary>
    /// <param name="module">The module.</param>
    /// <param name="deviceType">Where to.</param>
    /// <param name="deviceIndex">Which one of its kind; -1 is the current one.</param>
    /// <param name="non_blocking">Accepted for compatibility; the call returns when the tensors are there.</param>
    public static T to<T>(this T module, DeviceType deviceType, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module =>
        Moved(module, new torch.Device(deviceType, deviceIndex), null);

    /// <summary>Moves parameters and buffers.</summary>
    /// <param name="module">The module.</param>
    /// <param name="device">Where to.</param>
    /// <param name="non_blocking">Accepted for compatibility; the call returns when the tensors are there.</param>
    public static T to<T>(this T module, torch.Device device, bool non_blocking = false) where T : torch.nn.Module => Moved(module, device, null);

    /// <summary>Moves parameters and buffers.</summary>
    /// <param name="module">The module.</param>
    /// <param name="device">Where to: <c>"cpu"</c>, <c>"cuda"</c>, <c>"cuda:1"</c>.</param>
    /// <param name="non_blocking">Accepted for compatibility; the call returns when the tensors are there.</param>
    public static T to<T>(this T module, string device, bool non_blocking = false) where T : torch.nn.Module => Moved(module, new torch.Device(device), null);

    /// <summary>Moves and converts parameters and buffers to another tensor's device and type.</summary>
    /// <param name="module">The module.</param>
    /// <param name="other">The example.</param>
    /// <param name="non_blocking">Accepted for compatibility; the call returns when the tensors are there.</param>
    public static T to<T>(this T module, torch.Tensor other, bool non_blocking = false) where T : torch.nn.Module => Moved(module, other.device, other.dtype);

    /// <summary>Moves parameters and buffers to main memory.</summary>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Accepted for compatibility; the call returns when the tensors are there.</param>
    public static T cpu<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => Moved(module, torch.CPU, null);

    /// <summary>Moves parameters and buffers to a GPU.</summary>
    /// <param name="module">The module.</param>
    /// <param name="deviceIndex">Which one; -1 is the current one.</param>
    /// <param name="non_blocking">Accepted for compatibility; the call returns when the tensors are there.</param>
    public static T cuda<T>(this T module, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module =>
        Moved(module, new torch.Device(DeviceType.CUDA, deviceIndex), null);

    /// <summary>Converts floating-point parameters and buffers to 16 bits (IEEE).</summary>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Accepted for compatibility; the call returns when the tensors are there.</param>
    public static T half<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => Moved(module, null, torch.ScalarType.Float16);

    /// <summary>Converts floating-point parameters and buffers to 16 bits with float32's range.</summary>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Accepted for compatibility; the call returns when the tensors are there.</param>
    public static T bfloat16<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => Moved(module, null, torch.ScalarType.BFloat16);

    /// <summary>Converts floating-point parameters and buffers to 32 bits.</summary>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Accepted for compatibility; the call returns when the tensors are there.</param>
    public static T @float<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => Moved(module, null, torch.ScalarType.Float32);

    /// <summary>Converts floating-point parameters and buffers to 64 bits.</summary>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Accepted for compatibility; the call returns when the tensors are there.</param>
    public static T @double<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => Moved(module, null, torch.ScalarType.Float64);

    private static T Moved<T>(T module, torch.Device? device, torch.ScalarType? dtype) where T : torch.nn.Module
    {
        module.MoveTo(device, dtype);
        return module;
    }
}
