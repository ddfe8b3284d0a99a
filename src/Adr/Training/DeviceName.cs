using System.Globalization;
using TorchSharp;

namespace Adr.Training;

/// <summary>Names of devices: "cpu", "cuda", "cuda:N", and "auto" for the GPU if there is one.</summary>
public static class DeviceName
{
    /// <summary>The name of a device of this machine: "auto" becomes one, and every other name is checked.</summary>
    /// <param name="device">"auto", "cpu", "cuda" or "cuda:N".</param>
    /// <exception cref="ArgumentException">It is none of these, or this machine has no such device.</exception>
    public static string Resolve(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device == "auto") return torch.cuda.is_available() ? "cuda" : "cpu";
        return Problem(device) is not { } problem ? device : throw new ArgumentException(
            $"{problem} \"auto\" takes the GPU where there is one, else the CPU.", nameof(device));
    }

    /// <summary>Why a name, other than "auto", is no device of this machine; null where it is one.</summary>
    internal static string? Problem(string device)
    {
        var parts = device.Split(':');
        var index = 0;
        if (parts[0] is not ("cpu" or "cuda")
            || parts.Length > (parts[0] == "cuda" ? 2 : 1)
            || parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index))
            return $"Device is \"{device}\"; it must be \"cpu\", \"cuda\" or \"cuda:N\".";
        if (parts[0] == "cpu") return null;
        if (!torch.cuda.is_available())
            return $"Device is \"{device}\", but this libtorch sees no CUDA device; use \"cpu\".";
        var count = torch.cuda.device_count();
        if (index < count) return null;
        var devices = $"{count} CUDA device{(count == 1 ? "" : "s")}";
        return $"Device is \"{device}\", but this libtorch sees {devices}, counted from cuda:0.";
    }
}
