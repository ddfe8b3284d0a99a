using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Adr.Bench;

/// <summary>The comparisons as a table and as JSON.</summary>
internal sealed class Report(double matrixPeak, double convolutionPeak)
{
    private readonly List<Comparison> _rows = [];

    internal void Add(Comparison comparison) => _rows.Add(comparison);

    internal void Print()
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 240; // no terminal, no reason to wrap
        var table = new Table { Title = new TableTitle(Markup.Escape("Seconds: median [quartiles]")) };
        string[] columns = ["scenario", "library", "without kernels", "plain TorchSharp", "PyTorch",
            "PyTorch, 1 BLAS thread", "to no kernels", "to plain", "to PyTorch", "1 BLAS thread", "of conv peak",
            "MiB"];
        foreach (var column in columns) table.AddColumn(new TableColumn(column).RightAligned());
        table.Columns[0].LeftAligned();
        foreach (var row in _rows)
        {
            string[] cells =
            [
                row.Scenario.Name, Text(row.Library), Text(row.WithoutKernels), Text(row.Plain), Text(row.Reference),
                Text(row.OneBlasThread), Times(row.RatioWithoutKernels), Times(row.RatioPlain), Times(row.Ratio),
                Times(row.RatioOneBlasThread), Rate(row) is { } rate ? Whole(100 * rate / convolutionPeak) + " %" : "–",
                Whole(row.ResidentMebibytes),
            ];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }
        AnsiConsole.Write(table);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak here, float32: matrix products "
            + $"{matrixPeak:0} GFLOP/s; convolutions {convolutionPeak:0} GFLOP/s of the direct way's operations, of "
            + $"which Winograd's needs a quarter"));
        foreach (var row in _rows)
            if (row.Robust is { } r) Console.WriteLine($"{row.Scenario.Name}: of {row.Scenario.Batch} points "
                + $"{r.Library} stay right in the library (worst iterate), {r.Plain} in the plain loop (last iterate)");
    }

    internal void Save(string path, int repeats)
    {
        var scenarios = new JsonArray([.. _rows.Select(row => new JsonObject
        {
            ["name"] = row.Scenario.Name, ["ratio"] = row.Ratio, ["ratioFloat32"] = row.Ratio,
            ["ratioPlain"] = row.RatioPlain, ["ratioWithoutKernels"] = row.RatioWithoutKernels,
            ["ratioOneBlasThread"] = row.RatioOneBlasThread, ["seconds"] = Numbers(row.Library),
            ["secondsWithoutKernels"] = Numbers(row.WithoutKernels), ["secondsPlain"] = Numbers(row.Plain),
            ["secondsReference"] = Numbers(row.Reference), ["secondsOneBlasThread"] = Numbers(row.OneBlasThread),
            ["gigaflopsPerSecond"] = Rate(row), ["ofConvolutionPeak"] = Rate(row) / convolutionPeak,
            ["residentMebibytes"] = row.ResidentMebibytes, ["robustPoints"] = row.Robust?.Library,
            ["robustPointsPlain"] = row.Robust?.Plain,
        })]);
        var report = new JsonObject { ["repeats"] = repeats, ["matrixPeak"] = matrixPeak,
            ["convolutionPeak"] = convolutionPeak, ["scenarios"] = scenarios };
        Write(path, report);
    }

    /// <summary>Writes a file whole or not at all.</summary>
    internal static void Write(string path, JsonObject content) =>
        AtomicFile.Write(path, content.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");

    private static double? Rate(Comparison row) => row.Scenario.GigaFlop / row.Library.Median;

    private static JsonArray? Numbers(Sample? sample) =>
        sample is null ? null : [.. sample.Seconds.Select(seconds => JsonValue.Create(seconds))];

    private static string Text(Sample? sample) => sample is null ? "–" : string.Create(CultureInfo.InvariantCulture,
        $"{sample.Median:0.000} [{sample.Quartiles.Lower:0.000}, {sample.Quartiles.Upper:0.000}]");

    private static string Times(double? ratio) =>
        ratio is null ? "–" : string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}×");

    private static string Whole(double number) => number.ToString("0", CultureInfo.InvariantCulture);
}
