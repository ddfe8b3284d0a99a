using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using Adr.Testing;
using Adr.Tests.Data;
using Adr.Training;
using TorchSharp.Modules;
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

    [Theory, InlineData(true), InlineData(false)] // free training's δ is in the checkpoint
    public void A_perturbation_that_persists_is_resumed_too(bool overEpochs)
    {
        var free = new FreeTraining(ThreatModel.Linf(0.2), 2) { PersistsOverEpochs = overEpochs };
        var undisturbed = Run("undisturbed", defence: free);
        Run("cut", stopAfter: 7, expectCancelled: true, defence: free); // at the second epoch's first step
        var resumed = Run("cut", defence: free);
        foreach (var file in new[] { "checkpoint.safetensors", "best.safetensors" })
            Assert.Equal(File.ReadAllBytes(undisturbed.File(file)), File.ReadAllBytes(resumed.File(file)));
        using var scope = NewDisposeScope();
        Assert.Equal([16L, 1, 4, 4], Safetensors.Read(resumed.CheckpointPath).Tensors["perturbation"].shape);
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
    public void Refuses_a_network_of_another_dropout()
    {
        using var data = Mnist.Embedded().Train.Take(8);
        var options = new TrainingOptions { Epochs = 1, BatchSize = 8, ValidationCount = 0 };
        var folder = new RunFolder(_folder["dropout"]);
        using (var model = new MnistCnn(1)) new Trainer(model, new StandardTraining(), options).Fit(data, folder);
        using var other = new MnistCnn(1, dropout: 0);
        Assert.Contains("model.dropout: null there, 0 here", Assert.Throws<InvalidOperationException>(
            () => new Trainer(other, new StandardTraining(), options).Fit(data, folder)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_a_config_of_the_first_format()
    {
        var undisturbed = Run("undisturbed");
        var cut = Run("cut", stopAfter: 7, expectCancelled: true);
        var config = JsonNode.Parse(File.ReadAllText(cut.ConfigPath))!.AsObject();
        Assert.Equal(FileFormat.Current, config["format"]!.GetValue<int>());
        config.Remove("format");
        File.WriteAllText(cut.ConfigPath, config.ToJsonString());
        Run("cut");
        Assert.Equal(File.ReadAllBytes(undisturbed.CheckpointPath), File.ReadAllBytes(cut.CheckpointPath));
    }

    [Fact] // a checkpoint has the fingerprint of the settings as they were written then
    public void Continues_a_run_of_the_third_format()
    {
        var defence = TinyRun.Defence(new CompactnessWeights(Smoothness: SmoothnessForm.CrossEntropy));
        var undisturbed = Run("undisturbed", defence: defence);
        var cut = Run("cut", stopAfter: 7, expectCancelled: true, defence: defence);
        var config = JsonNode.Parse(File.ReadAllText(cut.ConfigPath))!.AsObject();
        config["format"] = 3;
        var weights = config["defence"]!["weights"]!.AsObject();
        weights["detachClean"] = weights["detachLatent"]!.DeepClone();
        foreach (var name in new[] { "smoothness", "detachLatent", "detachLogits" }) Assert.True(weights.Remove(name));
        File.WriteAllText(cut.ConfigPath, config.ToJsonString());
        Rewrite(cut.CheckpointPath, metadata => metadata["settings"] = RunConfig.Fingerprint(config));
        Run("cut", defence: defence);
        Assert.Equal(File.ReadAllBytes(undisturbed.BestPath), File.ReadAllBytes(cut.BestPath));
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
        const int later = FileFormat.Current + 1;
        var text = File.ReadAllText(folder.ConfigPath)
            .Replace($"\"format\": {FileFormat.Current}", $"\"format\": {later}", StringComparison.Ordinal);
        File.WriteAllText(folder.ConfigPath, text);
        Assert.Contains($"format {later}", Assert.Throws<InvalidDataException>(() => Run("run")).Message,
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
                "best.safetensors", "checkpoint.json", "checkpoint.safetensors", "config.json", "environment.json",
                "metrics.jsonl", "run.lock",
            ],
            Directory.GetFiles(folder.FullPath).Select(Path.GetFileName).Order());
    }

    [Fact] // the file itself has the date and the memory, which equal runs do not share
    public void Records_with_what_each_epoch_was_trained_also_after_an_interruption()
    {
        var here = RunEnvironment.Here();
        foreach (var folder in new[] { Run("undisturbed"), Cut() })
        {
            var part = Assert.Single(folder.ReadEnvironments());
            Assert.Equal((1, 4), (part.FirstEpoch, part.LastEpoch));
            Assert.True(part.Environment.IsSameAs(here), $"{part.Environment}");
        }

        RunFolder Cut()
        {
            Run("cut", stopAfter: 7, expectCancelled: true);
            return Run("cut");
        }
    }

    [Fact]
    public void Records_another_machine_from_its_first_epoch_on()
    {
        var folder = Run("moved", stopAfter: 7, expectCancelled: true); // 2 epochs
        var record = folder.Record();
        var there = record.Parts[0].Environment with { Processor = "another", Gpu = "NVIDIA H200" };
        // there a third epoch was trained, too, whose checkpoint never came
        Json.Write(folder.EnvironmentPath, new TrainingRecord([new TrainingPart(1, 3, there)]));
        Run("moved");
        Assert.Equal([(1, 2, "another"), (3, 4, record.Parts[0].Environment.Processor)],
            folder.ReadEnvironments().Select(part => (part.FirstEpoch, part.LastEpoch, part.Environment.Processor)));
        Assert.Equal(File.ReadAllBytes(Run("undisturbed").CheckpointPath), File.ReadAllBytes(folder.CheckpointPath));
    }

    [Fact]
    public void Resumes_a_folder_of_before_and_records_what_it_trains()
    {
        var folder = Run("before", stopAfter: 7, expectCancelled: true);
        File.Delete(folder.EnvironmentPath);
        Run("before");
        Assert.Equal([(3, 4)], folder.ReadEnvironments().Select(part => (part.FirstEpoch, part.LastEpoch)));
    }

    [Fact]
    public void Names_a_damaged_record()
    {
        var folder = Run("damaged");
        File.WriteAllText(folder.EnvironmentPath,
            File.ReadAllText(folder.EnvironmentPath).Replace("\"lastEpoch\": 4", "\"lastEpoch\": 5"));
        Assert.Contains("environment.json is damaged or was changed",
            Assert.Throws<InvalidDataException>(() => Run("damaged")).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> WrongMetrics => new()
    {
        { "1 1 2 3 4", "line 2, is of epoch 1 where epoch 2 belongs" },
        { "1 2 2 3 4", "line 3, is of epoch 2 where epoch 3 belongs" },
        { "1 3 4", "line 2, is of epoch 3 where epoch 2 belongs" },
        { "2 3 4", "line 1, is of epoch 2 where epoch 1 belongs" },
        { "1 2 4 3", "line 3, is of epoch 4 where epoch 3 belongs" },
        { "4 3 2 1", "line 1, is of epoch 4" },
        { "1 2 3", "has 3 of the 4 epochs of the checkpoint" },
        { "", "has 0 of the 4 epochs of the checkpoint" },
        { "1  2 3 4", "line 2, is damaged" }, // an empty one
        { "1 half 2 3 4", "line 2, is damaged" },
        { "1 2 half 4", "line 3, is damaged" },
        { "1 null 3 4", "line 2, holds null" },
        { "1 [] 3 4", "line 2, holds a list" },
    };

    [Theory, MemberData(nameof(WrongMetrics))]
    public void Refuses_metrics_that_are_repeated_missing_or_damaged(string lines, string fault)
    {
        var folder = Run("run");
        var whole = File.ReadAllLines(folder.MetricsPath);
        File.WriteAllText(folder.MetricsPath, string.Concat(lines.Split(' ').Where(_ => lines.Length > 0)
            .Select(line => (line switch
            {
                "half" => whole[1][..(whole[1].Length / 2)], "" or "null" or "[]" => line, _ => whole[line[0] - '1'],
            }) + "\n")));
        var message = Assert.Throws<InvalidDataException>(() => Run("run")).Message;
        Assert.Contains(folder.MetricsPath, message, StringComparison.Ordinal);
        Assert.Contains(fault, message, StringComparison.Ordinal);
    }

    // a line of an earlier version, which has no seal, must be one that a run can write
    [Theory]
    [InlineData("epoch", "\"2\"", "epoch")]
    [InlineData("epoch", "-2", "line 2, is of epoch -2")]
    [InlineData("epoch", "1e0", "epoch")]
    [InlineData("loss", "null", "loss")]
    [InlineData("loss", "\"NaN\"", "loss is NaN")]
    [InlineData("learningRate", "-0.01", "learning rate is -0.01")]
    [InlineData("epsilon", "\"Infinity\"", "ε is ")]
    [InlineData("latentNorm", "-1", "norm of the latent is -1")]
    [InlineData("seconds", "-1", "wall time is -1")]
    [InlineData("naturalAccuracy", "1.5", "accuracy of it is 1.5")]
    [InlineData("validationRobust", "-0.1", "accuracy of it is -0.1")]
    [InlineData("validationClasses", "0", "0 classes")]
    [InlineData("terms", "{\"other\":\"NaN\"}", "other is NaN")]
    [InlineData("terms", "{\"other\":null}", "terms.other")]
    [InlineData("terms", "null", "terms")]
    [InlineData("note", "\"mine\"", "note")]
    public void Refuses_a_line_of_before_that_no_run_writes(string member, string value, string fault)
    {
        var folder = Run("run");
        Unseal(folder);
        var lines = File.ReadAllLines(folder.MetricsPath);
        var line = JsonNode.Parse(lines[1])!.AsObject();
        line[member] = JsonNode.Parse(value);
        lines[1] = line.ToJsonString();
        File.WriteAllLines(folder.MetricsPath, lines);
        Refused(fault);

        lines[1] = lines[1].Insert(1, "\"epoch\":2,");
        File.WriteAllLines(folder.MetricsPath, lines);
        Refused("epoch"); // doubled

        void Refused(string fault)
        {
            var message = Assert.Throws<InvalidDataException>(() => folder.ReadMetrics()).Message;
            Assert.Contains("metrics.jsonl, line 2", message, StringComparison.Ordinal);
            Assert.Contains(fault, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Leaves_out_the_line_that_a_kill_cut_short_and_says_so()
    {
        var undisturbed = Run("undisturbed");
        var folder = Run("cut", stopAfter: 7, expectCancelled: true);
        var next = File.ReadLines(undisturbed.MetricsPath).ElementAt(2);
        File.AppendAllText(folder.MetricsPath, next[..50]);
        Assert.Equal([1, 2], folder.ReadMetrics().Select(epoch => epoch.Epoch));
        var history = Train(folder);
        Assert.Contains(
            $"{folder.MetricsPath} ends within line 3, as after a kill. That line is left out.", history.Notes);
        Assert.Equal(File.ReadAllBytes(undisturbed.CheckpointPath), File.ReadAllBytes(folder.CheckpointPath));
        Assert.DoesNotContain(Train(folder).Notes, note => note.Contains("kill", StringComparison.Ordinal));
    }

    [Fact]
    public void Reads_a_last_line_without_its_end()
    {
        var folder = Run("run");
        File.WriteAllText(folder.MetricsPath, File.ReadAllText(folder.MetricsPath).TrimEnd('\n'));
        Assert.Equal(4, folder.ReadMetrics(_ => Assert.Fail("nothing is left out")).Count);
    }

    [Fact]
    public void Says_that_epochs_after_the_checkpoint_are_trained_again()
    {
        var done = Run("done");
        var early = Run("cut", stopAfter: 4, expectCancelled: true);
        File.Copy(done.MetricsPath, early.MetricsPath, overwrite: true);
        Assert.Contains("has 4 epochs, and the checkpoint is of epoch 1; those after it are trained again",
            Assert.Single(Train(early).Notes), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(done.CheckpointPath), File.ReadAllBytes(early.CheckpointPath));
    }

    [Theory]
    [InlineData("metrics.jsonl", "has other numbers than the run of the checkpoint")]
    [InlineData("checkpoint.safetensors", "belongs to a run of other settings")]
    [InlineData("best.safetensors", "best.safetensors is missing, or does not hold the weights")]
    public void Refuses_a_file_of_another_run(string file, string fault)
    {
        var folder = Run("run");
        var other = Run("other", new SgdSettings(0.05));
        Assert.NotEqual(4, TrainingHistory.Of("", folder.ReadMetrics()).BestEpoch);
        File.Copy(other.File(file), folder.File(file), overwrite: true);
        Assert.Contains(fault, Assert.Throws<InvalidDataException>(() => Run("run")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_to_continue_without_a_file_that_the_checkpoint_knows()
    {
        var folder = Run("run");
        foreach (var file in
            new[] { folder.MetricsPath, folder.BestPath, folder.CheckpointPath, folder.ConfigPath })
        {
            var content = File.ReadAllBytes(file);
            File.Delete(file);
            var message = Assert.Throws<InvalidDataException>(() => Run("run")).Message;
            Assert.Contains(file, message, StringComparison.Ordinal);
            Assert.Contains("Delete the folder to train from the start.", message, StringComparison.Ordinal);
            File.WriteAllBytes(file, content);
        }
        Run("run");
    }

    [Fact] // the checkpoint of the best epoch is written, and then the process is killed
    public void Writes_the_best_weights_from_their_checkpoint_where_they_did_not_come()
    {
        var undisturbed = Run("undisturbed");
        for (var epoch = 1; epoch <= 4; epoch++)
        {
            var cut = Run($"cut-{epoch}", stopAfter: 3 * epoch + 1, expectCancelled: epoch < 4);
            if (TrainingHistory.Of("", cut.ReadMetrics()).BestEpoch != epoch) continue;
            File.Delete(cut.BestPath);
            Run($"cut-{epoch}");
            Assert.Equal(File.ReadAllBytes(undisturbed.BestPath), File.ReadAllBytes(cut.BestPath));
        }
    }

    [Law(MaxTest = 40)]
    public void Refuses_one_changed_bit_of_metrics_checkpoint_or_best_weights(int place, byte bit)
    {
        var folder = new RunFolder(_folder["bits"]);
        if (!folder.IsFinished) Run("bits");
        foreach (var file in new[] { folder.MetricsPath, folder.CheckpointPath, folder.BestPath })
        {
            var whole = File.ReadAllBytes(file);
            var damaged = (byte[])whole.Clone();
            damaged[(int)((uint)place % damaged.Length)] ^= (byte)(1 << bit % 8);
            File.WriteAllBytes(file, damaged);
            Assert.Throws<InvalidDataException>(() => Run("bits"));
            File.WriteAllBytes(file, whole);
        }
    }

    [Theory]
    [InlineData("epoch", null)]
    [InlineData("epoch", "three")]
    [InlineData("epoch", "-1")]
    [InlineData("epoch", "4.0")]
    [InlineData("epoch", "99999999999999999999")]
    [InlineData("epoch", "3")]
    [InlineData("epoch", "5")]
    [InlineData("optimizerSteps", null)]
    [InlineData("optimizerSteps", "")]
    [InlineData("optimizerSteps", "11")]
    [InlineData("optimizerSteps", "1e3")]
    [InlineData("initialLatentNorm", "NaN")]
    [InlineData("initialLatentNorm", "-1")]
    [InlineData("initialLatentNorm", "long")]
    [InlineData("format", "adr-checkpoint-9")]
    [InlineData("format", null)]
    public void Refuses_a_checkpoint_with_odd_metadata(string key, string? value)
    {
        var folder = Run("run");
        Rewrite(folder.CheckpointPath, metadata =>
        {
            if (value is null) metadata.Remove(key);
            else metadata[key] = value;
        });
        var message = Assert.Throws<InvalidDataException>(() => Run("run")).Message;
        Assert.Contains(folder.FullPath, message, StringComparison.Ordinal);
        Assert.Contains("Delete the folder to train from the start.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_weights_that_are_not_finite_and_names_them()
    {
        var folder = Run("run");
        Rewrite(folder.CheckpointPath, _ => { }, tensors => tensors["model.output.weight"][1, 2] = double.NaN);
        Assert.Contains("not finite: 1 of the 36 in output.weight",
            Assert.Throws<InvalidDataException>(() => Run("run")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_the_file_where_the_state_of_the_optimiser_is_missing()
    {
        var folder = Run("run");
        Rewrite(folder.CheckpointPath, _ => { }, tensors => tensors.Remove("optimizer.mean.output.bias"));
        Assert.Contains("checkpoint.safetensors: The saved optimiser has no mean.output.bias",
            Assert.Throws<InvalidDataException>(() => Run("run")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"defence":"ADV","epoch":4,"epochs":4,"bestEpoch":3,"finished":"yes"}""")]
    [InlineData("""{"defence":"ADV","epoch":3,"epochs":4,"bestEpoch":3,"finished":true}""")]
    [InlineData("""{"defence":"ADV","epoch":4,"epochs":4,"bestEpoch":5,"finished":true}""")]
    [InlineData("""{"defence":null,"epoch":4,"epochs":4,"bestEpoch":3,"finished":true}""")]
    [InlineData("""{"defence":"ADV","epoch":4,"epochs":4,"bestEpoch":3,"finished":true,"finished":true}""")]
    public void Names_a_damaged_description_of_the_checkpoint(string text)
    {
        var folder = Run("run");
        File.WriteAllText(folder.CheckpointInfoPath, text);
        Assert.Contains("checkpoint.json", Assert.Throws<InvalidDataException>(() => folder.IsFinished).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"format\":[]}")]
    [InlineData("{\"model\":1,\"model\":2}")]
    public void Names_damaged_settings(string text)
    {
        var folder = Run("run");
        File.WriteAllText(folder.ConfigPath, text);
        Assert.Contains("config.json", Assert.Throws<InvalidDataException>(() => Run("run")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Continues_a_folder_that_an_earlier_version_wrote()
    {
        var undisturbed = Run("undisturbed");
        var cut = Run("cut", stopAfter: 7, expectCancelled: true);
        Unseal(cut);
        File.WriteAllText(cut.CheckpointInfoPath,
            """{"defence":"ADV","epoch":2,"epochs":4,"bestEpoch":2,"finished":false}""");
        Rewrite(cut.CheckpointPath, metadata =>
        {
            foreach (var key in new[] { "settings", "metrics", "best" }) Assert.True(metadata.Remove(key));
        });
        Run("cut");
        using var scope = NewDisposeScope();
        var (expected, _) = Safetensors.Read(undisturbed.CheckpointPath);
        var (actual, _) = Safetensors.Read(cut.CheckpointPath);
        Assert.All(expected, pair => Assert.True(pair.Value.equal(actual[pair.Key]).all().item<bool>(), pair.Key));
        Assert.Equal(Timeless(undisturbed.ReadMetrics()), Timeless(cut.ReadMetrics()));
    }

    [UnixFact]
    public void Says_so_where_the_folder_may_not_be_written_to()
    {
        if (Environment.IsPrivilegedProcess || OperatingSystem.IsWindows()) return; // root may write anywhere
        const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        var folder = Run("run", stopAfter: 7, expectCancelled: true);
        File.SetUnixFileMode(folder.FullPath, Read);
        var error = Assert.Throws<IOException>(() => Run("run"));
        File.SetUnixFileMode(folder.FullPath, Read | UnixFileMode.UserWrite);
        Assert.Contains("may not be written to", error.Message, StringComparison.Ordinal);
        Run("run");
    }

    [Fact]
    public void Removes_the_drafts_of_a_killed_run()
    {
        var folder = Run("run", stopAfter: 7, expectCancelled: true);
        var orphan = folder.File($".adr-{Guid.NewGuid():N}.tmp");
        File.WriteAllText(orphan, "half of a checkp");
        Run("run");
        Assert.False(File.Exists(orphan));
    }

    private TrainingHistory Train(RunFolder folder)
    {
        using var data = TinyRun.Data();
        using var model = new SmallClassifier(1);
        return new Trainer(model, TinyRun.Defence(), TinyRun.Options()).Fit(data, folder);
    }

    private static void Unseal(RunFolder folder) => File.WriteAllLines(folder.MetricsPath,
        File.ReadLines(folder.MetricsPath).Select(line =>
        {
            var epoch = JsonNode.Parse(line)!.AsObject();
            Assert.True(epoch.Remove("seal"));
            return epoch.ToJsonString();
        }).ToList());

    private static void Rewrite(string path, Action<Dictionary<string, string>> change,
        Action<Dictionary<string, Tensor>>? changeTensors = null)
    {
        using var scope = NewDisposeScope();
        var (tensors, metadata) = Safetensors.Read(path);
        var (changed, all) = (metadata.ToDictionary(), tensors.ToDictionary());
        change(changed);
        changeTensors?.Invoke(all);
        Safetensors.Write(path, all, changed);
    }

    private RunFolder Run(string name, OptimizerSettings? optimizer = null, int? stopAfter = null,
        bool expectCancelled = false, Defence? defence = null)
    {
        using var data = TinyRun.Data();
        using var model = new SmallClassifier(1);
        using var stop = new CancellationTokenSource();
        var folder = new RunFolder(_folder[name]);
        var stopping = new StopAfter(defence ?? TinyRun.Defence(), stopAfter ?? int.MaxValue, stop);
        try
        {
            new Trainer(model, stopping, TinyRun.Options(optimizer)).Fit(data, folder, cancellation: stop.Token);
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

        public override int Replays => Inner.Replays;

        public override (BatchLoss Loss, IList<Tensor> Gradients) Differentiate(
            nn.Module<Tensor, Tensor> model,
            Batch batch,
            InnerAttack inner,
            IReadOnlyList<(string Name, Parameter Parameter)> parameters)
        {
            if (++_seen == Batches) Stop.Cancel();
            return Inner.Differentiate(model, batch, inner, parameters);
        }

        public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial) =>
            Inner.ComputeLoss(model, batch, adversarial);
    }
}
