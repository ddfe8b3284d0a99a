using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Models;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

/// <summary>What reports say against their own numbers, and where they say nothing.</summary>
public static class SanityChecksTests
{
    private static readonly ThreatModel Threat = ThreatModel.Linf(0.1);

    public static class Batches
    {
        /// <summary>Models whose answer to an image depends on what else is in the batch.</summary>
        private static readonly Dictionary<string, Func<nn.Module<Tensor, Tensor>>> Dependent = new()
        {
            ["a batch norm without running statistics"] = () => nn.Sequential(
                nn.Flatten(), nn.BatchNorm1d(36, track_running_stats: false), SplitMix.Fill(nn.Linear(36, 3), 2)),
            ["a batch norm of maps without running statistics"] = () => nn.Sequential(
                nn.BatchNorm2d(1, track_running_stats: false), nn.Flatten(), SplitMix.Fill(nn.Linear(36, 3), 2)),
            ["the mean image taken off"] = () => new Around(EvaluationCase.Model(),
                x => x - x.mean([0L], keepdim: true)),
            ["the mean pixel taken off"] = () => new Around(EvaluationCase.Model(), x => x - x.mean()),
            ["the sum of all images taken off"] = () => new Around(EvaluationCase.Model(),
                x => x - 0.01 * x.sum([0L], keepdim: true)),
            ["the neighbour mixed in"] = () => new Around(EvaluationCase.Model(), x => 0.8 * x + 0.2 * x.roll(1, 0)),
            ["by the place in the batch"] = () => new Around(EvaluationCase.Model(), after: logits =>
                logits + arange(logits.shape[0]).remainder(2).unsqueeze(1) * tensor(new[] { 0f, 0, 5 })),
            ["the first image of a batch"] = () => new Around(EvaluationCase.Model(), after: logits =>
                logits * arange(logits.shape[0]).gt(0).unsqueeze(1)),
            ["a softmax over the batch"] = () => new Around(EvaluationCase.Model(), after: logits => logits.softmax(0)),
        };

        public static TheoryData<string> Models => [.. Dependent.Keys];

        [Theory, MemberData(nameof(Models))]
        public static void That_an_answer_depends_on_are_named_by_every_report_and_no_false_cause(string name)
        {
            using var scope = NewDisposeScope();
            using var model = Dependent[name]();
            using var data = EvaluationCase.Stripes(5, 40);
            foreach (var size in new[] { 1, 7, 64 })
            {
                var report = Robustness.Evaluate(model, data, [], new() { BatchSize = size });
                Assert.Contains(report.Notes, Names);
            }
            var distances = Evaluating.With(model, data, null, null,
                e => MinimumNormReport.Evaluate(e, new DeepFool(ThreatModel.L2(1), 2)));
            Assert.Contains(distances.Notes, Names);
            var auto = Evaluating.With(model, data, null, null,
                e => AutoAttackReport.Evaluate(e, new AutoAttack([new Apgd(Threat, steps: 2)])));
            Assert.Contains(auto.Warnings, warning => warning.Flag == SanityFlag.BatchDependent);
            Assert.DoesNotContain(auto.Warnings, warning => warning.Flag == SanityFlag.Randomised);
            var masking = Evaluating.With(model, data, null, null, e => GradientMaskingReport.Evaluate(e, Threat));
            Assert.Equal([MaskingCheck.Logits, MaskingCheck.Batch], masking.Findings.Select(finding => finding.Check));
            Assert.True(masking.Findings[1].IsWarning);
            Assert.Contains("batch norm without running statistics", $"{masking}", StringComparison.Ordinal);
        }

        public static TheoryData<string> Others => ["plain", "norm", "half", "bfloat16", "level", "quantised", "blind"];

        [Theory, MemberData(nameof(Others))]
        public static void That_no_answer_depends_on_are_not_named(string name)
        {
            using var scope = NewDisposeScope();
            using nn.Module<Tensor, Tensor> model = name switch
            {
                "plain" => EvaluationCase.Model(),
                "norm" => new NoisyClassifier(3),
                "half" => new Around(EvaluationCase.Model(), after: logits => logits.to(ScalarType.Float16)),
                "bfloat16" => new Around(EvaluationCase.Model(), after: logits => logits.to(ScalarType.BFloat16)),
                "level" => new Around(EvaluationCase.Model(), after: logits => logits + 1000),
                "quantised" => Wrapped.Quantised(),
                _ => Wrapped.Blind(),
            };
            using var data = EvaluationCase.Stripes(5, 40);
            Assert.DoesNotContain(Robustness.Evaluate(model, data, []).Notes,
                note => Names(note) || note.Contains("at random", StringComparison.Ordinal));
        }

