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
public static class RobustnessTests
{
    private static RobustnessReport Evaluate(TinyClassifier model, Dataset data, EvaluationCase sample) =>
        Robustness.Evaluate(model, data, sample.MakeAttacks(), sample.Options, name: "tiny");

    public static class Report
    {
        [Law(MaxTest = 25)]
        public static void Robust_points_are_right_points_and_the_worst_case_is_robust_under_all(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            var report = Evaluate(model, data, sample);
            var right = Margins.Of(model, data.Images, data.Labels).Select(margin => margin < 0).ToArray();
            Assert.Equal(right.Count(r => r), report.Natural.Successes);
            var worst = (bool[])right.Clone();
            foreach (var result in report.Attacks)
            {
                for (var i = 0; i < right.Length; i++)
                {
                    Assert.True(right[i] || !result.Robust[i],
                        $"point {i} is wrong as it is, and robust under {result.Attack}.");
                    worst[i] &= result.Robust[i];
                }
                Assert.Equal(Proportion.Of(result.Robust), result.RobustAccuracy);
                Assert.True(report.WorstCase.Successes <= result.RobustAccuracy.Successes);
                Assert.True(result.RobustAccuracy.Successes <= report.Natural.Successes);
            }
            Assert.Equal(Proportion.Of(worst), report.WorstCase);
            if (report.Attacks.Count == 0) Assert.Equal(report.Natural, report.WorstCase);
        }

        [Law(MaxTest = 25)]
        public static void Counts_of_the_classes_add_up(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            var report = Evaluate(model, data, sample);
            var labels = Close.Longs(data.Labels);
            foreach (var (perClass, all) in report.Attacks.Select(a => (a.PerClass, a.RobustAccuracy))
                .Append((report.NaturalPerClass, report.Natural)))
            {
                Assert.Equal(data.Count, all.Total);
                Assert.Equal(all.Successes, perClass.Sum(p => p.Successes));
                Assert.Equal(Enumerable.Range(0, 3).Select(c => labels.Count(label => label == c)),
                    perClass.Select(p => p.Total));
            }
        }

        [Law(MaxTest = 25)] // by hand: attack all points at once, and ask the model
        public static void Robust_points_are_those_that_the_attack_leaves_right(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            var report = Evaluate(model, data, sample);
            var right = Margins.Of(model, data.Images, data.Labels).Select(margin => margin < 0).ToArray();
            foreach (var (attack, result, name) in sample.MakeAttacks().Zip(report.Attacks, sample.Attacks))
            {
                var adversarial = attack.Run(model, data.Images, data.Labels,
                    ExampleSeeds.Sequence(sample.Seed, data.Count));
                var margins = Margins.Of(model, adversarial, data.Labels);
                for (var i = 0; i < right.Length; i++)
                    if (Math.Abs(margins[i]) > 1e-3) Assert.Equal(right[i] && margins[i] < 0, result.Robust[i]);
                Assert.Equal((attack.Name, attack.Threat), (result.Attack, result.Threat));
                Assert.Equal(right.Contains(true), result.ModelEvaluations > 0);
                // what stays robust costs every step; what breaks may be left alone after its first
                var whole = (AttackTable.Row(name).StopsEarly ? result.Robust : right).Count(r => r);
                if (attack is Pgd or MultiTargetedPgd or AutoPgdAttack) Assert.InRange(result.ModelEvaluations,
                    2L * (whole * attack.Steps + right.Count(r => r) - whole), long.MaxValue);
            }
        }

        [Law(MaxTest = 25)]
        public static void Does_not_depend_on_the_batch_size_or_on_the_other_attacks(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            var report = Evaluate(model, data, sample);
            var attacks = sample.MakeAttacks();
            Array.Reverse(attacks);
            var reversed = Robustness.Evaluate(model, data, attacks,
                sample.Options with { BatchSize = 1 + (sample.BatchSize + 6) % 13 }, name: "tiny");
            Assert.Equal(report.Natural, reversed.Natural);
            // single precision: another batch size may carry a point over the border where it lies on it; none may
            // differ more often than that
            var differences = report.Attacks.Zip(reversed.Attacks.Reverse())
                .Sum(pair => pair.First.Robust.Zip(pair.Second.Robust).Count(r => r.First != r.Second));
            Assert.True(differences <= 1, $"{differences} points differ.");
        }

