using System.Globalization;
using System.Runtime.InteropServices;
using Adr.Native;
using Adr.Training;
using TorchSharp;

namespace Adr.Interactive;

/// <summary>What the notebooks of this repository begin with.</summary>
public static class Notebook
{
    /// <summary>Loads libtorch, chooses the device and shows what the notebook runs with.</summary>
    /// <remarks>End the code cell after the parameters with it.</remarks>
    /// <param name="title">The notebook's name.</param>
    /// <param name="budget">smoke, quick, desktop or paper; null where the notebook has no budget.</param>
    /// <param name="device">"cpu", "cuda", "cuda:N", or "auto" for the GPU if there is one. Default: "auto".</param>
    /// <param name="seed">The seed of every random number; null where nothing is random.</param>
    /// <param name="more">Further settings to show, in order.</param>
    /// <exception cref="NativeTorchException">TorchSharp's native libraries cannot be loaded.</exception>
    /// <exception cref="ArgumentException">The device does not exist, or its name is not one of the above.</exception>
    public static RunInfo Setup(string title, string? budget = null, string device = "auto", long? seed = null,
        params IReadOnlyList<(string Name, string Value)> more)
    {
        ArgumentNullException.ThrowIfNull(title);
        NativeTorch.Load();
        return new RunInfo(title, budget, DeviceName.Resolve(device), seed, more);
    }
}

/// <summary>What a notebook runs with: its parameters and the machine. A notebook shows it as a table.</summary>
public sealed class RunInfo : View
{
    private readonly TableView _table;

    internal RunInfo(
        string title, string? budget, string device, long? seed, IReadOnlyList<(string Name, string Value)> more)
    {
        (Budget, Device, Seed) = (budget, device, seed);
        var torchSharp = typeof(torch).Assembly.GetName();
        (string Name, string? Value)[] rows =
        [
            ("budget", budget),
            ("seed", seed?.ToString(CultureInfo.InvariantCulture)),
            .. more,
            ("device", device),
            ("threads", $"{torch.get_num_threads()} of {Environment.ProcessorCount} cores"),
            ("TorchSharp", $"{torchSharp.Version?.ToString(3)}, with libtorch {torch.__version__}"),
            ("runtime", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}"),
        ];
        var cells = rows.Where(row => row.Value is not null)
            .Select(row => (IReadOnlyList<TableCell>)[row.Name, row.Value!]);
        _table = new TableView(title, ["setting", "value"], cells) { WordColumns = 2 };
    }

    /// <summary>The budget, which says how long the notebook may take; null where it has none.</summary>
    public string? Budget { get; }

    /// <summary>Where tensors live, such as "cpu" or "cuda:0".</summary>
    public string Device { get; }

    /// <summary>The seed of every random number; null where nothing is random.</summary>
    public long? Seed { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> MimeTypes => _table.MimeTypes;

    /// <inheritdoc/>
    public override string As(string mimeType) => _table.As(mimeType);
}
