namespace Adr.Interactive;

/// <summary>A notebook's first code cell.</summary>
public static class Lesson
{
    /// <summary>Registers the formatters and says what the notebook runs with. End the first code cell with it.</summary>
    /// <param name="title">The notebook's name.</param>
    /// <param name="budget">smoke, quick, desktop or paper; null where the notebook has no budget.</param>
    /// <param name="device">"cpu", "cuda", or "auto": the GPU if there is one. Default: "auto".</param>
    /// <param name="seed">The seed of every random stream; null where nothing is random.</param>
    /// <param name="more">Further settings to show, in order.</param>
    /// <exception cref="ArgumentException">The device does not exist here.</exception>
    public static Setting Begin(string title, string? budget = null, string device = "auto", long? seed = null, params IReadOnlyList<(string Name, string Value)> more)
    {
        ArgumentNullException.ThrowIfNull(title);
        AdrFormatters.Register();
        return new Setting(title, budget, DeviceNamed(device), seed, more);
    }

    private static string DeviceNamed(string device)
    {
        var hasCuda = TorchSharp.torch.cuda.is_available();
        if (device == "auto") return hasCuda ? "cuda" : "cpu";
        if (device.StartsWith("cuda", StringComparison.Ordinal) && !hasCuda)
            throw new ArgumentException($"Device '{device}' needs a GPU that libtorch can use; this one cannot. Use \"cpu\" or \"auto\".", nameof(device));
        return device;
    }
}
