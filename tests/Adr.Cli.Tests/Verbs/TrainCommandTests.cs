using System.Text;
using System.Text.RegularExpressions;
using Adr.Testing;
using Adr.Training;

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

    [UnixFact]
    public void A_full_disk_under_the_output_does_not_stop_the_training()
    {
        if (!File.Exists("/dev/full")) return; // Linux alone has it
        var (code, errors) = CommandLine.RunInto("/dev/full", [.. Small, "--runs", runs]);

        Assert.Equal(ExitCode.Failed, code); // what was printed is lost
        Assert.Contains("adr: the output cannot be written, and the rest of it is lost", errors);
        Assert.Single(errors.Split("the output cannot be written")[1..]); // said once
        var folder = new RunFolder(Assert.Single(Directory.GetDirectories(runs)));
        Assert.True(folder.IsFinished);
        var again = CommandLine.Run([.. Small, "--runs", runs]);
        Assert.True(again.Code == ExitCode.Fine, again.Errors);
        Assert.DoesNotContain("epoch 2/2 trained", again.Output); // all of it was done
    }

    [Fact]
    public void A_folder_that_is_damaged_or_holds_another_run_is_named()
    {
        Assert.Equal(ExitCode.Fine, CommandLine.Run([.. Small, "--runs", runs]).Code);
        var folder = new RunFolder(Assert.Single(Directory.GetDirectories(runs)));
        foreach (var (file, change, fault) in new (string, Func<string, string>, string)[]
        {
            (folder.ConfigPath, text => text.Replace("\"seed\": 1", "\"seed\": 2", StringComparison.Ordinal),
                "options.seed: 2 there, 1 here"),
            (folder.ConfigPath, _ => "{", "config.json is damaged"),
            (folder.MetricsPath, text => text + text, "metrics.jsonl, line 3, is of epoch 1 where epoch 3 belongs"),
            (folder.MetricsPath, text => text.Replace("\"loss\":", "\"loss\":1", StringComparison.Ordinal),
                "metrics.jsonl, line 1, is damaged or was changed"),
            (folder.BestPath, _ => "version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
            (folder.CheckpointPath, text => text[..^8], "checkpoint.safetensors"),
        })
        {
            var whole = File.ReadAllBytes(file);
            File.WriteAllBytes(file, Encoding.Latin1.GetBytes(change(Encoding.Latin1.GetString(whole))));
            var (code, _, errors) = CommandLine.Run([.. Small, "--runs", runs]);
            File.WriteAllBytes(file, whole);
            Assert.Equal(ExitCode.Failed, code);
            Assert.StartsWith("adr: ", errors);
            Assert.Contains(fault, errors);
            Assert.DoesNotContain("   at ", errors);
        }
        Assert.Equal(ExitCode.Fine, CommandLine.Run([.. Small, "--runs", runs]).Code);
    }

    [Fact]
    public void A_folder_in_use_is_named()
    {
        Assert.Equal(ExitCode.Fine, CommandLine.Run([.. Small, "--runs", runs]).Code);
        var folder = Assert.Single(Directory.GetDirectories(runs));
        using var taken = new FileStream(
            Path.Combine(folder, "run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var (code, _, errors) = CommandLine.Run([.. Small, "--runs", runs]);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains($"{folder} is in use by another run", errors);
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
