using Adr.Cli.Demo;
using Spectre.Console;

namespace Adr.Cli.Tests.Demo;

public sealed class ResultsTableTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void Shows_each_defence_with_its_intervals_in_percent()
    {
        File.WriteAllText(path, """
            {"budget": "quick", "rows": [
              {"defence": "ADV", "natural": 0.9733, "naturalInterval": [0.964, 0.9803], "robust": {"FGSM": 0.8, "PGD-40": 0.65}, "robustIntervals": {"FGSM": [0.7, 0.9], "PGD-40": [0.6, 0.7]},
               "trainCount": 5000, "testCount": 1500, "epochs": 7, "epsilon": 0.3, "seed": 1, "minutes": 1.25},
              {"defence": "ADR-ADV", "natural": 0.97, "robust": {"FGSM": 0.9, "PGD-40": 0.8},
               "trainCount": 5000, "testCount": 1500, "epochs": 7, "epsilon": 0.3, "seed": 1, "minutes": 1.5}]}
            """);
        var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.No });
        console.Profile.Width = 200;

        ResultsTable.Print(path, console);

        var lines = writer.ToString().Split('\n');
        Assert.Contains(lines, line => line.Contains("defence") && line.IndexOf("FGSM", StringComparison.Ordinal) < line.IndexOf("PGD-40", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("│ ADV ") && line.Contains("97.3 [96.4, 98.0]") && line.Contains("65.0 [60.0, 70.0]") && line.Contains("1.3 │"));
        Assert.Contains(lines, line => line.Contains("ADR-ADV") && line.Contains(" 97.0 │") && line.Contains("80.0"));
        Assert.Contains("quick budget: 5000 training and 1500 held-out digits, 7 epochs, ε 0.3, seed 1", writer.ToString());
    }
}
