using Adr.Native;
using Adr.Training;

namespace Adr.Interactive;

/// <summary>The code cell after the parameters: how a notebook begins.</summary>
public static class Lesson
{
    /// <summary>Registers the formatters and says what the notebook runs with. End the code cell after the parameters with it.</summary>
    /// <param name="title">The notebook's name.</param>
    /// <param name="budget">smoke, quick, desktop or paper; null where the notebook has no budget.</param>
    /// <param name="device">"cpu", "cuda", "cuda:N", or "auto": the GPU if there is one. Default: "auto".</param>
    /// <param name="seed">The seed of every random stream; null where nothing is random.</param>
    /// <param name="more">Further settings to show, in order.</param>
    /// <exception cref="NativeTorchException">TorchSharp's native libraries cannot be loaded here.</exception>
    /// <exception cref="ArgumentException">No such device is here, or it is no device's name.</exception>
    public static Setting Begin(string title, string? budget = null, string device = "auto", long? seed = null, params IReadOnlyList<(string Name, string Value)> more)
    {
        ArgumentNullException.ThrowIfNull(title);
        NativeTorch.Load();
        AdrFormatters.Register();
        return new Setting(title, budget, DeviceName.Resolve(device), seed, more);
    }
}
