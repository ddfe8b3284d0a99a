using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Models;
using Adr.Tests.Attacks;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

/// <summary>What an evaluation does with data and models that are not as they should be: a clear error or a note, never
/// a wrong number.</summary>
public static class BadInputTests
{
    private static readonly string[] Names = ["top", "middle", "bottom"];

    public static class Data
    {
        [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(1.01f), InlineData(-0.01f),
            InlineData(255f)]
        public static void Pixels_out_of_the_box_make_no_data_set(float pixel)
        {
            using var scope = NewDisposeScope();
            var images = zeros(3, 1, 6, 6);
            images.view(-1).narrow(0, 50, 1).fill_(pixel);
            var error = Assert.Throws<ArgumentException>(() =>
                new Dataset("bad", images, zeros(3, dtype: ScalarType.Int64), Names));
            Assert.Equal("images", error.ParamName);
        }

        [Theory, InlineData(-1L), InlineData(3L)]
        public static void Labels_out_of_range_make_no_data_set(long label)
        {
            using var scope = NewDisposeScope();
            Assert.Equal("labels",
                Assert.Throws<ArgumentException>(() => new Dataset("bad", zeros(1, 1, 6, 6), tensor(new[] { label }),
                Names)).ParamName);
        }

        [Fact]
        public static void Without_points_is_no_data_set()
        {
            using var scope = NewDisposeScope();
            using var data = EvaluationCase.Stripes(1, 4);
            Assert.Equal("images",
                Assert.Throws<ArgumentException>(() =>
                new Dataset("none", zeros(0, 1, 6, 6), zeros(0, dtype: ScalarType.Int64), Names)).ParamName);
            Assert.Throws<ArgumentOutOfRangeException>(() => data.Take(0));
        }

