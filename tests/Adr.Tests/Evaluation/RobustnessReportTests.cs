using Adr.Attacks;
using Adr.Evaluation;
using Adr.Models;
using Adr.Testing;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

[Properties(Arbitrary = [typeof(EvaluationCase)])]
public static class RobustnessReportTests
{
    [Law(MaxTest = 10)]
    public static void Put_together_they_are_one_evaluation_by_all_attacks(EvaluationCase sample)
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        using var data = sample.Data();
        var attacks = sample.MakeAttacks();
        var together = RobustnessReport.Together([Robustness.Evaluate(model, data, [], sample.Options, name: "tiny"),
            .. attacks.Select(attack => Robustness.Evaluate(model, data, [attack], sample.Options, name: "tiny"))]);
        var once = Robustness.Evaluate(model, data, attacks, sample.Options, name: "tiny");
        Assert.Equal((once.Natural, once.WorstCase), (together.Natural, together.WorstCase));
        Assert.Equal(once.Attacks.Select(a => (a.Attack, a.RobustAccuracy)),
            together.Attacks.Select(a => (a.Attack, a.RobustAccuracy)));
        Assert.Equal(once.Notes, together.Notes);
        Assert.Throws<ArgumentException>("parts",
            () => RobustnessReport.Together([once, once with { Seed = once.Seed + 1 }]));
    }

    public static class Json
    {
        [Law(MaxTest = 10)]
        public static void Is_read_back_as_it_was_written(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            var report = Robustness.Evaluate(model, data, sample.MakeAttacks(), sample.Options, name: "tiny \"<é>");
            report.Save(folder["deep/report.json"]);
            var read = RobustnessReport.Load(folder["deep/report.json"]);
            Assert.Equal(report.ToJson().ToJsonString(), read.ToJson().ToJsonString());
            Assert.Equal((report.Natural, report.WorstCase, report.Examples),
                (read.Natural, read.WorstCase, read.Examples));
            foreach (var (written, again) in report.Attacks.Zip(read.Attacks))
            {
                Assert.Equal(written.Robust, again.Robust);
                Assert.Equal(written.Threat, again.Threat);
                Assert.Equal(written.Settings, again.Settings);
                Assert.Equal(written.PerClass, again.PerClass);
            }
            Assert.Single(Directory.GetFiles(folder["deep"])); // no temporary file stays
        }

        [Fact] // a class without points
        public static void Holds_shares_of_no_points()
        {
            var report = new RobustnessReport("m", "d", new(1, 1), [new(1, 1), new(0, 0)], [], new(1, 1), ["a", "b"],
                0, "cpu");
            var json = report.ToJson();
            Assert.Equal("NaN", (string?)json["naturalPerClass"]![1]!["value"]);
            Assert.Equal((1, 1), ((int)json["examples"]!, (int)json["natural"]!["total"]!));
        }

        [Theory]
        [InlineData("", "")]
        [InlineData("[]", "")]
        [InlineData("null", "null")]
        [InlineData("{}", "")]
        [InlineData("""
            {"model":"m","dataSet":"d","natural":{"successes":3,"total":2},"naturalPerClass":[],"attacks":[],
             "worstCase":{"successes":1,"total":2},"classNames":[],"seed":0,"device":"cpu"}
            """, "successes")]
        public static void Damaged_files_are_named(string text, string fault)
        {
            using var folder = new TemporaryFolder();
            File.WriteAllText(folder["report.json"], text);
            var error = Assert.Throws<InvalidDataException>(() => RobustnessReport.Load(folder["report.json"]));
            Assert.Contains("report.json", error.Message, StringComparison.Ordinal);
            Assert.Contains(fault, error.Message, StringComparison.OrdinalIgnoreCase);
            Assert.Throws<FileNotFoundException>(() => RobustnessReport.Load(folder["none.json"]));
        }
    }

    public static class Attack
    {
        [Fact]
        public static void Costs_and_settings_are_shown()
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(3, 30);
            var threat = ThreatModel.Linf(0.05);
            var report = Robustness.Evaluate(model, data,
                [new Pgd(threat, 7, 0.01, 2), new RandomNoise(threat, 4), new Square(threat, 9)], name: "tiny");
            var right = report.Natural.Successes;
            var pgd = report.Attacks[0];
            Assert.Equal((2 * 7 * right, 2 * 8 * right), (pgd.Backwards, pgd.Forwards)); // each run ends with a look
            Assert.Equal((0, 4 * right), (report.Attacks[1].Backwards, report.Attacks[1].Forwards));
            Assert.Equal(("7", "0.01", "2", "Last", "CrossEntropy"),
                (pgd.Settings["steps"], pgd.Settings["stepSize"], pgd.Settings["restarts"], pgd.Settings["keep"],
                pgd.Settings["loss"]));
            Assert.Equal(("9", "no"), (report.Attacks[2].Settings["steps"], report.Attacks[2].Settings["rescale"]));
            Assert.Equal("steps", pgd.Settings.Keys.First());
            Assert.All(report.Attacks, attack => Assert.Null(attack.Note));
        }
    }

    public static class Images
    {
        [Fact]
        public static void Are_read_back_with_labels_and_flags_and_can_be_shown_to_another_model()
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(31, 20);
            var attack = new Pgd(ThreatModel.Linf(0.06), 5);
            var report = Robustness.Evaluate(model, data, [attack],
                new() { BatchSize = 7, Seed = 5, SaveAdversarialTo = folder["images"] }, name: "tiny");
            using var read = AdversarialExamples.Load(folder["images/01-pgd-5.safetensors"]);
            Assert.Equal(("tiny", "PGD-5", attack.Threat, 5L), (read.Model, read.Attack, read.Threat, read.Seed));
            Assert.Equal(report.Attacks[0].Robust, read.Robust);
            Assert.Equal(Close.Longs(data.Labels), Close.Longs(read.Data.Labels));
            Assert.Equal(data.ClassNames, read.Data.ClassNames);
            Assert.Equal("stripes under PGD-5", read.Data.Name);
            // to the same model they are what the attack made of it
            Assert.Equal(report.WorstCase, Robustness.Evaluate(model, read.Data, [], name: "tiny").Natural);
        }

        [Fact]
        public static void Other_files_are_named()
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            Safetensors.Write(folder["x.safetensors"], new Dictionary<string,
                Tensor> { ["images"] = zeros(2, 1, 2, 2) });
            Assert.Contains("x.safetensors",
                Assert.Throws<InvalidDataException>(() => AdversarialExamples.Load(folder["x.safetensors"])).Message,
                StringComparison.Ordinal);
            Assert.Throws<FileNotFoundException>(() => AdversarialExamples.Load(folder["none.safetensors"]));
        }
    }
}
