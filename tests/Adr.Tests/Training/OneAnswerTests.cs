using Adr.Attacks;
using Adr.Losses;
using Adr.Testing;
using Adr.Training;
using FsCheck.Fluent;
using static TorchSharp.torch;

namespace Adr.Tests.Training;

public sealed class OneAnswerTests
{
    private const int K = 10;
    private static readonly Pgd Attack = new(ThreatModel.Linf(0.1), 1);

    [Fact]
    public void Leaves_the_even_guess_where_confidence_and_smoothness_outweigh_the_cross_entropies() => Law.Holds(
        from isTrades in Gen.Elements(false, true)
        from crossEntropy in Gen.Elements(0.25, 0.5, 1.0, 2.0)
        from confidence in Gen.Choose(0, 12) from smoothness in Gen.Choose(0, 12)
        from detach in Gen.Elements(false, true)
        from seed in Gen.Choose(1, 1000)
        where confidence + smoothness > 0
        select (isTrades, crossEntropy, weights: new CompactnessWeights(LocalSmoothness: smoothness / 4.0, Confidence: confidence / 4.0, DetachClean: detach), seed),
        given =>
        {
            using var scope = NewDisposeScope();
            Defence defence = given.isTrades ? new Adr.Training.Trades(Attack, 6, given.weights) : new AdversarialTraining(Attack, given.weights) { CrossEntropyWeight = given.crossEntropy };
            var away = 1e-3 * PointSeeds.Sequence(given.seed, 1).Normal([1, K], CPU).to(ScalarType.Float64);
            away -= away.mean();
            using var network = new OneAnswer.Network(away);
            var batch = OneAnswer.OneOfEach(K);
            var slope = (autograd.grad([defence.Assess(network, batch, batch.Images).Total], [.. network.parameters()])[0] * away).sum().item<double>();

            var forLabels = given.isTrades ? 1 : 2 * given.crossEntropy;
            var forSureness = given.weights.Confidence + (given.weights.DetachClean ? 0 : given.weights.LocalSmoothness);
            return Math.Abs(forLabels - forSureness) < 1e-9 || Math.Sign(slope) == Math.Sign(forLabels - forSureness);
        });

    [Fact]
    public void Costs_what_the_formula_says() => Law.Holds(
        from classes in Gen.Choose(2, 12) from q in Gen.Choose(1, 99) from confidence in Gen.Choose(0, 8) select (classes, q: q / 100.0, confidence: confidence / 4.0),
        given =>
        {
            var rest = (1 - given.q) / (given.classes - 1);
            var crossEntropy = -(Math.Log(given.q) + (given.classes - 1) * Math.Log(rest)) / given.classes;
            var entropy = -(given.q * Math.Log(given.q) + (1 - given.q) * Math.Log(rest));
            var weights = new CompactnessWeights(LocalSmoothness: 0.5, Confidence: given.confidence);
            double Loss(Defence defence) => OneAnswer.Losses(defence, given.classes, [given.q])[0];
            return Near(2 * crossEntropy, Loss(new AdversarialTraining(Attack)))
                && Near(crossEntropy, Loss(new Adr.Training.Trades(Attack, 6)))
                && Near(crossEntropy + (0.5 + given.confidence) * entropy, Loss(new Adr.Training.Trades(Attack, 6, weights with { GlobalCompactness = 0 })));
        });

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(10, 0.0)]
    [InlineData(10, 1.0)]
    [InlineData(10, double.NaN)]
    public void Is_refused_for_what_is_no_probability_or_no_choice(int classes, double probability) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => OneAnswer.Losses(new StandardTraining(), classes, [probability]));

    private static bool Near(double expected, double actual) => Math.Abs(expected - actual) <= 1e-9 * Math.Max(1, Math.Abs(expected));
}
