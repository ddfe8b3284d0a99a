using Adr.Attacks;
using Adr.Evaluation;
using Adr.Models;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

public static class GradientMaskingTests
{
    private static readonly ThreatModel Threat = ThreatModel.Linf(0.06);

    private static GradientMaskingReport Check(Classifier model, ThreatModel? threat = null,
        GradientMaskingOptions? options = null, EvaluationOptions? evaluation = null)
    {
        using var scope = NewDisposeScope();
        using (model)
        using (var data = EvaluationCase.Stripes(71, 120))
            return Evaluating.With(model, data, evaluation, "tiny",
                e => GradientMaskingReport.Evaluate(e, threat ?? Threat, options));
    }

    private static void Warns(GradientMaskingReport report, params MaskingCheck[] checks) =>
        Assert.True(checks.All(check => report.Warnings.Any(w => w.Check == check)),
            $"expected warnings of {string.Join(", ", checks)}; got\n{report}");

    public static class Findings
    {
        [Theory, InlineData(Norm.Linf, 0.06), InlineData(Norm.Linf, 0.02), InlineData(Norm.L2, 0.25),
            InlineData(Norm.L1, 1.2)]
        public static void A_plainly_trained_model_raises_none(Norm norm, double epsilon)
        {
            var report = Check(EvaluationCase.Model(), new ThreatModel(norm, epsilon, Bounds.Unit));
            Assert.True(report.Warnings.Count == 0, $"{report}");
            Assert.Equal(Enum.GetValues<MaskingCheck>(), report.Findings.Select(finding => finding.Check));
        }

        [Fact]
        public static void Rounded_inputs_have_no_gradient_and_fall_to_answers_alone() =>
            Warns(Check(Wrapped.Quantised()), MaskingCheck.ZeroGradients, MaskingCheck.LossRises,
                MaskingCheck.WholeBox, MaskingCheck.BlackBox);

        [Fact]
        public static void A_saturated_softmax_has_no_gradient_and_the_logit_ratio_sees_through_it()
        {
            Warns(Check(Wrapped.Saturated()), MaskingCheck.ZeroGradients, MaskingCheck.LossRises,
                MaskingCheck.WholeBox, MaskingCheck.BlackBox);
            var advised = Check(Wrapped.Saturated(), options: new() { Loss = AttackLoss.Dlr });
            Assert.True(advised.Warnings.Count == 0, $"{advised}");
        }

        [Fact] // a backward pass that is not that of the forward pass
        public static void A_reversed_gradient_leads_down()
        {
            // forward: the images; backward: minus their gradient
            var model = new Wrapped("reversed", before: images => 2 * images.detach() - images);
            Warns(Check(model), MaskingCheck.LossRises, MaskingCheck.WholeBox, MaskingCheck.BlackBox);
        }

        // waves over the input turn the gradient round at every other place: a long way for many small steps, a wrong
        // one for a large one
        [Fact]
        public static void Too_few_steps_have_not_converged()
        {
            var waves = new Wrapped("waves", before: images => images + 0.03 * (60 * images).sin());
            Warns(Check(waves, options: new() { Steps = [1, 40], SquareQueries = 0 }), MaskingCheck.Convergence);
        }

        [Fact]
        public static void Numbers_carry_their_budgets_and_warnings_say_what_to_do()
        {
            var report = Check(Wrapped.Quantised(),
                options: new() { Steps = [2, 4], WholeBoxSteps = 6, RadiusFactors = [1, 3], RadiusSteps = 3,
                SquareQueries = 30, SpsaSteps = 2, SpsaSamples = 4, NoiseTrials = 5 });
            var names = report.Findings.SelectMany(f => f.Numbers).Select(n => n.What).ToArray();
            foreach (var budget in new[] { "PGD-2", "PGD-4", "PGD-6", "ε = 0.18, PGD-3", "Square-30", "SPSA-2×4",
                "noise×5", "0.01 ε" })
                Assert.Contains(names, name => name.Contains(budget, StringComparison.Ordinal));
            Assert.All(report.Findings,
                f => Assert.True(f.Rule.Length > 10 && f.Meaning.Length > 10 && f.Advice.Length > 10
                && f.Limit.Length > 5));
            Assert.Contains(report.Warnings[0].Advice, $"{report}", StringComparison.Ordinal);
        }
    }

