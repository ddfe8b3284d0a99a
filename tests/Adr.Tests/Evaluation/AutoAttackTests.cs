using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Models;
using Adr.Testing;
using Adr.Tests.Attacks;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

[Properties(Arbitrary = [typeof(EvaluationCase)])]
public static class AutoAttackTests
{
    private static AutoAttack Small(ThreatModel threat) =>
        new([new Apgd(threat, steps: 8, keep: KeptIterate.EarlyStop),
            new ApgdTargeted(threat, 6, keep: KeptIterate.EarlyStop), new Square(threat, 25)]);

    public static class Members
    {
        [Theory, InlineData(Norm.Linf), InlineData(Norm.L2), InlineData(Norm.L1)]
        public static void Are_those_of_the_reference_implementation(Norm norm)
        {
            var threat = new ThreatModel(norm, 0.3, Bounds.Unit);
            var isL1 = norm == Norm.L1;
            var standard = new AutoAttack(threat).Attacks;
            var ce = Assert.IsType<Apgd>(standard[0]);
            Assert.Equal((AttackLoss.CrossEntropy, 100, isL1 ? 5 : 1, 1, isL1),
                (ce.Loss, ce.Steps, ce.Restarts, ce.GradientSamples, ce.LargerRadii));
            var targeted = Assert.IsType<ApgdTargeted>(standard[1]);
            Assert.Equal((100, isL1 ? 5 : 9, 1, isL1),
                (targeted.Steps, targeted.Targets, targeted.Restarts, targeted.LargerRadii));
            var fab = Assert.IsType<FabTargeted>(standard[2]);
            Assert.Equal((100, 9, 1, 0.1, 1.05, 0.9, true),
                (fab.Steps, fab.Targets, fab.Restarts, fab.AlphaMax, fab.Eta, fab.Beta, fab.StopsWithinEpsilon));
            Assert.Equal(4, standard.Count);
            var square = Assert.IsType<Square>(standard[^1]);
            Assert.Equal((5000, 1, 0.8, false), (square.Steps, square.Restarts, square.Share, square.Rescale));
            Assert.All(new AutoAttack(threat, AutoAttackVersion.Rand).Attacks,
                attack => Assert.Equal(20, Assert.IsType<Apgd>(attack).GradientSamples));
            var plus = new AutoAttack(threat, AutoAttackVersion.Plus).Attacks;
            Assert.Equal([typeof(Apgd), typeof(Apgd), typeof(Fab), typeof(Square), typeof(ApgdTargeted),
                typeof(FabTargeted)], plus.Select(attack => attack.GetType()));
            Assert.All(plus.OfType<Apgd>(), attack => Assert.Equal(5, attack.Restarts));
            Assert.Equal(5, plus.OfType<Fab>().Single().Restarts);
        }

        [Fact]
        public static void Follow_the_threat()
        {
            var attack = (AutoAttack)new AutoAttack(ThreatModel.Linf(0.3)).ScaledTo(0.1);
            Assert.Equal("AutoAttack", attack.Name);
            Assert.All(attack.Attacks, member => Assert.Equal(0.1, member.Threat.Epsilon));
            Assert.All(((AutoAttack)attack.WithThreat(ThreatModel.L2(1))).Attacks,
                member => Assert.Equal(ThreatModel.L2(1), member.Threat));
        }

        [Theory, InlineData(Norm.Linf), InlineData(Norm.L2), InlineData(Norm.L1)]
        public static void By_name_are_those_of_the_standard_version(Norm norm)
        {
            var threat = new ThreatModel(norm, 0.3, Bounds.Unit);
            var named = AutoAttack.Of(threat, ["apgd-ce", "APGD-T", "FAB-T", "SQUARE"]);
            Assert.Equal(new AutoAttack(threat).Attacks.Select(AttackSettings.Whole),
                named.Attacks.Select(AttackSettings.Whole));
            Assert.Equal("AutoAttack (custom)", named.Name);
        }

        [Fact]
        public static void Have_a_name_each_that_their_own_begins_with()
        {
            foreach (var name in AutoAttack.AttackNames)
            {
                var norm = name == "C&W" ? ThreatModel.L2(1) : ThreatModel.Linf(0.3);
                Assert.StartsWith(name, AutoAttack.Of(norm, [name]).Attacks.Single().Name, StringComparison.Ordinal);
            }
        }

