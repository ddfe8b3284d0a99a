using Adr.Attacks;
using Adr.Losses;
using Adr.Native;
using Adr.Testing;
using Adr.Training;
using FsCheck;
using FsCheck.Fluent;
using static TorchSharp.torch;

namespace Adr.Tests.Training;

public sealed class ConstantPredictorTests
{
    private const int K = 10;
    private static readonly Pgd Attack = new(ThreatModel.Linf(0.1), 1);

    /// <summary>
    /// A defence with confidence or smoothness, and the way in which a network leaves the even guess.
    /// </summary>
    public sealed record Weighted(
        bool IsTrades,
        double CrossEntropy,
        double Confidence,
        double Smoothness,
        SmoothnessForm Form,
        bool Detach,
        int Seed)
    {
        public static Arbitrary<Weighted> Any { get; } = Arb.From(
            from isTrades in Gen.Elements(false, true)
            from crossEntropy in Gen.Elements(0.25, 0.5, 1.0, 2.0)
            from confidence in Gen.Choose(0, 12)
            from smoothness in Gen.Choose(0, 12)
            from form in Gen.Elements(SmoothnessForm.CrossEntropy, SmoothnessForm.KullbackLeibler)
            from detach in Gen.Elements(false, true)
            from seed in Gen.Choose(1, 1000)
            where confidence + smoothness > 0
            select new Weighted(isTrades, crossEntropy, confidence / 4.0, smoothness / 4.0, form, detach, seed));
    }

    [Law(Arbitrary = [typeof(Weighted)])]
    public bool Leaves_the_even_guess_where_confidence_and_smoothness_outweigh_the_cross_entropies(Weighted given)
    {
        using var scope = NewDisposeScope();
        var weights = new CompactnessWeights(
            LocalSmoothness: given.Smoothness, Confidence: given.Confidence, Smoothness: given.Form,
            DetachLogits: given.Detach);
        Defence defence = given.IsTrades
            ? new Adr.Training.Trades(Attack, 6, weights)
            : new AdversarialTraining(Attack, weights) { CrossEntropyWeight = given.CrossEntropy };
        var away = 1e-3 * ExampleSeeds.Sequence(given.Seed, 1).Normal([1, K], CPU).to(ScalarType.Float64);
        away -= away.mean();
        using var network = new ConstantPredictor.Network(away);
        var batch = ConstantPredictor.OneOfEach(K);
        var loss = defence.ComputeLoss(network, batch, batch.Images).Total;
        var slope = (Gradients.Of(loss, network.parameters().First()) * away).sum().item<double>();

        var forLabels = given.IsTrades ? 1 : 2 * given.CrossEntropy;
        var forSureness = given.Confidence
            + (given.Detach || given.Form == SmoothnessForm.KullbackLeibler ? 0 : given.Smoothness);
        return Math.Abs(forLabels - forSureness) < 1e-9 || Math.Sign(slope) == Math.Sign(forLabels - forSureness);
    }

    /// <summary>An answer of probability q for one class, and the weights.</summary>
    public sealed record Answer(int Classes, double Q, double Confidence, SmoothnessForm Form, bool Detach)
    {
        public static Arbitrary<Answer> Any { get; } = Arb.From(
            from classes in Gen.Choose(2, 12)
            from q in Gen.Choose(1, 99)
            from confidence in Gen.Choose(0, 8)
            from form in Gen.Elements(SmoothnessForm.CrossEntropy, SmoothnessForm.KullbackLeibler)
            from detach in Gen.Elements(false, true)
            select new Answer(classes, q / 100.0, confidence / 4.0, form, detach));
    }

    [Law(Arbitrary = [typeof(Answer)])]
    public bool Costs_what_the_formula_says(Answer given)
    {
        var rest = (1 - given.Q) / (given.Classes - 1);
        var crossEntropy = -(Math.Log(given.Q) + (given.Classes - 1) * Math.Log(rest)) / given.Classes;
        var entropy = -(given.Q * Math.Log(given.Q) + (1 - given.Q) * Math.Log(rest));
        var weights = new CompactnessWeights(LocalSmoothness: 0.5, Confidence: given.Confidence,
            Smoothness: given.Form, DetachLogits: given.Detach);
        var smoothness = given.Detach || given.Form == SmoothnessForm.KullbackLeibler ? 0 : 0.5;
        double Loss(Defence defence) => ConstantPredictor.Losses(defence, given.Classes, [given.Q])[0];
        var adr = Loss(new Adr.Training.Trades(Attack, 6, weights with { GlobalCompactness = 0 }));
        return Near(2 * crossEntropy, Loss(new AdversarialTraining(Attack)))
            && Near(crossEntropy, Loss(new Adr.Training.Trades(Attack, 6)))
            && Near(crossEntropy + (smoothness + given.Confidence) * entropy, adr);
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(10, 0.0)]
    [InlineData(10, 1.0)]
    [InlineData(10, double.NaN)]
    public void Is_refused_for_what_is_no_probability_or_no_choice(int classes, double probability) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => ConstantPredictor.Losses(new StandardTraining(), classes, [probability]));

    private static bool Near(double expected, double actual) =>
        Math.Abs(expected - actual) <= 1e-9 * Math.Max(1, Math.Abs(expected));
}
