using Adr.Attacks;
using Adr.Evaluation;
using Adr.Experiments;
using Spectre.Console;

namespace Adr.Cli.Tests;

public sealed class ResultsTableTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void Shows_each_defence_with_its_intervals_in_percent()
    {
        var quick = Experiment.Mnist(Budget.Quick, device: "cpu");
        var rows = new[] { Row("ADV", 1460, 975, minutes: 1.25), Row("ADR-ADV", 1455, 1200, minutes: 1.5) };
        new RobustnessTable(quick, rows).SaveJson(path);
        var writer = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.No });
        console.Profile.Width = 200;

        ResultsTable.Print(path, console);

        var lines = writer.ToString().Split('\n');
        Assert.Contains(lines, line => line.Contains("defence") && line.IndexOf("FGSM", StringComparison.Ordinal)
            < line.IndexOf("PGD-40", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("│ ADV ") && line.Contains("97.3 [96.4, 98.0]")
            && line.Contains("65.0 [62.6, 67.4]") && line.Contains("1.3 │"));
        Assert.Contains(lines, line => line.Contains("ADR-ADV") && line.Contains("97.0 [96.0, 97.8]")
            && line.Contains("80.0 [77.9, 81.9]"));
        Assert.Contains(
            $"quick budget: {quick.TrainCount} training and 1500 test images, {quick.Epochs} epochs, ε 0.3, seed 1",
            writer.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"budget\":\"quick\",\"rows\":[]}")]
    [InlineData("{\"budget\":\"quick\",\"rows\":[null]}")]
    [InlineData("{\"budget\":5,\"rows\":[{}]}")]
    [InlineData("{\"budget\":\"quick\",\"rows\":[{\"defence\":\"ADV\"}]}")]
    public void A_file_of_something_else_is_named(string text)
    {
        File.WriteAllText(path, text);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(new StringWriter()) });
        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => ResultsTable.Print(path, console)).Message);
    }

    private static ModelResult Row(string defence, int natural, int robust, double minutes)
    {
        AttackResult Attack(string name, int count) =>
            new(name, ThreatModel.Linf(0.3), new Proportion(count, 1500), [], [], 12.5, 61500);
        var attacks = new[] { Attack("FGSM", 1300), Attack("PGD-40", robust) };
        var report = new RobustnessReport(defence, "MNIST-10k test", new Proportion(natural, 1500), [], attacks,
            new Proportion(robust, 1500), ["0"], 1, "cpu");
        return new ModelResult(defence, report, 60 * minutes, 7);
    }
}
