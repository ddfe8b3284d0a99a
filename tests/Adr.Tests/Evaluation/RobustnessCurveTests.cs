using Adr.Attacks;
using Adr.Evaluation;
using Adr.Testing;
using Adr.Tests.Attacks;
using Adr.Tests.Reference;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

[Properties(Arbitrary = [typeof(EvaluationCase)])]
public static class RobustnessCurveTests
{
    [Law(MaxTest = 15)]
    public static void Never_rises_begins_at_natural_accuracy_and_is_below_every_single_radius(EvaluationCase sample)
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        using var data = sample.Data();
        var attack = AttackTable.Row(sample.Attacks.FirstOrDefault() ?? "PGD").Make(sample.Threat);
        double[] radii = [sample.Epsilon, 0, 3 * sample.Epsilon, sample.Epsilon / 2];
        var curve = Evaluating.With(model, data, sample.Options, "tiny",
            e => RobustnessCurve.Evaluate(e, attack, radii));

        Assert.Equal(radii.Order(), curve.Points.Select(point => point.Epsilon));
        Assert.Equal(attack.Name, curve.Attack);
        var shares = curve.Points.Select(point => point.RobustAccuracy.Successes).ToArray();
        Assert.Equal(shares.OrderDescending(), shares);
        Assert.Equal(Robustness.Evaluate(model, data, [], name: "tiny").Natural, curve.Points[0].RobustAccuracy);
        foreach (var (epsilon, robust) in curve.Points.Skip(1))
        {
            var alone = Robustness.Evaluate(model, data, [attack.ScaledTo(epsilon)], sample.Options, name: "tiny");
            // a point on the border may fall to either side where batches differ
            Assert.True(robust.Successes <= alone.WorstCase.Successes + 1,
                $"ε = {epsilon}: {robust} on the curve, {alone.WorstCase} alone.");
        }
    }

    [Fact] // at ε = 1 every image can become any other
    public static void Falls_to_nothing_where_the_ball_holds_everything()
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        using var data = EvaluationCase.Stripes(7, 60);
        var curve = Evaluating.With(model, data, null, "tiny",
            e => RobustnessCurve.Evaluate(e, new Pgd(ThreatModel.Linf(0.1), 10), [0, 0.05, 0.3, 1]));
        Assert.InRange(curve.Points[0].RobustAccuracy.Value, 0.9, 1);
        Assert.Equal(0, curve.Points[^1].RobustAccuracy.Successes);
    }

    [Theory, InlineData(new double[0]), InlineData(new[] { 0.1, 0.1 }), InlineData(new[] { -0.1 }),
        InlineData(new[] { 0.1, double.NaN })]
    public static void Radii_that_make_no_curve_are_refused(double[] radii)
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        using var data = EvaluationCase.Stripes(7, 4);
        var error = Assert.ThrowsAny<ArgumentException>(() =>
            Evaluating.With(model, data, null, "tiny",
            e => RobustnessCurve.Evaluate(e, new Fgsm(ThreatModel.Linf(0.1)), radii)));
        Assert.Equal("epsilons", error.ParamName);
    }
}
