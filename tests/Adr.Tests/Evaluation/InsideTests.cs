using Adr.Attacks;
using Adr.Evaluation;
using Adr.Models;
using Adr.Testing;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

/// <summary>Divergence by depth, certainty and loss surfaces, each against a plain computation on the same
/// network.</summary>
public static class InsideTests
{
    private static readonly Pgd Attack = new(ThreatModel.Linf(0.2), 3, 0.1);

    private static Adr.Data.Dataset Points(long seed, int count) =>
        new("toy", SplitMix.Tensor(seed, 0, 1, count, 1, 1, 2), SplitMix.Labels(seed + 1, count, 2), ["a", "b"]);

    /// <summary>The seed of a network and of points, and how many there are.</summary>
    public sealed record Toy(int Seed, int Count)
    {
        public static Arbitrary<Toy> Any { get; } = Arb.From(
            from seed in Gen.Choose(0, 1000)
            from count in Gen.Choose(3, 12)
            select new Toy(seed, count));
    }

    [Law(MaxTest = 10, Arbitrary = [typeof(Toy)])]
    public static void Divergence_is_the_distance_between_the_two_sides_at_each_layer(Toy toy)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using var model = new ToyMlp(toy.Seed);
        using var data = Points(toy.Seed, toy.Count);
        var depth = Evaluating.With(model, data, new EvaluationOptions { BatchSize = 5, Seed = 9 }, "toy",
            e => DepthDivergence.Evaluate(e, Attack));
        model.eval();
        var attacked = Attack.Run(model, data.Images, data.Labels, ExampleSeeds.Sequence(9, data.Count));
        var (clean, adversarial) = (model.Activations(data.Images), model.Activations(attacked));
        Assert.Equal(["input", .. model.Layers], depth.Layers.Select(layer => layer.Layer));
        Compare(depth.Layers[0], data.Images.flatten(1), attacked.flatten(1));
        for (var i = 0; i < clean.Count; i++) Compare(depth.Layers[i + 1], clean[i].Latent, adversarial[i].Latent);

        void Compare(LayerDivergence layer, Tensor z, Tensor moved)
        {
            var (rows, movedRows, labels) = (Rows(z), Rows(moved), Close.Longs(data.Labels));
            Close.Number(rows.Zip(movedRows, Distance).Average(), layer.Divergence, 1e-4, layer.Layer);
            var pairs = (from i in Enumerable.Range(0, rows.Length) from j in Enumerable.Range(0,
                rows.Length) where i != j select (Same: labels[i] == labels[j], Value: Distance(rows[i], rows[j])))
                .ToList();
            Mean(pairs.Where(p => p.Same), layer.WithinClass, "within");
            Mean(pairs.Where(p => !p.Same), layer.BetweenClasses, "between");
        }

