using System.Runtime.InteropServices;
using TorchSharp;

namespace Adr.Interactive;

/// <summary>What a notebook runs with: the choices made for it, and the machine. Shown as a table.</summary>
[TypeFormatterSource(typeof(ViewFormatterSource), PreferredMimeTypes = [Mime.Html, Mime.Text])]
public sealed class Setting : View
{
    private readonly TableView _table;

    internal Setting(string title, string? budget, string device, long? seed, IReadOnlyList<(string Name, string Value)> more)
    {
        (Budget, Device, Seed) = (budget, device, seed);
        var rows = new List<(string, string)>();
        if (budget is not null) rows.Add(("budget", budget));
        if (seed is not null) rows.Add(("seed", seed.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        rows.AddRange(more);
        rows.Add(("device", device));
        rows.Add(("threads", $"{torch.get_num_threads()} of {Environment.ProcessorCount} cores"));
        rows.Add(("engine", Engine()));
        rows.Add(("runtime", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}"));
        _table = new TableView(title, ["setting", "value"], rows.Select(row => (IReadOnlyList<TableCell>)[row.Item1, row.Item2])) { WordColumns = 2 };
    }

    /// <summary>How long the notebook may take; null where it has no budget.</summary>
    public string? Budget { get; }

    /// <summary>Where tensors live: "cpu", "cuda:0".</summary>
    public string Device { get; }

    /// <summary>The seed of every random stream; null where nothing is random.</summary>
    public long? Seed { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> MimeTypes => _table.MimeTypes;

    /// <inheritdoc/>
    public override string As(string mimeType) => _table.As(mimeType);

    private static string Engine()
    {
        var provider = typeof(torch).Assembly.GetName();
        return $"{provider.Name} {provider.Version?.ToString(3)}, libtorch {torch.__version__}";
    }
}