        [Fact]
        public static void Chance_is_not_taken_for_them()
        {
            using var scope = NewDisposeScope();
            var calls = 0;
            using var random = new Around(EvaluationCase.Model(), x => x + 0.05 * randn_like(x));
            using var counting = new Around(EvaluationCase.Model(), after: logits => logits * ++calls);
            using var reusing = Around.Reusing(
                new Around(EvaluationCase.Model(), x => x + 0.05 * randn_like(x)), scope);
            using var data = EvaluationCase.Stripes(5, 40);
            foreach (var model in new[] { random, counting, reusing })
            {
                var report = Robustness.Evaluate(model, data, []);
                Assert.Contains("at random, or counts its calls", Assert.Single(report.Notes),
                    StringComparison.Ordinal);
                var masking = Evaluating.With(model, data, null, null,
                    e => GradientMaskingReport.Evaluate(e, Threat, new() { Examples = 20, SquareQueries = 5 }));
                Assert.DoesNotContain(masking.Findings, finding => finding.Check == MaskingCheck.Batch);
                var auto = Evaluating.With(model, data, null, null,
                    e => AutoAttackReport.Evaluate(e, new AutoAttack([new Apgd(Threat, steps: 2)])));
                // which looks at the direction of the logits alone, as its reference does
                Assert.Equal(model != counting,
                    auto.Warnings.Any(warning => warning.Flag == SanityFlag.Randomised));
            }
        }

        [Fact]
        public static void One_image_alone_says_nothing()
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(5, 1);
            Assert.DoesNotContain(Robustness.Evaluate(model, data, []).Notes, Names);
            var answers = new List<long>();
            using var box = new BlackBox("one at a time", images =>
            {
                answers.Add(images.shape[0]);
                return model.call(images);
            }, 3, [1, 6, 6]);
            using var more = EvaluationCase.Stripes(5, 3);
            model.eval();
            Robustness.Evaluate(box, more, [new Square(Threat, 3)], new() { BatchSize = 1 });
            Assert.All(answers, count => Assert.Equal(1, count));
        }