        [Theory]
        [InlineData("There is no attack \"auto\". Choose from APGD-CE, APGD-DLR, ", "PGD", "auto")]
        [InlineData("There is no attack \"aqare\". Did you mean Square?", "aqare")]
        [InlineData("There is no attack \"\".", "")]
        [InlineData("The attack fgsm is there twice.", "fgsm", "PGD", "FGSM")]
        [InlineData("Auto-Attack needs one or more attacks")]
        [InlineData("C&W is made for L2", "C&W")]
        public static void By_names_that_cannot_work_are_refused(string message, params string[] names) =>
            Assert.Contains(message,
                Assert.ThrowsAny<ArgumentException>(() => AutoAttack.Of(ThreatModel.Linf(0.3), names)).Message,
                StringComparison.Ordinal);

        [Fact]
        public static void Of_several_threats_or_none_are_refused()
        {
            Assert.Equal("attacks", Assert.Throws<ArgumentException>(() => new AutoAttack([])).ParamName);
            Assert.Equal("attacks",
                Assert.Throws<ArgumentException>(() =>
                new AutoAttack([new Fgsm(ThreatModel.Linf(0.1)), new Fgsm(ThreatModel.Linf(0.2))])).ParamName);
        }
    }

    public static class Result
    {
        [Law(MaxTest = 12)] // the same points by hand: each attack alone on all points, and the model asked
        public static void Is_the_worst_case_of_its_attacks(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            var attack = Small(sample.Threat);
            var report = Evaluating.With(model, data, sample.Options, "tiny",
                e => AutoAttackReport.Evaluate(e, attack));
            var right = Margins.Of(model, data.Images, data.Labels).Select(margin => margin < 0).ToArray();
            var (stands, doubtful) = ((bool[])right.Clone(), new bool[data.Count]);
            foreach (var member in attack.Attacks)
            {
                var margins = Margins.Of(model,
                    member.Run(model, data.Images, data.Labels, ExampleSeeds.Sequence(sample.Seed, data.Count)),
                    data.Labels);
                for (var i = 0; i < stands.Length; i++)
                {
                    stands[i] &= margins[i] < 0;
                    doubtful[i] |= Math.Abs(margins[i]) < 1e-3;
                }
            }
            for (var i = 0; i < stands.Length; i++) Assert.True(doubtful[i] || stands[i] == report.Robust[i],
                $"point {i}: {report.Robust[i]} in the report.");
            Assert.Equal(Proportion.Of(right), report.Natural);
            Assert.Equal(Proportion.Of(report.Robust), report.RobustAccuracy);
        }

        [Law(MaxTest = 12)]
        public static void Stages_go_on_where_the_last_one_ended(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            var report = Evaluating.With(model, data, sample.Options, "tiny",
                e => AutoAttackReport.Evaluate(e, Small(sample.Threat)));
            var left = report.Natural.Successes;
            foreach (var stage in report.Stages)
            {
                Assert.Equal(left, stage.Attacked);
                left -= stage.Misclassified;
                Assert.Equal(new Proportion(left, data.Count), stage.RobustAccuracy);
                Assert.Equal(stage.Attacked > 0, stage.ModelEvaluations > 0);
            }
            Assert.Equal(left, report.RobustAccuracy.Successes);
            Assert.Equal(left, report.PerClass.Sum(p => p.Successes));
            Assert.Equal(data.Count, report.PerClass.Sum(p => p.Total));
        }

        [Law(MaxTest = 12)]
        public static void Is_that_of_the_attack_within_another_evaluation(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            var attack = Small(sample.Threat);
            var whole = Evaluating.With(model, data, sample.Options, "tiny", e => AutoAttackReport.Evaluate(e, attack));
            var other = Robustness.Evaluate(model, data, [attack],
                sample.Options with { BatchSize = 1 + (sample.BatchSize + 6) % 13 }, name: "tiny");
            // rounding may carry a point over the border
            Assert.True(whole.Robust.Zip(other.Attacks[0].Robust).Count(pair => pair.First != pair.Second) <= 1);
        }

