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
        var table = new Table { Title = new TableTitle(Markup.Escape("Seconds a batch: median [fastest, slowest]")) };
        foreach (var column in new[] { "scenario", "library", "bfloat16 attack", "reference",
            "reference, 1 BLAS thread", "ratio", "float32", "1 BLAS thread", "of conv peak", "MiB" }) table.AddColumn(
                new TableColumn(column).RightAligned());
        table.Columns[0].LeftAligned();
        foreach (var row in _rows)
        {
            string[] cells =
            [
                row.Scenario.Name, Text(row.Float32), row.BFloat16 is { } low ? Text(low) : "no instructions",
                    Text(row.Reference), Text(row.OneBlasThread),
                Times(row.Ratio), Times(row.RatioFloat32), Times(row.RatioOneBlasThread),
                string.Create(CultureInfo.InvariantCulture, $"{100 * Rate(row) / convolutionPeak:0} "
                    + $"%"), string.Create(CultureInfo.InvariantCulture, $"{row.ResidentMebibytes:0}"),
            ];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }
        AnsiConsole.Write(table);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak here, float32: matrix products "
            + $"{matrixPeak:0} GFLOP/s; convolutions {convolutionPeak:0} GFLOP/s of the direct way's operations, of "
            + $"which Winograd's needs a quarter"));
        foreach (var row in _rows)
            if (row.Robust is { } r) Console.WriteLine($"{row.Scenario.Name}: of {row.Scenario.Batch} points "
                + $"{r.Library} stay right in the library (worst iterate), {r.Reference} in the reference (last "
                + $"iterate)");
    }

    internal void Save(string path, int repeats)
    {
        var scenarios = new JsonArray([.. _rows.Select(row => new JsonObject
        {
            ["name"] = row.Scenario.Name, ["ratio"] = row.Ratio, ["ratioFloat32"] = row.RatioFloat32,
                ["ratioOneBlasThread"] = row.RatioOneBlasThread,
            ["seconds"] = Numbers(row.Float32), ["secondsBFloat16"] = row.BFloat16 is { } low ? Numbers(low) : null,
            ["secondsReference"] = Numbers(row.Reference), ["secondsOneBlasThread"] = Numbers(row.OneBlasThread),
            ["gigaflopsPerSecond"] = Rate(row), ["ofConvolutionPeak"] = Rate(row) / convolutionPeak,
                ["residentMebibytes"] = row.ResidentMebibytes,
            ["robustPoints"] = row.Robust?.Library, ["robustPointsReference"] = row.Robust?.Reference,
        })]);
        var report = new JsonObject { ["repeats"] = repeats, ["matrixPeak"] = matrixPeak,
            ["convolutionPeak"] = convolutionPeak, ["scenarios"] = scenarios };
        Write(path, report);
    }

    /// <summary>Writes a file whole or not at all.</summary>
    internal static void Write(string path, JsonObject content)
    {
        var temporary = path + ".tmp";
        File.WriteAllText(temporary, content.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        File.Move(temporary, path, overwrite: true);
    }

    private static double Rate(Comparison row) => row.Scenario.GigaFlop / row.Float32.Median;

    private static JsonArray Numbers(Sample sample) => [.. sample.Seconds.Select(s => JsonValue.Create(s))];

    private static string Text(Sample s) => string.Create(CultureInfo.InvariantCulture,
        $"{s.Median:0.000} [{s.Fastest:0.000}, {s.Slowest:0.000}]");

    private static string Times(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}×");
}