        private static bool Names(string note) =>
            note.Contains("depends on the rest of the batch", StringComparison.Ordinal);
    }

    public static class Gradients
    {
        [Fact] // of a misclassified example whose class is the third DLR is constant, and of no other
        public static void Of_misclassified_examples_are_not_counted()
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var right = EvaluationCase.Stripes(5, 60);
            using var data = new Dataset("wrong labels", right.Images.clone(),
                (right.Labels + arange(60).lt(30)).remainder(3), right.ClassNames);
            var report = Evaluating.With(model, data, null, null, e => AutoAttackReport.Evaluate(e,
                new AutoAttack([new Apgd(Threat, steps: 2)])));
            Assert.InRange(report.Natural.Successes, 20, 40);
            Assert.Empty(report.Warnings);
        }

        [Fact] // one without a gradient is still found among them
        public static void Of_correct_examples_are_counted()
        {
            using var scope = NewDisposeScope();
            using var model = Wrapped.Quantised();
            using var data = EvaluationCase.Stripes(5, 60);
            var report = Evaluating.With(model, data, null, null, e => AutoAttackReport.Evaluate(e,
                new AutoAttack([new Apgd(Threat, steps: 2)])));
            var warning = Assert.Single(report.Warnings);
            Assert.Equal(SanityFlag.ZeroGradients, warning.Flag);
            Assert.Contains($"of {report.Natural.Successes} correct images, the gradient is exactly zero for "
                + $"{report.Natural.Successes}.", warning.What, StringComparison.Ordinal);
        }

        public static TheoryData<string> OnCrossEntropy => ["FGSM", "PGD", "MIM", "APGD", "TRADES"];

        private static Attack Make(string name) => name switch
        {
            "FGSM" => new Fgsm(Threat),
            "PGD" => new Pgd(Threat, 5, restarts: 2),
            "MIM" => new Mim(Threat, 5),
            "APGD" => new Apgd(Threat, steps: 5, keep: KeptIterate.EarlyStop),
            "TRADES" => Pgd.Trades(Threat, 5),
            "DLR" => new Pgd(Threat, 5, loss: AttackLoss.Dlr),
            "margin" => new Pgd(Threat, 5, loss: AttackLoss.Margin),
            "FAB" => new Fab(Threat, 5),
            "FAB-T" => new FabTargeted(Threat, 5),
            "DeepFool" => new DeepFool(ThreatModel.L2(0.3), 5),
            "C&W" => new CarliniWagner(ThreatModel.L2(0.3), 5, 2),
            _ => new AutoAttack([new Apgd(Threat, steps: 5), new ApgdTargeted(Threat, 5)]),
        };

        [Theory, MemberData(nameof(OnCrossEntropy))]
        public static void That_underflow_in_a_very_sure_model_are_noted_with_the_loss_that_does_not(string name)
        {
            using var scope = NewDisposeScope();
            using var model = Wrapped.Saturated();
            using var data = EvaluationCase.Stripes(5, 60);
            var report = Robustness.Evaluate(model, data, [Make(name), Make("DLR")]);
            Assert.True(report.Attacks[1].RobustAccuracy.Value < report.Attacks[0].RobustAccuracy.Value - 0.2);
            var note = Assert.Single(report.Notes);
            Assert.Contains($"{report.Attacks[0].Attack} ({report.Attacks[0].Unmoved})", note,
                StringComparison.Ordinal);
            Assert.Contains("AttackLoss.Dlr", note, StringComparison.Ordinal);
            Assert.DoesNotContain(report.Attacks[1].Attack + " (", note, StringComparison.Ordinal);
            Assert.Equal(0, report.Attacks[1].Unmoved);
            Assert.Equal(report.Notes, Read(report).Notes);
            Assert.Equal(report.Attacks[0].Unmoved, Read(report).Attacks[0].Unmoved);
        }

        public static TheoryData<string> WithGradients =>
            ["FGSM", "PGD", "APGD", "DLR", "margin", "FAB", "FAB-T", "DeepFool", "C&W", "AutoAttack"];

        [Theory, MemberData(nameof(WithGradients))]
        public static void That_rounded_images_do_not_have_are_noted_for_every_attack_by_gradients(string name)
        {
            using var scope = NewDisposeScope();
            using var model = Wrapped.Quantised();
            using var data = EvaluationCase.Stripes(5, 60);
            var note = Assert.Single(Robustness.Evaluate(model, data, [Make(name), new Square(Threat, 50)]).Notes);
            Assert.Contains("No attack by gradients moves there", note, StringComparison.Ordinal);
            Assert.Contains("Square", note, StringComparison.Ordinal);
            Assert.DoesNotContain("Square-", note, StringComparison.Ordinal);
            if (Make(name) is not MinimumNormAttack attack) return;
            var distances = Evaluating.With(model, data, null, null, e => MinimumNormReport.Evaluate(e, attack));
            Assert.Contains("No attack by gradients moves there", Assert.Single(distances.Notes),
                StringComparison.Ordinal);
        }

        [Fact] // most of the correct examples have a gradient, but the ones that were not moved have none
        public static void That_one_class_alone_does_not_have_are_noted_as_such()
        {
            using var scope = NewDisposeScope();
            using var model = new Wrapped("flat", after: logits =>
                where(logits.argmax(1, true).eq(0), logits.detach(), logits));
            using var data = EvaluationCase.Stripes(5, 60);
            var report = Robustness.Evaluate(model, data, [Make("PGD"), Make("margin")]);
            Assert.All(report.Attacks, attack => Assert.InRange(attack.Unmoved, 10, 29));
            Assert.Contains("That of the margin is zero too", Assert.Single(report.Notes), StringComparison.Ordinal);
        }

        [Theory, MemberData(nameof(WithGradients))]
        public static void That_are_there_are_not_noted(string name)
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(5, 60);
            var report = Robustness.Evaluate(model, data,
                [Make(name), new Square(Threat, 5), new RandomNoise(Threat, 2)]);
            Assert.Empty(report.Notes);
            Assert.All(report.Attacks, attack => Assert.Equal(0, attack.Unmoved));
        }

        [Fact] // of its attacks only one is stopped by the saturation
        public static void That_one_attack_of_several_has_are_enough()
        {
            using var scope = NewDisposeScope();
            using var model = Wrapped.Saturated();
            using var data = EvaluationCase.Stripes(5, 60);
            Assert.Empty(Robustness.Evaluate(model, data, [Make("AutoAttack")]).Notes);
        }

        private static RobustnessReport Read(RobustnessReport report)
        {
            using var folder = new Data.TemporaryFolder();
            report.Save(folder["report.json"]);
            return RobustnessReport.Load(folder["report.json"]);
        }
    }
}
