using System.Text.Json.Nodes;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using Adr.Tests.Data;
using Adr.Training;
using static TorchSharp.torch;

namespace Adr.Tests.Training;

public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<OptimizerSettings> Optimizers => new(new SgdSettings(0.05, WeightDecay: 1e-3),
        new SgdSettings(0.05, Nesterov: true), new SgdSettings(0.05, Momentum: 0), new AdamSettings(0.01));

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Equals_an_undisturbed_run_byte_for_byte_wherever_it_was_cut(OptimizerSettings optimizer)
    {
        var undisturbed = Run("undisturbed", optimizer);
        for (var cut = 1; cut < 12; cut += 3) // 4 epochs of 3 steps: before, within and between epochs
        {
            var name = $"cut-{cut}";
            Assert.ThrowsAny<OperationCanceledException>(() => Run(name, optimizer, stopAfter: cut));
            var resumed = Run(name, optimizer);
            foreach (var file in new[] { "checkpoint.safetensors", "checkpoint.json", "best.safetensors",
                "config.json" })
                Assert.Equal(File.ReadAllBytes(undisturbed.File(file)), File.ReadAllBytes(resumed.File(file)));
            Assert.Equal(Timeless(undisturbed.ReadMetrics()), Timeless(resumed.ReadMetrics()));
        }
    }

    [Fact]
    public void Survives_an_end_between_the_metrics_and_the_checkpoint()
    {
        var undisturbed = Run("undisturbed");
        var early = Run("cut", stopAfter: 7, expectCancelled: true);
        // epoch 3, whose checkpoint never came
        File.AppendAllText(early.MetricsPath, File.ReadLines(undisturbed.MetricsPath).ElementAt(2) + "\n");
        File.Copy(undisturbed.BestPath, early.BestPath, overwrite: true);
        Run("cut");
        Assert.Equal(File.ReadAllBytes(undisturbed.CheckpointPath), File.ReadAllBytes(early.CheckpointPath));
        Assert.Equal(File.ReadAllBytes(undisturbed.BestPath), File.ReadAllBytes(early.BestPath));
        Assert.Equal([1, 2, 3, 4], early.ReadMetrics().Select(e => e.Epoch));
    }

    [Fact]
    public void Loads_a_finished_run_instead_of_training_again()
    {
        var folder = Run("done");
        Assert.True(folder.IsFinished);
        var written = File.GetLastWriteTimeUtc(folder.CheckpointPath);
        using var data = TinyRun.Data();
        using var model = new SmallClassifier(1);
        var steps = 0;
        var history = new Trainer(model, TinyRun.Defence(), TinyRun.Options())
            .Fit(data, folder, new Listener<TrainingProgress>(_ => steps++));
        Assert.Equal((0, 4), (steps, history.Epochs.Count));
        Assert.Equal(written, File.GetLastWriteTimeUtc(folder.CheckpointPath));

        using var direct = new SmallClassifier(1);
        new Trainer(direct, TinyRun.Defence(), TinyRun.Options()).Fit(data);
        Assert.Equal(TinyRun.Bits(direct), TinyRun.Bits(model));
    }

    [Fact]
    public void Refuses_a_folder_of_other_settings_and_lists_them()
    {
        var folder = Run("run");
        using var data = TinyRun.Data();
        using var model = new SmallClassifier(1);
        var options = TinyRun.Options() with { Seed = 12, Epochs = 9 };
        var trainer = new Trainer(model, TinyRun.Defence(), options);
        var error = Assert.Throws<InvalidOperationException>(() => trainer.Fit(data, folder));
        Assert.Contains("options.seed: 11 there, 12 here", error.Message, StringComparison.Ordinal);
        Assert.Contains("options.epochs: 4 there, 9 here", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_folder_of_another_defence_data_set_or_first_weights()
    {
        var folder = Run("run");
        using var data = TinyRun.Data();
        using var other = TinyRun.Data(61);
        using var model = new SmallClassifier(1);
        using var another = new SmallClassifier(2);
        string Message(SmallClassifier m, Dataset d, CompactnessWeights w) =>
            Assert.Throws<InvalidOperationException>(
                () => new Trainer(m, TinyRun.Defence(w), TinyRun.Options()).Fit(d, folder)).Message;
        Assert.Contains("defence.weights.confidence: 1 there, 2 here",
            Message(model, data, new CompactnessWeights(Confidence: 2)), StringComparison.Ordinal);
        Assert.Contains("data.sha256", Message(model, other, new CompactnessWeights()), StringComparison.Ordinal);
        Assert.Contains("model.initialWeights", Message(another, data, new CompactnessWeights()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_a_config_of_the_first_format()
    {
        var undisturbed = Run("undisturbed");
        var cut = Run("cut", stopAfter: 7, expectCancelled: true);
        var config = JsonNode.Parse(File.ReadAllText(cut.ConfigPath))!.AsObject();
        Assert.Equal(3, config["format"]!.GetValue<int>());
        config.Remove("format");
        File.WriteAllText(cut.ConfigPath, config.ToJsonString());
        Run("cut");
        Assert.Equal(File.ReadAllBytes(undisturbed.CheckpointPath), File.ReadAllBytes(cut.CheckpointPath));
    }

    [Fact]
    public void Reads_the_weight_perturbation_and_the_initial_weights_of_the_first_format()
    {
        using var data = TinyRun.Data();
        var defence = new AdversarialWeightPerturbation(new AdversarialTraining(TinyRun.Defence().Attack!));
        var folder = new RunFolder(_folder["awp"]);
        Train();
        var config = JsonNode.Parse(File.ReadAllText(folder.ConfigPath))!.AsObject();
        config.Remove("format");
        config["model"] = new JsonObject { ["architecture"] = "Sequential", ["initialWeights"] = "0123" };
        config["defence"]!["weightPerturbation"] = config["defence"]!["adversarialWeightPerturbation"]!.DeepClone();
        config["defence"]!.AsObject().Remove("adversarialWeightPerturbation");
        File.WriteAllText(folder.ConfigPath, config.ToJsonString());
        Train();

        config["defence"]!["weightPerturbation"]!["size"] = 0.5;
        File.WriteAllText(folder.ConfigPath, config.ToJsonString());
        var error = Assert.Throws<InvalidOperationException>(Train).Message;
        Assert.Contains("defence.adversarialWeightPerturbation.size: 0.5 there, 0.01 here", error,
            StringComparison.Ordinal);

        void Train()
        {
            using var model = nn.Sequential(nn.Flatten(), nn.Linear(16, 3));
            new Trainer(model, defence, TinyRun.Options() with { Epochs = 1, EpsilonWarmupEpochs = 0 })
                .Fit(data, folder);
        }
    }

    [Fact]
    public void Refuses_a_config_of_a_later_version()
    {
        var folder = Run("run");
        var text = File.ReadAllText(folder.ConfigPath)
            .Replace("\"format\": 3", "\"format\": 4", StringComparison.Ordinal);
        File.WriteAllText(folder.ConfigPath, text);
        Assert.Contains("format 4", Assert.Throws<InvalidDataException>(() => Run("run")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Keeps_a_second_run_out_while_the_first_is_at_work()
    {
        using var data = TinyRun.Data();
        using var model = new SmallClassifier(1);
        var folder = new RunFolder(_folder["busy"]);
        IOException? refused = null;
        new Trainer(model, TinyRun.Defence(), TinyRun.Options()).Fit(data, folder, new Listener<TrainingProgress>(_ =>
        {
            using var second = new SmallClassifier(1);
            refused ??= Assert.Throws<IOException>(
                () => new Trainer(second, TinyRun.Defence(), TinyRun.Options()).Fit(data, folder));
        }));
        Assert.Contains("in use by another run", refused!.Message, StringComparison.Ordinal);
        Assert.Contains("ADR_RUNS", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_so_when_the_checkpoint_is_damaged()
    {
        var folder = Run("damaged", stopAfter: 7, expectCancelled: true);
        File.WriteAllBytes(folder.CheckpointPath, File.ReadAllBytes(folder.CheckpointPath)[..^10]);
        Assert.Contains("checkpoint.safetensors", Assert.Throws<InvalidDataException>(() => Run("damaged")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Leaves_no_temporary_file()
    {
        var folder = Run("clean");
        Assert.Equal(
            [
                "best.safetensors", "checkpoint.json", "checkpoint.safetensors", "config.json", "metrics.jsonl",
                "run.lock",
            ],
            Directory.GetFiles(folder.FullPath).Select(Path.GetFileName).Order());
    }

    private RunFolder Run(string name, OptimizerSettings? optimizer = null, int? stopAfter = null,
        bool expectCancelled = false)
    {
        using var data = TinyRun.Data();
        using var model = new SmallClassifier(1);
        using var stop = new CancellationTokenSource();
        var folder = new RunFolder(_folder[name]);
        var defence = new StopAfter(TinyRun.Defence(), stopAfter ?? int.MaxValue, stop);
        try
        {
            new Trainer(model, defence, TinyRun.Options(optimizer)).Fit(data, folder, cancellation: stop.Token);
        }
        catch (OperationCanceledException) when (expectCancelled)
        {
            return folder;
        }
        Assert.False(expectCancelled);
        return folder;
    }

    private static IEnumerable<string> Timeless(IEnumerable<EpochMetrics> epochs) =>
        epochs.Select(e => System.Text.Json.JsonSerializer.Serialize(e with { Seconds = 0 }));

    /// <summary>A defence that cancels the run in the middle of one of its batches.</summary>
    private sealed record StopAfter(Defence Inner, int Batches, CancellationTokenSource Stop)
        : Defence(Inner.Attack, Inner.Weights)
    {
        private int _seen;

        public override string Name => Inner.Name;

        public override Tensor? Perturb(nn.Module<Tensor, Tensor> model, Batch batch, InnerAttack inner)
        {
            if (++_seen == Batches) Stop.Cancel();
            return Inner.Perturb(model, batch, inner);
        }

        public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial) =>
            Inner.ComputeLoss(model, batch, adversarial);
    }
}