        [Fact] // the tensors can be written to after the data set was checked
        public static void Images_spoilt_afterwards_are_refused_before_the_attack()
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(1, 4);
            data.Images.mul_(2);
            Assert.Equal("images",
                Assert.Throws<ArgumentException>(() =>
                Robustness.Evaluate(model, data, [new Fgsm(ThreatModel.Linf(0.1))], name: "tiny")).ParamName);
            data.Images.fill_(float.NaN);
            Assert.Throws<InvalidOperationException>(() =>
                Robustness.Evaluate(model, data, [new Fgsm(ThreatModel.Linf(0.1))], name: "tiny"));
        }
    }

    public static class Classes
    {
        [Fact]
        public static void One_alone_is_refused() =>
            Assert.Equal("classes",
                Assert.Throws<ArgumentException>(() => new BlackBox("one", images => images, 1, [1, 6, 6])).ParamName);

        [Fact]
        public static void Two_work_and_attacks_on_the_logit_ratio_say_what_they_did()
        {
            using var scope = NewDisposeScope();
            using var model = new TwoClasses();
            using var stripes = EvaluationCase.Stripes(5, 40);
            using var data = new Dataset("two", stripes.Images.clone(), stripes.Labels.clamp_max(1), ["top", "other"]);
            var threat = ThreatModel.Linf(0.1);
            var report = Robustness.Evaluate(model, data,
                [new Apgd(threat, AttackLoss.Dlr, 5), new Pgd(threat, 5, loss: AttackLoss.Dlr),
                new ApgdTargeted(threat, 5), new Apgd(threat, steps: 5),
                new Transfer(new Fgsm(threat, AttackLoss.Dlr), model, "itself")], name: "two");
            Assert.Contains("3 classes", report.Attacks[0].Note, StringComparison.Ordinal);
            Assert.Equal(report.Attacks[0].Note, report.Attacks[1].Note);
            Assert.Contains("4 classes", report.Attacks[2].Note, StringComparison.Ordinal);
            Assert.Null(report.Attacks[3].Note);
            Assert.Equal(report.Attacks[0].Note, report.Attacks[4].Note);
            // what they did is an attack all the same
            Assert.InRange(report.Natural.Value, 0.8, 1);
            Assert.All(report.Attacks,
                attack => Assert.True(attack.RobustAccuracy.Successes < report.Natural.Successes));
            var masking = Evaluating.With(model, data, null, "two",
                e => GradientMaskingReport.Evaluate(e, threat, new() { Loss = AttackLoss.Dlr, SquareQueries = 50 }));
            Assert.Contains("3 classes", masking.Note, StringComparison.Ordinal);
        }
    }

    public static class Model
    {
        private static readonly ThreatModel Threat = ThreatModel.Linf(0.06);

        public static TheoryData<string> Evaluations => [.. EveryEvaluation.Keys];

        // as text, without the times
        private static readonly Dictionary<string, Func<Evaluator, string>> EveryEvaluation = new()
        {
            ["robustness"] = e => Text(RobustnessReport.Evaluate(e, [new Fgsm(Threat), new Pgd(Threat, 3),
                new Square(Threat, 20), new FabTargeted(Threat, 3)]).ToJson()),
            ["Auto-Attack"] = e => Text(AutoAttackReport.Evaluate(e,
                new AutoAttack([new Apgd(Threat, steps: 5), new Square(Threat, 20)])).ToJson()),
            ["masking"] = e => Text(GradientMaskingReport.Evaluate(e, Threat, new() { SquareQueries = 20 }).ToJson()),
            ["distances"] = e => Text(MinimumNormReport.Evaluate(e, new DeepFool(ThreatModel.L2(1), 5)).ToJson()),
            ["curve"] = e => $"{string.Join(" ", RobustnessCurve.Evaluate(e, new Fgsm(Threat), [0.01, 0.1]).Points)}",
            ["confusion"] = e => $"{string.Join(" ", ConfusionMatrix.Evaluate(e, new Fgsm(Threat)).Counts
                .Cast<long>())}",
            ["confidence"] = e => JsonSerializer.Serialize(PredictionConfidence.Evaluate(e, new Fgsm(Threat))),
            ["latents"] = e => string.Join(" ", LatentExamples.Evaluate(e, new Fgsm(Threat)).DivergenceByExample),
            ["surface"] = e => string.Join(" ", LossSurface.Around(e.Model, "x", e.Data.Images.narrow(0, 0, 1), 1, 0.1,
                5).Losses.Cast<double>()),
        };

        private static string Text(JsonNode report) =>
            Regex.Replace(report.ToJsonString(), "\"seconds\":[^,}]+", "\"seconds\":0");

        [Theory, MemberData(nameof(Evaluations))]
        public static void One_that_works_in_place_is_evaluated_as_one_that_does_not(string name)
        {
            using var scope = NewDisposeScope();
            using var data = EvaluationCase.Stripes(5, 40);
            using var inPlace = new Wrapped("x", images => images.mul_(0.9f), logits => logits.mul_(0.5f));
            using var model = new Wrapped("x", images => images * 0.9f, logits => logits * 0.5f);
            var options = new EvaluationOptions { BatchSize = 16 };
            var expected = Evaluating.With(model, data, options, "x", EveryEvaluation[name]);
            Assert.Equal(expected, Evaluating.With(inPlace, data, options, "x", EveryEvaluation[name]));
            using var fresh = EvaluationCase.Stripes(5, 40);
            Close.Same(fresh.Images, data.Images, "the caller's images");
        }

        [Theory, MemberData(nameof(Evaluations))]
        public static void One_whose_logits_have_another_type_is_evaluated_or_refused_in_words(string name)
        {
            using var scope = NewDisposeScope();
            using var data = EvaluationCase.Stripes(5, 40);
            var options = new EvaluationOptions { BatchSize = 16 };
            foreach (var type in new[] { ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16 })
            {
                using var model = new Wrapped("x", after: logits => logits.to(type));
                using var rounded = new Wrapped("x", after: logits => logits.to(type).to(ScalarType.Float32));
                Assert.Equal(Evaluating.With(rounded, data, options, "x", EveryEvaluation[name]),
                    Evaluating.With(model, data, options, "x", EveryEvaluation[name]));
            }
            using var classes = new Wrapped("classes", after: logits => logits.argmax(1));
            using var signs = new Wrapped("signs", after: logits => logits.gt(0));
            foreach (var model in new[] { classes, signs })
                Assert.Contains("Logits must be floating-point numbers", Assert.Throws<ArgumentException>("data", () =>
                    Evaluating.With(model, data, options, "x", EveryEvaluation[name])).Message,
                    StringComparison.Ordinal);
        }

        [Theory]
        [InlineData(1, "must give logits [B,3]")]
        [InlineData(2, "has 2 classes, stripes has 3")]
        [InlineData(5, "has 5 classes, stripes has 3")]
        [InlineData(20, "has 20 classes, stripes has 3")]
        public static void One_of_more_or_fewer_outputs_than_classes_is_refused(int outputs, string message)
        {
            using var scope = NewDisposeScope();
            using var data = EvaluationCase.Stripes(5, 10);
            using var plain = nn.Sequential(nn.Flatten(), nn.Linear(36, outputs));
            using var declared = new Wrapped("declared", after: logits => logits.repeat(1, 7).narrow(1, 0, outputs));
            foreach (var model in new nn.Module<Tensor, Tensor>[] { plain, declared })
                Assert.Contains(message, Assert.Throws<ArgumentException>("data", () =>
                    Robustness.Evaluate(model, data, [new Fgsm(Threat)], name: "x")).Message, StringComparison.Ordinal);
            // a black box is not asked before its first answer counts
            using var box = new BlackBox("box", images => zeros(images.shape[0], outputs), 3, [1, 6, 6]);
            Assert.Contains($"must give logits [B,3], a row for each image and a column for each class. For 10 images "
                + $"that is [10,3], but it gave [10,{outputs}]", Assert.Throws<InvalidOperationException>(() =>
                Robustness.Evaluate(box, data, [new Square(Threat, 5)], name: "x")).Message, StringComparison.Ordinal);
        }

        [Fact]
        public static void A_network_in_double_precision_is_refused_before_the_work_with_both_types()
        {
            using var scope = NewDisposeScope();
            using var data = EvaluationCase.Stripes(5, 10);
            using var model = EvaluationCase.Model().to(ScalarType.Float64);
            Assert.Contains("Its weights are Float64 and the images Float32", Assert.Throws<ArgumentException>("data",
                () => Robustness.Evaluate(model, data, [])).Message, StringComparison.Ordinal);
        }

        [Fact]
        public static void Probabilities_are_noted_and_found()
        {
            using var scope = NewDisposeScope();
            using var model = Wrapped.Probabilities();
            using var data = EvaluationCase.Stripes(5, 40);
            var report = Robustness.Evaluate(model, data, [new Fgsm(ThreatModel.Linf(0.06))], name: "tiny");
            Assert.Contains("probabilities", Assert.Single(report.Notes), StringComparison.Ordinal);
            using var logits = EvaluationCase.Model();
            Assert.Empty(Robustness.Evaluate(logits, data, [], name: "tiny").Notes);
            Assert.Contains(Evaluating.With(model, data, null, "tiny",
                e => GradientMaskingReport.Evaluate(e, ThreatModel.Linf(0.06), new() { SquareQueries = 0 })).Warnings,
                w => w.Check == MaskingCheck.Logits);
        }

        [Fact]
        public static void One_that_ignores_its_input_is_noted_and_found()
        {
            using var scope = NewDisposeScope();
            using var model = Wrapped.Blind();
            using var data = EvaluationCase.Stripes(5, 40);
            var report = Robustness.Evaluate(model, data, [new Pgd(ThreatModel.Linf(0.3), 5)], name: "blind");
            Assert.Equal(report.Natural, report.WorstCase); // the number alone looks robust
            Assert.Contains("every example", Assert.Single(report.Notes), StringComparison.Ordinal);
            var masking = Evaluating.With(model, data, null, "blind",
                e => GradientMaskingReport.Evaluate(e, ThreatModel.Linf(0.3), new() { SquareQueries = 50 }));
            var zero = masking.Warnings.Single(w => w.Check == MaskingCheck.ZeroGradients);
            Assert.Equal(1, zero.Numbers[0].Share.Value);
            MaskingCheck[] others = [MaskingCheck.LossRises, MaskingCheck.LargerRadius, MaskingCheck.WholeBox];
            Assert.All(others, check => Assert.Contains(masking.Warnings, w => w.Check == check));
        }

        [Fact]
        public static void One_without_a_gradient_is_refused_where_one_is_needed()
        {
            using var scope = NewDisposeScope();
            using var model = Wrapped.Detached();
            using var data = EvaluationCase.Stripes(5, 10);
            var threat = ThreatModel.Linf(0.1);
            foreach (var attack in new Attack[] { new Fgsm(threat), new Pgd(threat, 3), new Apgd(threat, steps: 3),
                new ApgdTargeted(threat, 3), new MultiTargetedPgd(threat, 3) })
            {
                var error = Assert.Throws<InvalidOperationException>(() =>
                    Robustness.Evaluate(model, data, [attack], name: "detached"));
                Assert.Contains("Square", error.Message, StringComparison.Ordinal);
            }
            Assert.Throws<InvalidOperationException>(() =>
                Evaluating.With(model, data, null, "detached", e => GradientMaskingReport.Evaluate(e, threat)));
            Assert.True(Robustness.Evaluate(model, data, [new Square(threat, 100)],
                name: "detached").WorstCase.Value < 1);
        }

        [Fact]
        public static void One_with_answers_that_are_not_finite_is_named()
        {
            using var scope = NewDisposeScope();
            using var model = Wrapped.NotFinite();
            using var data = EvaluationCase.Stripes(5, 10);
            foreach (Action run in new Action[]
            {
                () => Robustness.Evaluate(model, data, [], name: "x"),
                () => Evaluating.With(model, data, null, "x",
                    e => MinimumNormReport.Evaluate(e, new LineSearch(ThreatModel.Linf(0.1)))),
                () => Evaluating.With(model, data, null, "x",
                    e => GradientMaskingReport.Evaluate(e, ThreatModel.Linf(0.1))),
                () => Evaluating.With(model, data, null, "x",
                    e => RobustnessCurve.Evaluate(e, new Fgsm(ThreatModel.Linf(0.1)), [0.1])),
                () => Evaluating.With(model, data, null, "x",
                    e => PredictionConfidence.Evaluate(e, new Square(Threat, 3))),
                () => LossSurface.Around(model, "x", data.Images.narrow(0, 0, 1), 1, 0.1, 3),
                () => Evaluating.With(new Latents(), data, null, "x",
                    e => LatentExamples.Evaluate(e, new Square(Threat, 3))),
            })
                Assert.Contains("not finite", Assert.Throws<InvalidOperationException>(run).Message,
                    StringComparison.Ordinal);
        }
    }

    /// <summary>The trained model, with a latent that is no number.</summary>
    private sealed class Latents() : Classifier("latents", 3, [1, 6, 6])
    {
        private readonly TinyClassifier _inner = EvaluationCase.Model();

        public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
        {
            var (latent, logits) = _inner.Represent(images);
            return ((latent - 10).log(), logits);
        }
    }

    /// <summary>The trained model with its last two classes as one.</summary>
    private sealed class TwoClasses : Classifier
    {
        private readonly TinyClassifier _inner = EvaluationCase.Model();

        internal TwoClasses() : base("two", 2, [1, 6, 6]) => register_module("inner", _inner);

        public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
        {
            var (latent, logits) = _inner.Represent(images);
            return (latent, stack([logits.select(1, 0), logits.narrow(1, 1, 2).logsumexp(1)], 1)); // [B,2]
        }
    }
}