        [Law(MaxTest = 3)]
        public static void Goes_into_JSON_whole_and_comes_back(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            using var folder = new TemporaryFolder();
            var report = Evaluating.With(model, data, sample.Options, "tiny",
                e => AutoAttackReport.Evaluate(e, Small(sample.Threat)));
            var path = Path.Combine(folder.Path, "report.json");
            report.Save(path);
            var json = report.ToJson();
            Assert.Equal(report.RobustAccuracy.Successes, ((string)json["robust"]!).Count(letter => letter == '1'));
            Assert.Equal(3, json["stages"]!.AsArray().Count);
            Assert.Equal("8", (string?)json["stages"]![0]!["settings"]!["steps"]);
            Assert.Equal(json.ToJsonString(), AutoAttackReport.Load(path).ToJson().ToJsonString());
        }
    }

    public static class State
    {
        private sealed class CutOff(int after) : IProgress<EvaluationProgress>
        {
            internal int Reports { get; private set; }

            /// <summary>Batches of attacks.</summary>
            internal int Attacked { get; private set; }

            public void Report(EvaluationProgress value)
            {
                if (value.Attack != "natural") Attacked++;
                if (++Reports == after) throw new TimeoutException("cut off");
            }
        }

        [Law(MaxTest = 12)] // cut off after any batch, of natural accuracy or of an attack, several times
        public static void A_run_that_was_cut_off_ends_as_one_that_was_not(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            using var folder = new TemporaryFolder();
            var options = sample.Options with { BatchSize = 1 + sample.BatchSize % 9,
                SaveAdversarialTo = Path.Combine(folder.Path, "whole") };
            var attack = Small(sample.Threat);
            var all = new CutOff(int.MaxValue);
            var whole = Evaluating.With(model, data, options with { Progress = all }, "tiny",
                e => AutoAttackReport.Evaluate(e, attack));
            var state = Path.Combine(folder.Path, "state.json");
            var (cuts, attacked, parts) = (0, 0,
                options with { SaveAdversarialTo = Path.Combine(folder.Path, "parts") });
            for (var after = 1 + sample.Seed % 5; ; after += 2 + sample.Seed % 3)
            {
                var part = new CutOff(after);
                try
                {
                    var report = Evaluating.With(model, data, parts with { Progress = part }, "tiny",
                        e => AutoAttackReport.Evaluate(e, attack, state));
                    Assert.Equal(whole.Robust, report.Robust);
                    Assert.Equal(whole.Stages.Select(s => (s.Attack, s.Attacked, s.Misclassified, s.ModelEvaluations)),
                        report.Stages.Select(s => (s.Attack, s.Attacked, s.Misclassified, s.ModelEvaluations)));
                    break;
                }
                catch (TimeoutException)
                {
                    cuts++;
                }
                finally
                {
                    attacked += part.Attacked;
                }
            }
            Assert.Equal(all.Attacked, attacked); // no batch was attacked twice
            Assert.Equal(all.Reports >= 1 + sample.Seed % 5, cuts > 0);
            var (expected, _) = Safetensors.Read(Directory.GetFiles(Path.Combine(folder.Path, "whole")).Single());
            var (actual, _) = Safetensors.Read(Directory.GetFiles(Path.Combine(folder.Path, "parts")).Single());
            Close.Same(expected["images"], actual["images"], "adversarial images");
        }

        [Law(MaxTest = 4)]
        public static void A_finished_run_gives_its_report_again_and_attacks_nothing(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            using var folder = new TemporaryFolder();
            var state = Path.Combine(folder.Path, "state.json");
            var first = Evaluating.With(model, data, sample.Options, "tiny",
                e => AutoAttackReport.Evaluate(e, Small(sample.Threat), state));
            var second = Evaluating.With(model, data, sample.Options with { Progress = new CutOff(1) }, "tiny",
                e => AutoAttackReport.Evaluate(e, Small(sample.Threat), state));
            Assert.Equal(first.Robust, second.Robust);
            Assert.Equal(first.ToJson().ToJsonString(), second.ToJson().ToJsonString());
        }