        [Law(MaxTest = 10)]
        public static void Is_the_same_again_for_the_same_seed(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            var report = Evaluate(model, data, sample);
            var again = Robustness.Evaluate(model, data, sample.MakeAttacks(), sample.Options, name: "tiny");
            Assert.Equal(report.WorstCase, again.WorstCase);
            foreach (var (first, second) in report.Attacks.Zip(again.Attacks)) Assert.Equal(first.Robust,
                second.Robust);
        }

        [Fact] // else the laws above would hold for an evaluation that breaks nothing
        public static void Attacks_break_some_of_the_points_and_not_all()
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(99, 300);
            var report = Robustness.Evaluate(model, data, [new Pgd(ThreatModel.Linf(0.06), 10)], name: "tiny");
            Assert.InRange(report.Natural.Value, 0.9, 1);
            Assert.InRange(report.WorstCase.Value, 0.1, report.Natural.Value - 0.1);
        }
    }

    public static class Model
    {
        [Law(MaxTest = 3)]
        public static void Is_as_before_afterwards(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            Evaluate(model, data, sample);
            Assert.True(model.training);
            Assert.All(model.modules(), module => Assert.True(module.training));
            Assert.All(model.parameters(), parameter => Assert.True(parameter.requires_grad && parameter.grad is null));
            model.eval();
            Robustness.Evaluate(model, data, [], name: "tiny");
            Assert.False(model.training);
        }

        [Fact]
        public static void Runs_in_evaluation_mode()
        {
            using var scope = NewDisposeScope();
            using var model = new NoisyClassifier(3);
            using var data = EvaluationCase.Stripes(11, 80);
            var before = model.buffers().Select(Close.Doubles).ToArray();
            model.train();
            var report = Robustness.Evaluate(model, data, [new Fgsm(ThreatModel.Linf(0.02))], name: "noisy");
            var matrix = Evaluating.With(model, data, null, null, e => ConfusionMatrix.Evaluate(e));
            var latents = Evaluating.With(model, data, null, null,
                e => LatentExamples.Evaluate(e, new Fgsm(ThreatModel.Linf(0.02))));
            Assert.True(model.training);
            Assert.Equal(before, model.buffers().Select(Close.Doubles));
            var right = Margins.Of(model, data.Images, data.Labels).Count(margin => margin < 0); // in evaluation mode
            Assert.Equal(right, report.Natural.Successes);
            Assert.Equal(right, matrix.Accuracy.Successes);
            var adversarial = new Fgsm(ThreatModel.Linf(0.02))
                .Run(model, data.Images, data.Labels, ExampleSeeds.Sequence(0, 80));
            using var noGraph = no_grad();
            var divergence = (model.Represent(adversarial).Latent - model.Represent(data.Images).Latent).abs().mean();
            Close.Number(divergence.item<float>(), latents.MeanDivergence, 1e-4, "divergence", floor: 0);
        }

        [Fact]
        public static void With_broken_weights_is_named_and_restored()
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(1, 5);
            using (no_grad()) model.get_parameter("last.bias")!.fill_(float.NaN);
            var error = Assert.Throws<InvalidOperationException>(() =>
                Robustness.Evaluate(model, data, [new Fgsm(ThreatModel.Linf(0.1))], name: "tiny"));
            Assert.Contains("tiny-cnn", error.Message, StringComparison.Ordinal);
            Assert.True(model.training);
        }
    }

    public static class Options
    {
        [Fact]
        public static void Adversarial_images_are_saved_in_the_ball_and_in_their_places()
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(31, 20);
            Attack[] attacks = [new Fgsm(ThreatModel.Linf(0.1)), new Pgd(ThreatModel.L2(0.4), 5)];
            var report = Robustness.Evaluate(model, data, attacks,
                new() { BatchSize = 7, SaveAdversarialTo = folder["images"] }, name: "tiny");
            var files = Directory.GetFiles(folder["images"]).Order().ToArray();
            Assert.Equal(2, files.Length);
            for (var i = 0; i < 2; i++)
            {
                var (saved, metadata) = Safetensors.Read(files[i]);
                Assert.Equal((attacks[i].Name, attacks[i].Threat.Norm.ToString()),
                    (metadata["attack"], metadata["norm"]));
                Feasible.Assert(attacks[i].Threat, Close.Doubles(data.Images), Close.Doubles(saved["images"]), 20);
                Assert.Equal(Close.Longs(data.Labels), Close.Longs(saved["labels"]));
                Assert.Equal(report.Attacks[i].Robust, Close.Doubles(saved["robust"]).Select(v => v == 1));
                Assert.Equal(report.Attacks[i].Robust, Margins.Of(model, saved["images"], data.Labels)
                    .Select(margin => margin < 0));
            }
        }

        [Law(MaxTest = 5)]
        public static void Progress_ends_at_all_points_of_every_attack(EvaluationCase sample)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = sample.Data();
            var report = Evaluate(model, data, sample);
            var heard = new List<EvaluationProgress>();
            Robustness.Evaluate(model, data, sample.MakeAttacks(),
                sample.Options with { Progress = new Listener<EvaluationProgress>(heard.Add) }, name: "tiny");
            Assert.All(heard, p => Assert.InRange(p.Done, 1, p.Total));
            var ends = heard.Where(p => p.Done == p.Total).Select(p => p.Attack);
            Assert.Equal(report.Attacks.Where(_ => report.Natural.Successes > 0).Select(a => a.Attack)
                .Prepend("natural"), ends);
        }
    }

    public static class Arguments
    {
        [Fact]
        public static void That_do_not_fit_are_refused_by_name()
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(1, 4);
            using var wide = new Dataset("wide", zeros(2, 1, 6, 7), zeros(2, dtype: ScalarType.Int64), data.ClassNames);
            using var two = new Dataset("two", zeros(2, 1, 6, 6), zeros(2, dtype: ScalarType.Int64), ["a", "b"]);
            var attack = new Fgsm(ThreatModel.Linf(0.1));

            Refused("data", () => Robustness.Evaluate(model, wide, [attack], name: "tiny"));
            Refused("data", () => Robustness.Evaluate(model, two, [attack], name: "tiny"));
            Refused("data", () => Robustness.Evaluate(model, null!, [attack], name: "tiny"));
            Refused("model", () => Robustness.Evaluate(null!, data, [attack], name: "tiny"));
            Refused("name", () => Robustness.Evaluate(model, data, [attack], name: " "));
            Refused("attacks", () => Robustness.Evaluate(model, data, [attack, null!], name: "tiny"));
            Refused("attacks", () => Robustness.Evaluate(model, data, null!, name: "tiny"));
            Refused("attacks",
                () => Robustness.Evaluate(model, data, [new Fgsm(new ThreatModel(Norm.Linf, 0.1, new Bounds(-1, 1)))],
                name: "tiny"));
            Refused("BatchSize",
                () => Robustness.Evaluate(model, data, [attack], new() { BatchSize = 0 }, name: "tiny"));
            Assert.ThrowsAny<ArgumentException>(() =>
                Robustness.Evaluate(model, data, [attack], new() { Device = "cuda:0" }, name: "tiny"));
            Assert.Throws<OperationCanceledException>(() =>
                Robustness.Evaluate(model, data, [attack], name: "tiny",
                cancellation: new CancellationToken(canceled: true)));
            Assert.True(model.training);

            static void Refused(string parameter, Action evaluate) =>
                Assert.Equal(parameter, Assert.ThrowsAny<ArgumentException>(evaluate).ParamName);
        }
    }
}
