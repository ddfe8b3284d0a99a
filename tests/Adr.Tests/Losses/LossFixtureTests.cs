using Adr.Losses;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Losses;

/// <summary>
/// Every term's value and gradients against plain loops in PyTorch (tests/reference/adr_reference.py), which ran in
/// double precision.
/// </summary>
public sealed class LossFixtureTests : IDisposable
{
    // Double: both sides sum the same few hundred products in another order. Float: 24 bits, sums of up to 250 terms,
    // exponents of logits.
    private const double DoubleTolerance = 1e-11, FloatTolerance = 3e-6;

    // The gradients of the case of 1,000 classes are stored in single precision, to keep the file small.
    private const double StoredAsFloat = 1e-7;

    private readonly Fixture _fixture = Fixture.Load("losses");
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            string[] batches =
                ["small", "paper", "one_class", "single_point", "two_classes", "many_classes", "saturated"];
            string[] terms =
                ["lc", "ls", "ls_kl", "gc", "gs", "gs_kl", "gc_s90", "gs_s90", "conf", "ce", "kl", "bce", "mart"];
            foreach (var batch in batches)
                foreach (var term in terms)
                    data.Add(batch, term);
            return data;
        }
    }

    public void Dispose()
    {
        _scope.Dispose();
        _fixture.Dispose();
    }

    [Theory, MemberData(nameof(Cases))]
    public void Value_and_gradients_in_double_precision(string batch, string term) =>
        Compare(batch, term, ScalarType.Float64, DoubleTolerance);

    [Theory, MemberData(nameof(Cases))]
    public void Value_and_gradients_in_single_precision(string batch, string term) =>
        Compare(batch, term, ScalarType.Float32, FloatTolerance);

    [Theory]
    [InlineData("small"), InlineData("paper"), InlineData("one_class")]
    [InlineData("single_point"), InlineData("two_classes"), InlineData("saturated")]
    public void The_weighted_terms_with_and_without_the_clean_side_detached(string batch)
    {
        var lambdas = new Dictionary<string, double>
        {
            ["lc"] = 0.5, ["ls"] = 2, ["gc"] = 3, ["gs"] = 0.25, ["conf"] = 1.5,
        };
        foreach (var detach in new[] { false, true })
        {
            var inputs = Inputs(batch, ScalarType.Float64);
            var weights = new CompactnessWeights(0.5, 2, 3, 0.25, 1.5, 0.99, SmoothnessForm.CrossEntropy,
                DetachLatent: detach, DetachLogits: detach);
            var terms = AdrLoss.Terms(
                weights, inputs["z"], inputs["logits"], inputs["z_adv"], inputs["logits_adv"],
                _fixture[$"{batch}/labels"]);
            Assert.Equal(["LocalCompactness", "LocalSmoothness", "GlobalCompactness", "GlobalSmoothness", "Confidence"],
                terms.Select(t => t.Name));
            foreach (var ((_, value), (key, lambda)) in terms.Zip(lambdas))
                Close.Number(lambda * _fixture.Number($"{batch}/{key}"), value.item<double>(), DoubleTolerance,
                    $"{batch}/{key}");

            terms.Select(t => t.Value).Aggregate((a, b) => a + b).backward();
            foreach (var (name, input) in inputs)
            {
                var isClean = !name.EndsWith("_adv", StringComparison.Ordinal);
                if (detach && isClean)
                {
                    Assert.True(input.grad is null, $"{name} has a gradient, though the clean side is detached.");
                    continue;
                }
                var expected = lambdas.Where(l => _fixture.Names.Contains($"{batch}/{l.Key}/grad_{name}"))
                    .Select(l => l.Value * _fixture[$"{batch}/{l.Key}/grad_{name}"]).Aggregate((a, b) => a + b);
                Close.Tensor(expected, input.grad!, DoubleTolerance, $"gradient in {name}, detach {detach}");
            }
        }
    }

    private void Compare(string batch, string term, ScalarType type, double tolerance)
    {
        var inputs = Inputs(batch, type);
        var labels = _fixture[$"{batch}/labels"];
        var (z, zAdv, logits, logitsAdv) = (inputs["z"], inputs["z_adv"], inputs["logits"], inputs["logits_adv"]);
        var value = term switch
        {
            "lc" => AdrLoss.LocalCompactness(z, zAdv),
            "ls" => AdrLoss.LocalSmoothness(logits, logitsAdv, SmoothnessForm.CrossEntropy),
            "gc" => AdrLoss.GlobalCompactness(z, zAdv, labels),
            "ls_kl" => AdrLoss.LocalSmoothness(logits, logitsAdv, SmoothnessForm.KullbackLeibler),
            "gs_kl" => AdrLoss.GlobalSmoothness(logits, logitsAdv, labels, 0.99, SmoothnessForm.KullbackLeibler),
            "gs" => AdrLoss.GlobalSmoothness(logits, logitsAdv, labels, 0.99, SmoothnessForm.CrossEntropy),
            "gc_s90" => AdrLoss.GlobalCompactness(z, zAdv, labels, 0.9),
            "gs_s90" => AdrLoss.GlobalSmoothness(logits, logitsAdv, labels, 0.9, SmoothnessForm.CrossEntropy),
            "conf" => AdrLoss.Confidence(logitsAdv),
            "ce" => Loss.CrossEntropy(logitsAdv, labels),
            "kl" => Loss.TradesDivergence(logits, logitsAdv),
            "bce" => Loss.BoostedCrossEntropy(logitsAdv, labels),
            "mart" => Loss.MartDivergence(logits, logitsAdv, labels),
            _ => throw new ArgumentOutOfRangeException(nameof(term), term, null),
        };
        Assert.Empty(value.shape);
        Close.Number(_fixture.Number($"{batch}/{term}"), value.to(ScalarType.Float64).item<double>(), tolerance,
            $"{batch}/{term}", floor: Scale(batch));

        value.backward();
        foreach (var (name, input) in inputs)
        {
            var key = $"{batch}/{term}/grad_{name}";
            if (!_fixture.Names.Contains(key))
            {
                Assert.True(input.grad is null, $"{batch}/{term} should not depend on {name}.");
                continue;
            }
            var stored = _fixture[key].dtype == ScalarType.Float32 ? StoredAsFloat : 0;
            Close.Tensor(_fixture[key], input.grad!, tolerance + stored, key, floor: Scale(batch) * 1e-2);
        }
    }

    // Errors of the saturated case are relative to its logits (±120), not to the loss that is left when they cancel.
    private static double Scale(string batch) => batch == "saturated" ? 120 : 1;

    private Dictionary<string, Tensor> Inputs(string batch, ScalarType type) =>
        new[] { "z", "z_adv", "logits", "logits_adv" }
        .ToDictionary(name => name, name => _fixture[$"{batch}/{name}"].to(type).detach().clone().requires_grad_(true));
}
