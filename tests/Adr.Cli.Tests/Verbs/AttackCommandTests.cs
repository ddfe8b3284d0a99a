using System.Text.Json;
using Adr.Models;

namespace Adr.Cli.Tests;

public sealed class AttackCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adr-attack-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string File(string name) => Path.Combine(folder, name);

    private string Weights()
    {
        using var model = new MnistCnn(1);
        Models.Weights.Save(model, File("weights.safetensors"));
        return File("weights.safetensors");
    }

    [Fact] // at so small a radius an untrained network stands, so that every attack runs to its end
    public void Attacks_a_file_of_weights_and_gives_the_report_of_a_finished_run_again()
    {
        string[] arguments =
        [
            "attack", Weights(), "--examples", "4", "--epsilon", "0.0001", "--attacks", "rand",
            "--state", File("state.json"), "--json", File("first.json"),
        ];

        var first = CommandLine.Run(arguments);
        var second = CommandLine.Run([.. arguments[..^1], File("second.json")]);

        Assert.True(first.Code == ExitCode.Fine, first.Errors);
        Assert.Contains("APGD-DLR", first.Output);
        Assert.Contains("AutoAttack (rand), L∞ ε=0.0001, first 4 of MNIST-10k test, seed 0, cpu", first.Output);
        Assert.Equal(System.IO.File.ReadAllText(File("first.json")), System.IO.File.ReadAllText(File("second.json")));
        using var report = JsonDocument.Parse(System.IO.File.ReadAllText(File("first.json")));
        Assert.Equal(2, report.RootElement.GetProperty("stages").GetArrayLength());
        Assert.Contains("natural:", first.Output);
        Assert.DoesNotContain("natural:", second.Output); // nothing ran again
    }

    [Theory]
    [InlineData("expected mnist-10k, mnist, fashion-mnist, cifar-10", "--data", "digits")]
    [InlineData("There is no network \"lenet\"", "--network", "lenet")]
    [InlineData("--epsilon is needed for L2", "--norm", "l2")]
    [InlineData("--attacks 'all': expected standard, plus or rand", "--attacks", "all")]
    [InlineData("ε must be a finite number ≥ 0", "--epsilon", "-1")]
    [InlineData("The batch size must be at least 1", "--batch-size", "0")]
    [InlineData("1500 examples", "--examples", "1501")]
    public void What_cannot_work_is_refused_before_anything_runs(string message, params string[] arguments)
    {
        var (code, output, errors) = CommandLine.Run(["attack", Weights(), .. arguments]);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(message, errors);
        Assert.Empty(output);
    }

    [Fact]
    public void A_file_that_is_not_there_or_no_weights_is_named()
    {
        var absent = CommandLine.Run("attack", File("absent.safetensors"));
        System.IO.File.WriteAllText(File("text.safetensors"), "these are no weights");
        var text = CommandLine.Run("attack", File("text.safetensors"));

        Assert.Equal((ExitCode.Failed, ExitCode.Failed), (absent.Code, text.Code));
        Assert.Contains("absent.safetensors", absent.Errors);
        Assert.Contains("text.safetensors", text.Errors);
    }
}