        static void Mean(IEnumerable<(bool Same, double Value)> pairs, double actual, string what)
        {
            if (!pairs.Any()) Assert.True(double.IsNaN(actual));
            else Close.Number(pairs.Average(p => p.Value), actual, 1e-4, what);
        }
    }

    [Fact]
    public static void Certainty_is_that_of_the_softmax()
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using var model = new ToyMlp(4);
        using var data = Points(5, 9);
        var certainty = Evaluating.With(model, data, new EvaluationOptions { BatchSize = 4 }, "toy",
            e => PredictionConfidence.Evaluate(e, Attack));
        model.eval();
        var p = Rows(model.call(data.Images).to(ScalarType.Float64).softmax(1));
        for (var i = 0; i < p.Length; i++)
        {
            Close.Number(p[i].Max(), certainty.CleanConfidence[i], 1e-6, "confidence");
            Close.Number(-p[i].Sum(q => q * Math.Log(q)), certainty.CleanEntropy[i], 1e-6, "entropy");
        }
        Assert.Equal((9, 9), (certainty.AdversarialConfidence.Length, certainty.AdversarialEntropy.Length));
        Assert.All(certainty.AdversarialConfidence, value => Assert.InRange(value, 0.5, 1));
        Assert.All(certainty.AdversarialEntropy, value => Assert.InRange(value, 0, Math.Log(2) + 1e-9));
    }

    [Fact]
    public static void A_surface_has_the_image_in_its_middle_and_rises_along_the_gradient()
    {
        using var scope = NewDisposeScope();
        using var model = new ToyMlp(7);
        var image = tensor(new[] { 0.4f, 0.7f }, 1, 1, 2);
        model.train();
        var surface = LossSurface.Around(model, "toy", image, 1, reach: 0.01, count: 5, seed: 3);
        Assert.True(model.training); // as before
        model.eval();
        using var noGraph = no_grad();
        var expected = nn.functional.cross_entropy(model.call(image.unsqueeze(0)), tensor(new[] { 1L })).item<float>();
        Assert.Equal(expected, surface.Losses[2, 2], 1e-6);
        Assert.Equal([-0.01, -0.005, 0, 0.005, 0.01], surface.Offsets.Select(offset => Math.Round(offset, 9)));
        Assert.True(surface.Losses[2, 4] > surface.Losses[2, 2] && surface.Losses[2, 0] < surface.Losses[2, 2]);
        Assert.Equal(model.call(image.unsqueeze(0)).argmax(1).item<long>() == 1, surface.Right[2, 2]);
    }

    [Fact]
    public static void A_surface_refuses_what_it_cannot_show()
    {
        using var scope = NewDisposeScope();
        using var model = new ToyMlp(7);
        var image = zeros(1, 1, 2);
        Assert.Throws<ArgumentOutOfRangeException>("reach", () => LossSurface.Around(model, "toy", image, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("count",
            () => LossSurface.Around(model, "toy", image, 1, 1, count: 4));
        Assert.Throws<ArgumentOutOfRangeException>("label", () => LossSurface.Around(model, "toy", image, 2, 1));
        Assert.Throws<ArgumentException>("image", () => LossSurface.Around(model, "toy", zeros(1, 1, 3), 1, 1));
    }

    [Fact] // with linear features and a linear head: ∂CE/∂z = (p − e_y) W, and ∂CE/∂x = ∂CE/∂z F
    public static void Gradients_are_those_of_the_formula_for_a_linear_network()
    {
        using var scope = NewDisposeScope();
        var features = nn.Linear(2, 3);
        var head = nn.Linear(3, 2);
        using var model = Classifier.From(nn.Sequential(nn.Flatten(), features), head);
        using var data = Points(6, 7);
        model.train();
        var gradients = Evaluating.With(model, data, new EvaluationOptions { BatchSize = 3 }, "linear",
            LossGradients.Evaluate);
        Assert.True(model.training); // as before
        using var noGraph = no_grad();
        var p = model.call(data.Images).softmax(1);
        var ofLatents = (p - nn.functional.one_hot(data.Labels, 2)).matmul(head.weight); // [N,3]
        var ofImages = ofLatents.matmul(features.weight);                                // [N,2]
        Close.Tensor(ofLatents, tensor(gradients.Latents.SelectMany(row => row).ToArray(), 7, 3), 1e-6, "latents");
        Close.Tensor(ofImages, tensor(gradients.Images.SelectMany(row => row).ToArray(), 7, 2), 1e-6, "images");
    }

    [Theory] // of the last hidden layer it is (p − e_y) W
    [InlineData("mnist-cnn", "conv2")]
    [InlineData("mnist-cnn", "conv4")]
    [InlineData("mnist-cnn", "fc1")]
    [InlineData("mnist-cnn", "fc2")]
    [InlineData("resnet-18", "")]
    [InlineData("preact-resnet-18", "")]
    [InlineData("wide-resnet-28-10", "")]
    public static void Gradients_of_a_chain_pass_through_its_latent(string network, string layer)
    {
        using var scope = NewDisposeScope();
        using var model = (StagedClassifier)Networks.Create(network, seed: 7);
        if (layer != "") model.LatentLayer = layer;
        using var data = new Adr.Data.Dataset("noise", SplitMix.Tensor(7, 0, 1, [2, .. model.InputShape]),
            SplitMix.Labels(8, 2, 10), [.. Enumerable.Range(0, 10).Select(k => $"{k}")]);
        var gradients = Evaluating.With(model, data, null, network, LossGradients.Evaluate);
        model.eval();
        using var noGraph = no_grad();
        var width = model.Activations(data.Images)[model.Layers.ToList().IndexOf(model.LatentLayer)].Latent.shape[1];
        Assert.All(gradients.Latents, row => Assert.Equal(width, row.Length));
        Assert.All(gradients.Latents, row => Assert.Contains(row, value => value != 0));
        Assert.All(gradients.Images, row => Assert.Contains(row, value => value != 0));
        if (layer != "fc2") return;
        var error = model.call(data.Images).softmax(1) - nn.functional.one_hot(data.Labels, 10);
        var expected = error.matmul(model.get_parameter("classifier.fc3.weight"));
        Close.Tensor(expected, tensor(gradients.Latents.SelectMany(row => row).ToArray(), 2, width), 1e-6, "latents");
    }

    [Fact]
    public static void Gradients_pass_through_a_latent_of_maps()
    {
        using var scope = NewDisposeScope();
        var head = nn.Linear(12, 2);
        using var model = Classifier.From(
            nn.Conv2d(1, 3, (1, 1)), nn.Sequential(nn.ReLU(inplace: true), nn.Flatten(), head));
        using var data = new Adr.Data.Dataset("noise", SplitMix.Tensor(7, 0, 1, 3, 1, 2, 2), SplitMix.Labels(8, 3, 2),
            ["a", "b"]);
        var gradients = Evaluating.With(model, data, null, "maps", LossGradients.Evaluate);
        using var noGraph = no_grad();
        var (latent, logits) = model.Represent(data.Images);
        var expected = (logits.softmax(1) - nn.functional.one_hot(data.Labels, 2)).matmul(head.weight) * latent.gt(0);
        Close.Tensor(expected, tensor(gradients.Latents.SelectMany(row => row).ToArray(), 3, 12), 1e-6, "latents");
    }

    [Fact]
    public static void Gradients_need_a_model_that_gives_its_latent()
    {
        using var model = nn.Sequential(nn.Flatten(), nn.Linear(2, 2));
        using var data = Points(6, 2);
        Assert.Contains("gives no latent",
            Assert.Throws<ArgumentException>(() => Evaluating.With(model, data, null, "x", LossGradients.Evaluate))
            .Message, StringComparison.Ordinal);
    }

    [Fact]
    public static void Gradients_need_a_latent_on_the_way_to_the_logits()
    {
        using var data = Training.TinyRun.Data(4);
        using var model = new Aside();
        Assert.Contains("The latent of x is detached", Assert.Throws<InvalidOperationException>(
            () => Evaluating.With(model, data, null, "x", LossGradients.Evaluate)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public static void Gradients_need_a_model_that_has_some()
    {
        using var scope = NewDisposeScope();
        using var inner = new ToyMlp(7);
        using var model = new BlackBox("outside", images => inner.call(images), 2, [1, 1, 2]);
        using var data = Points(6, 2);
        Assert.Contains("leaves autograd", Assert.Throws<InvalidOperationException>(
            () => Evaluating.With(model, data, null, "x", LossGradients.Evaluate)).Message, StringComparison.Ordinal);
    }

    private static double[][] Rows(Tensor matrix) => [.. Close.Doubles(matrix).Chunk((int)matrix.shape[1])];

    private static double Distance(double[] a, double[] b) =>
        a.Zip(b).Average(pair => Math.Abs(pair.First - pair.Second));

    private sealed class Aside : nn.Module<Tensor, Tensor>, ILatentModel
    {
        private readonly Linear _head = nn.Linear(16, 3);

        internal Aside() : base(nameof(Aside)) => RegisterComponents();

        public override Tensor forward(Tensor images) => _head.call(images.flatten(1));

        public (Tensor Latent, Tensor Logits) Represent(Tensor images) => (images.flatten(1).detach(), forward(images));
    }
}
