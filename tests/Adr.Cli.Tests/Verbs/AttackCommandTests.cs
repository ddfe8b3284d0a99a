using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Data;
using Adr.Evaluation;
using Adr.Models;
using Adr.Testing;
using TorchSharp;
using static TorchSharp.torch;

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
        Assert.Contains("AutoAttack (rand), L∞ ε=0.0001, MNIST-10k test, first 4 examples, seed 0, cpu", first.Output);
        Assert.Equal(System.IO.File.ReadAllText(File("first.json")), System.IO.File.ReadAllText(File("second.json")));
        using var report = JsonDocument.Parse(System.IO.File.ReadAllText(File("first.json")));
        Assert.Equal(2, report.RootElement.GetProperty("stages").GetArrayLength());
        Assert.Contains("natural:", first.Output);
        Assert.DoesNotContain("natural:", second.Output); // nothing ran again
    }

    // digits that the network of Weights() classifies as they are labelled
    private string Digits(int count)
    {
        var (train, test) = Mnist.Embedded();
        using (train)
        using (test)
        using (NewDisposeScope())
        using (var model = new MnistCnn(1))
        {
            model.eval();
            var images = test.Images.narrow(0, 0, count);
            Safetensors.Write(File("digits.safetensors"), new Dictionary<string, Tensor>
            {
                ["images"] = (images * 255).round().to(ScalarType.Byte), ["labels"] = model.call(images).argmax(1),
            });
        }
        return File("digits.safetensors");
    }

    [Fact]
    public void Chosen_images_of_a_file_meet_the_same_attacks_as_in_the_whole_file()
    {
        System.IO.File.WriteAllText(File("chosen.txt"), "5   # the last\n\n# and one more\n2\n");
        string[] arguments =
        [
            "attack", Weights(), "--data", Digits(6), "--epsilon", "0.02", "--attacks", "PGD,fgsm", "--batch-size", "1",
        ];
        var (whole, all) = Run("whole.json");
        var (range, words) = Run("range.json", "--from", "2", "--examples", "2");
        var (chosen, _) = Run("chosen.json", "--indices", File("chosen.txt"));
        var (each, table) = Run("each.json", "--individual");

        Assert.Contains("digits.safetensors, first 6 examples", all);
        Assert.Contains("digits.safetensors, 2 examples from position 2 on", words);
        Assert.Equal([2, 3], range.Examples!.Positions);
        Assert.Equal([5, 2], chosen.Examples!.Positions);
        Assert.Equal(1, whole.Natural.Value);
        Assert.InRange(whole.RobustAccuracy.Successes, 0, 5);
        foreach (var part in new[] { range, chosen })
            foreach (var (there, here) in whole.Stages.Zip(part.Stages))
                Assert.Equal(part.Examples!.Positions.Select(at => there.Predictions![at]), here.Predictions);
        Assert.True(each.Individual);
        Assert.Equal(whole.Robust, each.Robust);
        Assert.Equal(6, each.Stages[1].Attacked);
        Assert.Contains("all of them", table);
        Assert.Contains($"differ from theirs by at most 0.02", all);

        (AutoAttackReport Report, string Output) Run(string name, params string[] more)
        {
            var (code, output, errors) = CommandLine.Run([.. arguments, .. more, "--json", File(name)]);
            Assert.True(code == ExitCode.Fine, errors);
            return (AutoAttackReport.Load(File(name)), output);
        }
    }

    [Fact]
    public void A_state_of_other_images_is_refused()
    {
        string[] arguments =
        [
            "attack", Weights(), "--epsilon", "0.0001", "--attacks", "FGSM", "--state", File("state.json"),
        ];
        Assert.Equal(ExitCode.Fine, CommandLine.Run([.. arguments, "--from", "3", "--examples", "4"]).Code);
        var (code, _, errors) = CommandLine.Run([.. arguments, "--from", "4", "--examples", "4"]);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("state.json belongs to another run", errors);
        Assert.Contains("4 examples from position 3 on", errors);
    }

    [Fact]
    public void A_file_without_images_is_named_before_the_attack()
    {
        var weights = Weights();
        var (code, output, errors) = CommandLine.Run("attack", weights, "--data", weights, "--epsilon", "0.1");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("the weights and --data are one file", errors);

        System.IO.File.Copy(weights, File("copy.safetensors"));
        (code, output, errors) = CommandLine.Run(
            "attack", weights, "--data", File("copy.safetensors"), "--epsilon", "0.1");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("copy.safetensors' is no data set. It has no tensor \"images\". Expected are", errors);
        Assert.Empty(output);
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
    [InlineData("--data lies in the folder of --images", "--data", "images.safetensors", "--images", ".")]
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
    public void Attacks_a_checkpoint_of_PyTorch_whose_network_is_named()
    {
        using (var model = new MnistCnn(1))
            TorchZip.Write(File("model.pt"),
                [.. model.state_dict().Select(pair => ("module." + pair.Key, pair.Value.shape))], "state_dict");
        string[] arguments =
            ["attack", File("model.pt"), "--examples", "2", "--epsilon", "0.0001", "--attacks", "rand"];

        var (code, output, errors) = CommandLine.Run([.. arguments, "--network", "mnist-cnn"]);

        Assert.True(code == ExitCode.Fine, errors);
        Assert.Contains("AutoAttack (rand), L∞ ε=0.0001", output);
        Assert.Contains("adr: The weights are the file's \"state_dict\".", errors);
        Assert.Contains("begins with \"module.\". It was left out.", errors);
        var unnamed = CommandLine.Run(arguments);
        Assert.Equal(ExitCode.Failed, unnamed.Code);
        Assert.Contains("model.pt' does not say which network it is for. Name one of", unnamed.Errors);
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
    [InlineData("Choose one of mnist-10k, mnist, fashion-mnist, cifar-10", "--data", "digits")]
    [InlineData("There is no data set \"mnits\". Did you mean mnist?", "--data", "mnits")]
    [InlineData("--epsilon is needed for images.safetensors", "--data", "images.safetensors")]
    [InlineData("--from 1500: MNIST-10k test has the positions 0 to 1499.", "--from", "1500")]
    [InlineData("--from -1: MNIST-10k test has the positions 0 to 1499.", "--from", "-1")]
    [InlineData("2 from position 1499 on are not all there", "--from", "1499", "--examples", "2")]
    [InlineData("There is no file absent.txt.", "--indices", "absent.txt")]
    [InlineData("leave --from and --examples out", "--indices", "a.txt", "--from", "0")]
    [InlineData("leave --from and --examples out", "--indices", "a.txt", "--examples", "3")]
    [InlineData("There is no network \"lenet\"", "--network", "lenet")]
    [InlineData("--epsilon is needed for L2", "--norm", "l2")]
    [InlineData("--epsilon is needed for moons", "--data", "moons")]
    [InlineData("no L∞ distance between two images is above 1. 8 levels of 255 are 0.031373", "--epsilon", "8")]
    [InlineData("--attacks all: There is no attack \"all\". Choose from APGD-CE, ", "--attacks", "all")]
    [InlineData("Or take a version of Auto-Attack: standard, plus, rand.", "--attacks", "1")]
    [InlineData("There is no attack \"apgdce\". Did you mean APGD-CE?", "--attacks", "Square,apgdce")]
    [InlineData("rand is a version of Auto-Attack. Name it alone", "--attacks", "PGD, rand")]
    [InlineData("The attack PGD is there twice.", "--attacks", "PGD,pgd")]
    [InlineData("C&W is made for L2", "--attacks", "c&w")]
    [InlineData("ε must be a finite number ≥ 0", "--epsilon", "-1")]
    [InlineData("The batch size must be at least 1", "--batch-size", "0")]
    [InlineData("1500 examples", "--examples", "1501")]
    public void What_cannot_work_is_refused_before_anything_runs(string message, params string[] arguments)
    {
        if (arguments.Contains("images.safetensors"))
            arguments = [.. arguments.Select(one => one == "images.safetensors" ? Digits(1) : one)];
        message = message.Replace("images.safetensors", File("digits.safetensors"));

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
