using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Evaluation;
using Adr.Models;
using Adr.Testing;

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

    [Fact]
    public void A_state_that_was_changed_is_refused_and_no_number_is_printed()
    {
        string[] arguments =
        [
            "attack", Weights(), "--examples", "4", "--epsilon", "0.0001", "--attacks", "rand",
            "--state", File("state.json"),
        ];
        Assert.Equal(ExitCode.Fine, CommandLine.Run(arguments).Code);
        var state = JsonNode.Parse(System.IO.File.ReadAllText(File("state.json")))!;
        state["state"]!["robust"] = "1111";
        System.IO.File.WriteAllText(File("state.json"), state.ToJsonString());

        var (code, output, errors) = CommandLine.Run(arguments);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("state.json is damaged or was changed", errors);
        Assert.Contains("delete it to begin anew", errors);
        Assert.Empty(output);
    }

    [UnixFact]
    public void A_full_disk_under_the_output_does_not_stop_the_attack()
    {
        if (!System.IO.File.Exists("/dev/full")) return; // Linux alone has it
        var (code, errors) = CommandLine.RunInto("/dev/full", "attack", Weights(), "--examples", "4",
            "--epsilon", "0.0001", "--attacks", "rand", "--json", File("report.json"));

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("adr: the output cannot be written", errors);
        Assert.Equal(4, AutoAttackReport.Load(File("report.json")).Robust.Length);
    }

    [Theory]
    [InlineData("the weights and --json are one file", "--json", "weights.safetensors")]
    [InlineData("the weights and --json are one file", "--json", "./deep/../weights.safetensors")]
    [InlineData("the weights and --json are one file", "--json", "link.safetensors")]
    [InlineData("the weights and --state are one file", "--state", "weights.safetensors")]
    [InlineData("--state and --json are one file", "--state", "a.json", "--json", "a.json")]
    [InlineData("the images of --state and --json are one file",
        "--state", "a.json", "--json", "a.json.images.safetensors")]
    public void What_is_read_is_never_overwritten(string message, params string[] files)
    {
        var weights = Weights();
        var before = System.IO.File.ReadAllBytes(weights);
        Directory.CreateDirectory(File("deep"));
        if (!OperatingSystem.IsWindows()) System.IO.File.CreateSymbolicLink(File("link.safetensors"), weights);
        else if (files[1].StartsWith("link", StringComparison.Ordinal)) return;

        var (code, _, errors) = CommandLine.Run(["attack", weights, "--examples", "4",
            .. files.Select(file => file[0] == '-' ? file : File(file))]);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(message, errors);
        Assert.Equal(before, System.IO.File.ReadAllBytes(weights));
    }

    [Fact]
    public void A_report_that_could_not_be_written_is_named_before_the_attack()
    {
        Directory.CreateDirectory(File("report.json"));
        var (code, output, errors) = CommandLine.Run(
            "attack", Weights(), "--examples", "4", "--json", File("report.json"));

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("report.json cannot be written: it is a folder.", errors);
        Assert.Empty(output);
    }

    [Fact]
    public void A_prefix_that_is_left_out_is_said()
    {
        Weights();
        using (TorchSharp.torch.NewDisposeScope())
        {
            var (tensors, metadata) = Safetensors.Read(File("weights.safetensors"));
            Safetensors.Write(File("wrapped.safetensors"),
                tensors.ToDictionary(pair => "module." + pair.Key, pair => pair.Value), metadata);
        }
        var (code, _, errors) = CommandLine.Run(
            "attack", File("wrapped.safetensors"), "--examples", "2", "--epsilon", "0.0001", "--attacks", "rand");

        Assert.Equal(ExitCode.Fine, code);
        Assert.Contains("begins with \"module.\". It was left out.", errors);
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

        System.IO.File.WriteAllText(File("lfs.safetensors"), "version https://git-lfs.github.com/spec/v1\noid a\n");
        var pointer = CommandLine.Run("attack", File("lfs.safetensors"));
        Assert.Equal(ExitCode.Failed, pointer.Code);
        Assert.Contains("a pointer of Git LFS", pointer.Errors);
    }
}
