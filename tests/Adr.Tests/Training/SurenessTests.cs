using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using Adr.Testing;
using Adr.Training;
using FsCheck.Fluent;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Tests.Training;

/// <summary>Whether a network that has learnt nothing, and answers every image alike, is drawn back to the even guess or on to one class.</summary>
/// <remarks>
/// Let all images have the probabilities p, of K classes, each as frequent. The cross-entropies are then −w/K Σ log p_k, w = 2 for ADV and 1 for TRADES;
/// confidence and local smoothness are both the entropy of p. At the even guess the first bends up by w K, the others down by λ K each: the guess holds only where w ≥ λ_conf + λ_vat.
/// </remarks>
public sealed class SurenessTests
{
    private const int K = 10;

    private sealed class SameAnswer : Classifier
    {
        private readonly Parameter _logits;

        internal SameAnswer(Tensor logits) : base("same answer", K, [1, 1, 1])
        {
            _logits = nn.Parameter(logits.clone());
            register_parameter("logits", _logits);
        }

        public override (Tensor Latent, Tensor Logits) Represent(Tensor images) => (zeros(images.shape[0], 2, dtype: ScalarType.Float64), _logits.expand(images.shape[0], K));
    }

    [Fact]
    public void Grows_where_confidence_and_smoothness_outweigh_the_cross_entropies() => Law.Holds(
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
            var pgd = new Pgd(ThreatModel.Linf(0.1), 1);
            Defence defence = given.isTrades ? new Adr.Training.Trades(pgd, 6, given.weights) : new AdversarialTraining(pgd, given.weights) { CrossEntropyWeight = given.crossEntropy };
            var away = 1e-3 * PointSeeds.Sequence(given.seed, 1).Normal([1, K], CPU).to(ScalarType.Float64);
            away -= away.mean();
            using var model = new SameAnswer(away);
            using var oneOfEach = new Dataset("one of each", zeros(K, 1, 1, 1), arange(K, dtype: ScalarType.Int64), [.. Enumerable.Range(0, K).Select(k => $"{k}")]);
            var batch = oneOfEach.Batches(K).Single();
            var slope = (autograd.grad([defence.Assess(model, batch, batch.Images).Total], [.. model.parameters()])[0] * away).sum().item<double>();

            var forLabels = given.isTrades ? 1 : 2 * given.crossEntropy;
            var forSureness = given.weights.Confidence + (given.weights.DetachClean ? 0 : given.weights.LocalSmoothness); // a detached p teaches p' = p and no more
            return Math.Abs(forLabels - forSureness) < 1e-9 || Math.Sign(slope) == Math.Sign(forLabels - forSureness);
        });
}
