using System.Text.RegularExpressions;

namespace Adr.Cli.Tests;

public sealed partial class TrainCommandTests : IDisposable
{
    private static readonly string[] Small =
    [
        "train", "--defence", "ADV", "--epochs", "2", "--train-count", "128", "--validation-count", "16",
        "--batch-size", "64", "--attack-steps", "1", "--device", "cpu",
    ];
    private readonly string runs = Directory.CreateTempSubdirectory("adr-runs-").FullName;

    public void Dispose() => Directory.Delete(runs, recursive: true);

    [Fact]
    public void Trains_into_a_run_folder_and_the_same_seed_gives_the_same_bytes()
    {
        var first = CommandLine.Run([.. Small, "--runs", Path.Combine(runs, "a")]);
        var second = CommandLine.Run(Small, folder: null, ("ADR_RUNS", Path.Combine(runs, "b")));

        Assert.True(first.Code == ExitCode.Fine, first.Errors);
        var hashes = Hash().Matches(first.Output).Select(match => match.Value).ToList();
        Assert.Equal(2, hashes.Count); // the checkpoint's and the best weights'
        Assert.Equal(hashes, Hash().Matches(second.Output).Select(match => match.Value));
        Assert.Single(Directory.GetDirectories(Path.Combine(runs, "b")));
        Assert.Contains("epoch 2: loss", first.Output);
    }

    [Theory]
    [InlineData("There is no defence \"NONE\"", "--defence", "NONE")]
    [InlineData("Did you mean ADR-ADV?", "--defence", "adr-adv")]
    [InlineData("BatchSize is 0", "--batch-size", "0")]
    [InlineData("--budget '7': expected smoke, quick, desktop or paper", "--budget", "7")]
    [InlineData("Device is \"gpu\"", "--device", "gpu")]
    public void Settings_that_cannot_work_are_refused(string message, params string[] arguments)
    {
        var (code, _, errors) = CommandLine.Run(["train", .. arguments, "--runs", runs]);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(message, errors);
        Assert.DoesNotContain("Parameter", errors);
        Assert.Empty(Directory.GetFileSystemEntries(runs));
    }

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Hash();
}
