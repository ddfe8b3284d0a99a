using System.Text.Json.Nodes;
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

        [Fact]
        public static void A_changed_file_is_refused_and_one_of_before_is_read()
        {
            using var folder = new TemporaryFolder();
            Report.Save(folder["report.json"]);
            var file = JsonNode.Parse(File.ReadAllText(folder["report.json"]))!.AsObject();
            file["device"] = "cuda:7";
            File.WriteAllText(folder["report.json"], file.ToJsonString());
            Assert.Contains("does not fit its seal", Assert.Throws<InvalidDataException>(
                () => RobustnessReport.Load(folder["report.json"])).Message, StringComparison.Ordinal);
            file.Remove("seal");
            File.WriteAllText(folder["report.json"], file.ToJsonString());
            Assert.Equal("cuda:7", RobustnessReport.Load(folder["report.json"]).Device);
        }

        [Law(MaxTest = 50)]
        public static void One_changed_bit_is_refused(int place, byte bit)
        {
            using var folder = new TemporaryFolder();
            Report.Save(folder["report.json"]);
            var bytes = File.ReadAllBytes(folder["report.json"]);
            bytes[(int)((uint)place % bytes.Length)] ^= (byte)(1 << bit % 8);
            File.WriteAllBytes(folder["report.json"], bytes);
            try
            {
                Assert.Equal(Report.ToJson().ToJsonString(), // a blank became another, or an escape is spelt otherwise
                    RobustnessReport.Load(folder["report.json"]).ToJson().ToJsonString());
            }
            catch (InvalidDataException error)
            {
                Assert.Contains("report.json", error.Message, StringComparison.Ordinal);
            }
        }

        [Theory]
        [InlineData("natural", """{"successes":3,"total":5}""", "but its classes have 3 of 4")]
        [InlineData("naturalPerClass", "[]", "is given for 0 classes, but there are 2")]
        [InlineData("naturalPerClass", "[null]", "naturalPerClass[0] is null")]
        [InlineData("worstCase", """{"successes":2,"total":4}""", "but the attacks together leave 1 of 4")]
        [InlineData("attacks", "null", "attacks")]
        [InlineData("attacks", "[null]", "attacks[0] is null")]
        [InlineData("attacks.robust", "\"1111\"", "its flags say 4 of 4")]
        [InlineData("attacks.robust", "\"10\"", "2 flags for 4 examples")]
        [InlineData("attacks.robustAccuracy", """{"successes":-1,"total":4}""", "successes")]
        [InlineData("attacks.perClass", """[{"successes":1,"total":2},{"successes":1,"total":2}]""",
            "but its classes have 2 of 4")]
        [InlineData("attacks.seconds", "-1", "-1 seconds")]
        [InlineData("attacks.backwards", "1000", "1000 backward passes among 9 passes")]
        [InlineData("attacks.modelEvaluations", "-1", "passes")]
        [InlineData("attacks.settings", """{"steps":null}""", "the setting steps")]
        [InlineData("attacks.settings", "null", "settings")]
        [InlineData("attacks.threat", "null", "threat")]
        [InlineData("attacks.threat", """{"epsilon":-1,"norm":"Linf","bounds":{"low":0,"high":1}}""", "ε")]
        [InlineData("attacks.threat", """{"epsilon":1,"norm":3,"bounds":{"low":0,"high":1}}""", "norm")]
        [InlineData("classNames", """["a","b","c"]""", "there are 3")]
        [InlineData("notes", "[null]", "notes[0] is null")]
        [InlineData("model", "null", "model")]
        public static void Numbers_that_contradict_each_other_are_refused(string member, string value, string fault)
        {
            using var folder = new TemporaryFolder();
            Report.Save(folder["report.json"]);
            var file = JsonNode.Parse(File.ReadAllText(folder["report.json"]))!.AsObject();
            file.Remove("seal"); // as before there was one
            JsonNode parent = member.StartsWith("attacks.", StringComparison.Ordinal) ? file["attacks"]![0]! : file;
            parent[member.Split('.')[^1]] = JsonNode.Parse(value);
            File.WriteAllText(folder["report.json"], file.ToJsonString());
            var error = Assert.Throws<InvalidDataException>(() => RobustnessReport.Load(folder["report.json"]));
            Assert.Contains("report.json", error.Message, StringComparison.Ordinal);
            Assert.Contains(fault, error.Message, StringComparison.OrdinalIgnoreCase);
        }

        private static RobustnessReport Report => new("m", "d", new(3, 4), [new(2, 2), new(1, 2)],
            [
                new("PGD-3", ThreatModel.Linf(0.1), new(1, 4), [true, false, false, false],
                    [new(1, 2), new(0, 2)], 2, 9)
                {
                    Settings = new Dictionary<string, string> { ["steps"] = "3" }, Backwards = 4,
                },
            ], new(1, 4), ["a", "b"], 0, "cpu");

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

        [Theory]
        [InlineData("norm", "7", "norm is 7")]
        [InlineData("norm", null, "does not say its norm")]
        [InlineData("epsilon", "large", "epsilon is large")]
        [InlineData("epsilon", "-1", "ε")]
        [InlineData("low", "2", "")]
        [InlineData("seed", "99999999999999999999", "seed is 9999")]
        [InlineData("classNames", "null", "classNames")]
        [InlineData("classNames", "[null]", "null")]
        [InlineData("classNames", "{", "")]
        [InlineData("model", null, "does not say its model")]
        public static void Odd_metadata_are_named(string key, string? value, string fault)
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            Write(folder["x.safetensors"], metadata =>
            {
                if (value is null) metadata.Remove(key);
                else metadata[key] = value;
            });
            var message = Assert.Throws<InvalidDataException>(
                () => AdversarialExamples.Load(folder["x.safetensors"])).Message;
            Assert.Contains("x.safetensors", message, StringComparison.Ordinal);
            Assert.Contains(fault, message, StringComparison.Ordinal);
        }

        [Fact]
        public static void Tensors_of_other_types_and_shapes_are_named()
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            var flags = tensor(new[] { true, false });
            foreach (var (name, values) in new[]
            {
                ("images", zeros([])), ("images", zeros(2, 1, 2, 2, dtype: ScalarType.Int64)),
                ("images", zeros(3, 1, 2, 2)), ("labels", zeros(2)), ("labels", zeros(3, dtype: ScalarType.Int64)),
                ("labels", tensor(new[] { 0L, 7 })), ("robust", zeros(2)), ("robust", flags.view(1, 2)),
            })
            {
                Write(folder["x.safetensors"], _ => { }, tensors => tensors[name] = values);
                Assert.Contains("x.safetensors", Assert.Throws<InvalidDataException>(
                    () => AdversarialExamples.Load(folder["x.safetensors"])).Message, StringComparison.Ordinal);
            }
        }

        private static void Write(string path, Action<Dictionary<string, string>> change,
            Action<Dictionary<string, Tensor>>? changeTensors = null)
        {
            var metadata = new Dictionary<string, string>
            {
                ["model"] = "tiny", ["attack"] = "PGD-5", ["norm"] = "Linf", ["epsilon"] = "0.1", ["low"] = "0",
                ["high"] = "1", ["seed"] = "-5", ["dataSet"] = "d", ["classNames"] = "[\"a\",\"b\"]",
            };
            var tensors = new Dictionary<string, Tensor>
            {
                ["images"] = zeros(2, 1, 2, 2), ["labels"] = tensor(new[] { 0L, 1 }),
                ["robust"] = tensor(new[] { true, false }),
            };
            Safetensors.Write(path, tensors, metadata);
            AdversarialExamples.Load(path).Dispose(); // as it is, it can be read
            change(metadata);
            changeTensors?.Invoke(tensors);
            Safetensors.Write(path, tensors, metadata);
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