    public static class Report
    {
        [Fact]
        public static void Counts_what_it_spends_and_leaves_the_model_as_it_was()
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(71, 300);
            var report = Evaluating.With(model, data, null, "tiny",
                e => GradientMaskingReport.Evaluate(e, Threat,
                new() { Examples = 30, SquareQueries = 0, NoiseTrials = 0 }));
            Assert.True(model.training && model.parameters().All(p => p.requires_grad));
            Assert.Equal(30, report.Natural.Total);
            Assert.DoesNotContain(report.Findings, f => f.Check == MaskingCheck.BlackBox);
            Assert.InRange(report.Backwards, report.Natural.Successes, report.ModelEvaluations / 2);
        }

        [Fact]
        public static void Is_the_same_again_and_read_back()
        {
            using var folder = new TemporaryFolder();
            var options = new GradientMaskingOptions { Examples = 20, SquareQueries = 20 };
            var report = Check(EvaluationCase.Model(), options: options);
            var again = Check(EvaluationCase.Model(), options: options,
                evaluation: new() { BatchSize = 20 }) with { Seconds = report.Seconds };
            Assert.Equal(report.ToJson().ToJsonString(), again.ToJson().ToJsonString());
            report.Save(folder["masking.json"]);
            Assert.Equal(report.ToJson().ToJsonString(), GradientMaskingReport.Load(folder["masking.json"]).ToJson()
                .ToJsonString());
        }
    }

    public static class Arguments
    {
        [Fact]
        public static void That_do_not_fit_are_refused()
        {
            using var scope = NewDisposeScope();
            using var model = EvaluationCase.Model();
            using var data = EvaluationCase.Stripes(1, 4);
            Refused("threat",
                () => Evaluating.With(model, data, null, "tiny",
                e => GradientMaskingReport.Evaluate(e, ThreatModel.Linf(0))));
            Refused("name", () =>
                Evaluating.With(model, data, null, "", e => GradientMaskingReport.Evaluate(e, Threat)));
            Refused("data", () =>
                Evaluating.With(model, null!, null, "tiny", e => GradientMaskingReport.Evaluate(e, Threat)));
            Refused("Examples",
                () => Evaluating.With(model, data, null, "tiny",
                e => GradientMaskingReport.Evaluate(e, Threat, new() { Examples = 0 })));
            Refused("Steps",
                () => Evaluating.With(model, data, null, "tiny",
                e => GradientMaskingReport.Evaluate(e, Threat, new() { Steps = [5] })));
            Refused("Steps",
                () => Evaluating.With(model, data, null, "tiny",
                e => GradientMaskingReport.Evaluate(e, Threat, new() { Steps = [5, 2] })));
            Refused("RadiusFactors",
                () => Evaluating.With(model, data, null, "tiny",
                e => GradientMaskingReport.Evaluate(e, Threat, new() { RadiusFactors = [0, 1] })));
            Refused("Loss", () =>
                Evaluating.With(model, data, null, "tiny",
                e => GradientMaskingReport.Evaluate(e, Threat, new() { Loss = AttackLoss.KullbackLeibler })));
            Refused("SmallStep",
                () => Evaluating.With(model, data, null, "tiny",
                e => GradientMaskingReport.Evaluate(e, Threat, new() { SmallStep = 0 })));
            Refused("Tolerance",
                () => Evaluating.With(model, data, null, "tiny",
                e => GradientMaskingReport.Evaluate(e, Threat, new() { Tolerance = 1 })));
            Refused("WholeBoxLeft",
                () => Evaluating.With(model, data, null, "tiny",
                e => GradientMaskingReport.Evaluate(e, Threat, new() { WholeBoxLeft = -0.1 })));
            Refused("BatchSize",
                () => Evaluating.With(model, data, new() { BatchSize = 0 }, "tiny",
                e => GradientMaskingReport.Evaluate(e, Threat)));

            static void Refused(string parameter, Action check) =>
                Assert.Equal(parameter, Assert.ThrowsAny<ArgumentException>(check).ParamName);
        }

        [Fact]
        public static void A_model_that_gets_everything_wrong_cannot_be_checked()
        {
            using var scope = NewDisposeScope();
            using var model = new Wrapped("wrong", after: logits => -logits * 0 + tensor(new[] { 0f, 0, 1 }));
            using var data = new Adr.Data.Dataset("tops", rand(4, 1, 6, 6), zeros(4, dtype: ScalarType.Int64),
                ["top", "middle", "bottom"]);
            Assert.Contains("as it is",
                Assert.Throws<ArgumentException>(() =>
                Evaluating.With(model, data, null, "tiny", e => GradientMaskingReport.Evaluate(e, Threat))).Message,
                StringComparison.Ordinal);
        }
    }
}