        [Law(MaxTest = 3)]
        public static void That_of_another_run_is_refused_and_says_why(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            using var folder = new TemporaryFolder();
            var state = Path.Combine(folder.Path, "state.json");
            Evaluating.With(model, data, sample.Options, "tiny",
                e => AutoAttackReport.Evaluate(e, Small(sample.Threat), state));
            var error = Assert.Throws<InvalidOperationException>(() =>
                Evaluating.With(model, data, sample.Options with { Seed = sample.Seed + 1 }, "tiny",
                e => AutoAttackReport.Evaluate(e, Small(sample.Threat), state)));
            Assert.Contains(
                $"seed: {sample.Seed} there, {sample.Seed + 1} here", error.Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() =>
                Evaluating.With(model, data, sample.Options, "tiny",
                e => AutoAttackReport.Evaluate(e, (AutoAttack)Small(sample.Threat).ScaledTo(0.011), state)));
            using var other = new TinyClassifier(2);
            Assert.Contains("model: ",
                Assert.Throws<InvalidOperationException>(() =>
                Evaluating.With(other, data, sample.Options, "tiny",
                e => AutoAttackReport.Evaluate(e, Small(sample.Threat), state))).Message, StringComparison.Ordinal);
        }

        [Theory, InlineData("{"), InlineData("[]"), InlineData(
            "{\"format\": 99}"), InlineData("{\"format\": 1, \"state\": {\"batches\": \"x\"}}")]
        public static void A_damaged_one_is_named(string text)
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(1, 4);
            var path = Path.Combine(folder.Path, "state.json");
            File.WriteAllText(path, text);
            var error = Assert.Throws<InvalidDataException>(() =>
                Evaluating.With(model, data, null, "tiny",
                e => AutoAttackReport.Evaluate(e, Small(ThreatModel.Linf(0.1)), path)));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Equal(text, File.ReadAllText(path)); // it is not ours to overwrite
        }
    }

    /// <summary>A state file, and the images beside it, that do not say what a run would have written.</summary>
    public sealed class DamagedState : IDisposable
    {
        private const int Count = 40;
        private readonly TemporaryFolder _folder = new();
        private readonly TinyClassifier _model = EvaluationCase.Model();
        private readonly Dataset _data = WithOneWrongLabel();
        private readonly EvaluationOptions _options = new() { BatchSize = 12, Seed = 4 };

        private static Dataset WithOneWrongLabel()
        {
            using var scope = NewDisposeScope();
            using var stripes = EvaluationCase.Stripes(3, Count);
            var labels = stripes.Labels.clone();
            labels[0] = (labels[0] + 1) % 3;
            return new Dataset(stripes.Name, stripes.Images.clone(), labels, stripes.ClassNames);
        }

        private string Path => _folder["state.json"];

        private string Images => AutoAttackReport.ImagesOf(Path)!;

        public void Dispose()
        {
            _data.Dispose();
            _model.Dispose();
            _folder.Dispose();
        }

        private AutoAttackReport Run(EvaluationOptions? options = null) =>
            Evaluating.With(_model, _data, options ?? _options, "tiny",
                e => AutoAttackReport.Evaluate(e, Small(ThreatModel.Linf(0.05)), Path));

        private EvaluationOptions WithImages => _options with { SaveAdversarialTo = _folder["images"] };

        /// <summary>Stops after so many reports of progress, of which the first four are of the natural
        /// accuracy.</summary>
        private void RunAFew(int reports, EvaluationOptions? options = null)
        {
            var left = reports;
            Assert.Throws<TimeoutException>(() => Run((options ?? _options) with
            {
                Progress = new Listener<EvaluationProgress>(_ =>
                {
                    if (--left == 0) throw new TimeoutException();
                }),
            }));
        }

        /// <summary>Runs again, which must be refused before anything is attacked.</summary>
        private string Refused<T>(EvaluationOptions? options = null) where T : Exception
        {
            var before = File.ReadAllBytes(Path);
            var error = Assert.Throws<T>(() => Run((options ?? _options) with
            {
                Progress = new Listener<EvaluationProgress>(
                    value => Assert.True(value.Attack == "natural", $"{value.Attack} ran")),
            }));
            Assert.Equal(before, File.ReadAllBytes(Path)); // it is not ours to overwrite
            Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
            return error.Message;
        }

        private void Change(Action<JsonObject> change, bool asBefore = false)
        {
            var file = JsonNode.Parse(File.ReadAllText(Path))!.AsObject();
            if (asBefore)
            {
                Assert.True(file.Remove("seal"));
                file["format"] = 2;
                var state = file["state"]!.AsObject();
                foreach (var member in new[] { "images", "natural", "predictions", "perturbation" })
                    state.Remove(member);
                foreach (var stage in state["stages"]!.AsArray())
                    foreach (var member in new[] { "predictions", "perturbation" }) stage!.AsObject().Remove(member);
            }
            change(file["state"]!.AsObject());
            File.WriteAllText(Path, file.ToJsonString());
        }

        [Fact] // the report of a state that says so would be 100 %
        public void Every_example_robust_is_refused()
        {
            Run();
            Change(state => state["robust"] = new string('1', Count));
            Assert.Contains("seal", Refused<InvalidDataException>(), StringComparison.Ordinal);
        }

        [Law(MaxTest = 40)]
        public void One_changed_bit_anywhere_is_refused(int place, byte bit)
        {
            if (!File.Exists(Path)) RunAFew(8, WithImages);
            foreach (var file in new[] { Path, Images })
            {
                var whole = File.ReadAllBytes(file);
                var damaged = (byte[])whole.Clone();
                damaged[(int)((uint)place % damaged.Length)] ^= (byte)(1 << bit % 8);
                File.WriteAllBytes(file, damaged);
                Refused<InvalidDataException>(WithImages);
                File.WriteAllBytes(file, whole);
            }
        }

        // what an earlier version wrote has no seal, so that its own numbers have to agree
        public static TheoryData<string, string, string> Contradictions => new()
        {
            { "right", $"\"{new string('1', 200)}\"", "right has 200 entries for 40 examples" },
            { "standing", "\"\"", "standing has 0 entries for 40 examples" },
            { "robust", "\"101\"", "robust has 3 entries for 40 examples" },
            { "robust", $"\"{new string('1', Count)}\"", "but was not before" },
            { "standing", $"\"{new string('1', Count)}\"", "is not classified right" },
            { "standing", $"\"{new string('0', Count)}\"", "robust, but was not before" },
            { "robust", $"\"{new string('0', Count)}\"", "is not robust, but was not attacked yet" },
            { "robust", "\"0120\"", "there is a '2'" },
            { "robust", "7", "0 and 1" },
            { "robust", "null", "robust" },
            { "batches", "-1", "-1 batches are done" },
            { "batches", "1000", "1000 batches are done" },
            { "batches", "0", "no batch is done, but" },
            { "batches", "1.5", "batches" },
            { "seconds", "-1", "-1 seconds" },
            { "seconds", "\"NaN\"", "NaN seconds" },
            { "modelEvaluations", "-5", "passes" },
            { "warnings", "null", "warnings" },
            { "warnings", "[null]", "warnings[0] is null" },
            { "warnings", """[{"flag":99,"what":"a","advice":"b"}]""", "flag" },
            { "warnings", """[{"flag":"Randomised","what":null,"advice":"b"}]""", "what" },
            { "stages", "null", "stages" },
            { "stages", "[]", "but the stages leave" },
            { "stages", "[null]", "stages[0] is null" },
            { "run", "null", "run" },
        };

        [Theory, MemberData(nameof(Contradictions))]
        public void A_state_of_before_that_contradicts_itself_is_refused(string member, string value, string fault)
        {
            RunAFew(4 + 5); // within the second attack
            Change(state => state[member] = JsonNode.Parse(value), asBefore: true);
            var message = Refused<InvalidDataException>();
            Assert.Contains(fault, message, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("delete it to begin anew", message, StringComparison.Ordinal);
        }

        public static TheoryData<string, string, string> ContradictingStages => new()
        {
            { "attacked", "-1", "attacked -1 examples" },
            { "attacked", "19999", "attacked 19999 examples" },
            { "misclassified", "-1", "misclassified -1" },
            { "misclassified", "200", "misclassified 200" },
            { "robustAccuracy", """{"successes":40,"total":40}""", "leaves 40 of 40" },
            { "robustAccuracy", """{"successes":41,"total":40}""", "0 ≤ successes ≤ total" },
            { "robustAccuracy", """{"successes":0,"total":0}""", "leaves 0 of 0" },
            { "robustAccuracy", "null", "robustAccuracy" },
            { "attack", "\"Square\"", "a stage is of Square where one of APGD-CE" },
            { "settings", "{}", "with other settings" },
            { "settings", "null", "settings" },
            { "isScoreBased", "true", "where one of APGD-CE" },
            { "note", "\"less than it says\"", "where one of APGD-CE" },
            { "seconds", "-0.5", "-0.5 seconds" },
            { "modelEvaluations", "-1", "passes" },
        };

        [Theory, MemberData(nameof(ContradictingStages))]
        public void A_stage_of_before_that_contradicts_the_run_is_refused(string member, string value, string fault)
        {
            RunAFew(4 + 5);
            Change(state => state["stages"]![0]![member] = JsonNode.Parse(value), asBefore: true);
            Assert.Contains(fault, Refused<InvalidDataException>(), StringComparison.OrdinalIgnoreCase);
        }

        [Fact]
        public void Stages_that_are_doubled_too_many_or_in_another_order_are_refused()
        {
            Run();
            var whole = File.ReadAllText(Path);
            Edited(stages => stages.Add(stages[2]!.DeepClone()), "there are 4 stages of 3 attacks");
            Edited(stages => stages[1] = stages[0]!.DeepClone(), "a stage is of APGD-CE where one of APGD-T");
            Edited(stages => stages.RemoveAt(1), "where one of APGD-T");

            void Edited(Action<JsonArray> edit, string fault)
            {
                File.WriteAllText(Path, whole);
                Change(state => edit(state["stages"]!.AsArray()), asBefore: true);
                Assert.Contains(fault, Refused<InvalidDataException>(), StringComparison.Ordinal);
            }
        }

        [Fact] // the model is asked which examples it classifies right
        public void A_state_of_before_of_other_right_examples_is_refused()
        {
            Run();
            Change(state =>
            {
                foreach (var name in new[] { "right", "standing", "robust" }) state[name] = new string('0', Count);
                state["stages"] = new JsonArray();
            }, asBefore: true);
            Assert.Contains("other examples are right", Refused<InvalidDataException>(), StringComparison.Ordinal);
        }

        [Fact]
        public void A_state_of_before_is_resumed_to_the_same_result()
        {
            var whole = Run();
            File.Delete(Path);
            RunAFew(4 + 5, WithImages);
            Change(_ => { }, asBefore: true);
            Assert.Equal(whole.Robust, Run(WithImages).Robust);
        }

        [Fact]
        public void Doubled_names_and_other_texts_are_refused()
        {
            Run();
            var whole = File.ReadAllText(Path);
            foreach (var (text, fault) in new[]
            {
                (whole.Replace("\"right\":", "\"robust\":\"1\",\"right\":", StringComparison.Ordinal), "robust"),
                (whole[..(whole.Length / 2)], "damaged"), ("", "damaged"), ("null", "null"), ("[]", "a list"),
                ("{\"format\":\"3\"}", "format"), ("{\"format\":3}", "format"), ("{\"format\":[]}", "format"),
                (new string('[', 100_000), "depth"), ("{\"a\":\"\\ud800\"}", "Unicode"),
            })
            {
                File.WriteAllText(Path, text);
                Assert.Contains(fault, Refused<InvalidDataException>(), StringComparison.OrdinalIgnoreCase);
            }
            File.WriteAllBytes(Path, [.. "{\"a\":\""u8, 0xff, .. "\"}"u8]);
            Assert.Contains("byte 6 is not UTF-8", Refused<InvalidDataException>(), StringComparison.Ordinal);
        }

        [Fact]
        public void Images_that_are_missing_or_belong_to_another_state_are_refused()
        {
            RunAFew(4 + 2, WithImages);
            var (early, earlyState) = (File.ReadAllBytes(Images), File.ReadAllBytes(Path));
            Run(WithImages);
            File.WriteAllBytes(Images, early);
            Assert.Contains("does not belong", Refused<InvalidDataException>(WithImages), StringComparison.Ordinal);
            File.Delete(Images);
            Assert.Contains("is missing", Refused<InvalidDataException>(WithImages), StringComparison.Ordinal);
            Safetensors.Write(Images, new Dictionary<string, Tensor> { ["positions"] = zeros(3) });
            Assert.Contains("does not hold", Refused<InvalidDataException>(WithImages), StringComparison.Ordinal);

            // the images are written first, so after a kill they may be ahead of the state
            File.WriteAllBytes(Path, earlyState);
            File.Delete(Images);
            Assert.Contains("is missing", Refused<InvalidDataException>(WithImages), StringComparison.Ordinal);
        }

        [Fact] // as after a kill between the two writes
        public void Images_that_are_ahead_of_the_state_are_used_as_far_as_it_goes()
        {
            var states = new List<byte[]>();
            Run(WithImages with
            {
                Progress = new Listener<EvaluationProgress>(value =>
                {
                    if (File.Exists(Path)) states.Add(File.ReadAllBytes(Path));
                }),
            });
            var whole = File.ReadAllBytes(Directory.GetFiles(_folder["images"]).Single());
            var ahead = File.ReadAllBytes(Images);
            Assert.True(states.Count > 4);
            foreach (var state in states)
            {
                File.WriteAllBytes(Path, state);
                File.WriteAllBytes(Images, ahead);
                Run(WithImages);
                Assert.Equal(whole, File.ReadAllBytes(Directory.GetFiles(_folder["images"]).Single()));
            }
        }

        [Fact]
        public void A_second_run_is_kept_out_while_the_first_is_at_work()
        {
            IOException? refused = null;
            Run(_options with
            {
                Progress = new Listener<EvaluationProgress>(_ => refused ??= Assert.Throws<IOException>(() => Run())),
            });
            Assert.Contains($"{Path} is in use by another run of Auto-Attack", refused!.Message,
                StringComparison.Ordinal);
            Assert.Equal([Path], Directory.GetFiles(_folder.Path)); // the lock is gone
            File.WriteAllText(Path + ".lock", ""); // as after a kill
            Run();
        }
    }

    public static class Warnings
    {
        private static readonly ThreatModel Threat = ThreatModel.Linf(0.05);

        private static SanityFlag[] Of(
            Func<TinyClassifier, Func<Tensor, Tensor>> change, AutoAttack? attack = null, bool individual = false)
        {
            using var scope = NewDisposeScope();
            using var tiny = EvaluationCase.Model();
            tiny.eval();
            using var model = new Changed(tiny, change(tiny));
            using var data = EvaluationCase.Stripes(3, 30);
            return [.. Evaluating.With(model, data, null, "changed",
                e => AutoAttackReport.Evaluate(e, attack ?? Small(Threat), null, individual))
                .Warnings.Select(warning => warning.Flag)];
        }

        [Fact]
        public static void There_are_none_for_a_plain_model() =>
            Assert.Empty(Of(tiny => tiny.call, new AutoAttack([new Apgd(Threat, steps: 8), new Square(Threat, 10)])));

        [Fact]
        public static void A_model_that_answers_at_random_is_named()
        {
            Assert.Equal([SanityFlag.Randomised],
                Of(tiny => x => tiny.call(x + 0.05 * randn_like(x)), new AutoAttack([new Apgd(Threat, steps: 8)])));
            Assert.Empty(Of(tiny => x => tiny.call(x + 0.05 * randn_like(x)),
                new AutoAttack([new Apgd(Threat, steps: 8, gradientSamples: 2)])));
        }

        [Fact]
        public static void Probabilities_are_named() =>
            Assert.Contains(SanityFlag.ProbabilitiesForLogits, Of(tiny => x => nn.functional.softmax(tiny.call(x), 1)));

        [Fact]
        public static void Zero_gradients_are_named() =>
            Assert.Contains(SanityFlag.ZeroGradients, Of(tiny => x => tiny.call(x.detach()) + 0 * x.sum()));

        [Fact]
        public static void Gradients_within_the_answer_are_named()
        {
            Tensor WithGradient(TinyClassifier tiny, Tensor x, Func<Tensor, Tensor, Tensor> gradient)
            {
                using var graph = enable_grad();
                var pixels = x.detach().clone().requires_grad_();
                return tiny.call(x + 0.001 * gradient(tiny.call(pixels).logsumexp(1).sum(), pixels).detach());
            }
            Tensor Backward(Tensor loss, Tensor pixels)
            {
                loss.backward();
                return pixels.grad!;
            }

            Assert.Contains(SanityFlag.DynamicDefence, Of(tiny => x => WithGradient(tiny, x, Backward)));
            // which would end the process where autograd is forbidden
            Assert.Contains(SanityFlag.DynamicDefence,
                Of(tiny => x => WithGradient(tiny, x, (loss, pixels) => autograd.grad([loss], [pixels])[0])));
        }

        [Fact]
        public static void Gradients_that_stay_within_the_answer_are_named_where_they_reach_the_weights() =>
            Assert.Contains(SanityFlag.DynamicDefence, Of(tiny => x =>
            {
                using (enable_grad())
                {
                    if (tiny.call(x) is { requires_grad: true } logits) logits.logsumexp(1).sum().backward();
                }
                return tiny.call(x);
            }));

        [Fact]
        public static void A_model_that_changes_as_it_answers_is_named() =>
            Assert.Contains(SanityFlag.DynamicDefence, Of(tiny => x =>
        {
            using (no_grad()) tiny.parameters().First().add_(1e-6);
            return tiny.call(x);
        }));

        [Fact] // three classes: the targeted logit ratio and nine targets are out of reach
        public static void Too_few_classes_are_named() =>
            Assert.Contains(SanityFlag.TooFewClasses, Of(tiny => tiny.call));

        [Fact] // whose weights no fingerprint shows
        public static void The_state_of_a_black_box_that_changed_is_refused()
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            using var tiny = EvaluationCase.Model();
            tiny.eval();
            using var data = EvaluationCase.Stripes(3, 30);
            Run(x => tiny.call(x));
            Run(x => tiny.call(x)); // the same is read again
            Assert.Contains("belongs to another model: it predicted other classes for ",
                Assert.Throws<InvalidOperationException>(() => Run(x => -tiny.call(x))).Message,
                StringComparison.Ordinal);

            void Run(Func<Tensor, Tensor> answer)
            {
                using var box = new BlackBox("box", answer, 3, data.ImageShape);
                Evaluating.With(box, data, null, "box", e => AutoAttackReport.Evaluate(
                    e, new AutoAttack([new Square(Threat, 5)]), folder["state.json"]));
            }
        }

        [Fact]
        public static void A_model_of_one_class_is_named()
        {
            Assert.Contains(SanityFlag.OneClass,
                Of(tiny => x => 0 * tiny.call(x) + tensor(new[] { 1f, 0, 0 })));
            Assert.DoesNotContain(SanityFlag.OneClass, Of(tiny => tiny.call));
        }

        [Fact] // whichever of them it is
        public static void Every_attack_without_gradients_is_compared()
        {
            var threat = ThreatModel.Linf(0.2);
            Func<TinyClassifier, Func<Tensor, Tensor>> away = tiny => x => (2 * tiny.call(x)).detach() - tiny.call(x);
            Assert.Contains(SanityFlag.SquareBreaksMore, Of(away, new AutoAttack(
                [new Apgd(threat, steps: 5), new Spsa(threat, 1), new Square(threat, 200)])));
        }

        [Theory, InlineData(false), InlineData(true)] // the gradient leads away from the border and breaks nothing
        public static void Square_that_breaks_more_is_named(bool individual)
        {
            var threat = ThreatModel.Linf(0.2);
            Attack gradient = new Apgd(threat, steps: 5), square = new Square(threat, 200);
            Func<TinyClassifier, Func<Tensor, Tensor>> away = tiny => x => (2 * tiny.call(x)).detach() - tiny.call(x);
            Assert.Contains(SanityFlag.SquareBreaksMore, Of(away, new AutoAttack([gradient, square]), individual));
            // as the first attack it says something only where all run on the same examples
            Assert.Equal(individual, Of(away, new AutoAttack([square, gradient]), individual)
                .Contains(SanityFlag.SquareBreaksMore));
        }

        /// <summary>The tiny classifier behind another way to answer.</summary>
        private sealed class Changed : Classifier
        {
            private readonly Func<Tensor, Tensor> _answer;

            internal Changed(Classifier inner, Func<Tensor, Tensor> answer)
                : base("changed", inner.Classes, inner.InputShape)
            {
                register_module("inner", inner);
                _answer = answer;
            }

            public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
            {
                var logits = _answer(images);
                return (logits.alias(), logits);
            }
        }
    }
}
