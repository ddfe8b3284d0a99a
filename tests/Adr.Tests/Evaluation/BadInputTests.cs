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
            })
                Assert.Contains("not finite", Assert.Throws<InvalidOperationException>(run).Message,
                    StringComparison.Ordinal);
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
