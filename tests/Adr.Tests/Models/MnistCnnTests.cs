using Adr.Losses;
using Adr.Models;
using Adr.Native;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

public static class MnistCnnTests
{
    private static readonly string[] Names =
    [
        "feature_extractor.conv1.weight", "feature_extractor.conv1.bias",
        "feature_extractor.conv2.weight", "feature_extractor.conv2.bias",
        "feature_extractor.conv3.weight", "feature_extractor.conv3.bias",
        "feature_extractor.conv4.weight", "feature_extractor.conv4.bias",
        "classifier.fc1.weight", "classifier.fc1.bias",
        "classifier.fc2.weight", "classifier.fc2.bias",
        "classifier.fc3.weight", "classifier.fc3.bias",
    ];

    // single precision through six layers, sums of up to 1,024 products: about 1e-6 of the largest entry, on any
    // engine below 1e-5
    [Fact]
    public static void Latent_logits_and_input_gradient_are_PyTorchs()
    {
        using var scope = NewDisposeScope();
        using var fixture = Fixture.Load("mnist_cnn");
        using var model = SplitMix.Fill(new MnistCnn(seed: 0), 1);
        model.eval();
        var images = fixture["images"].clone().requires_grad_(true);
        var (latent, logits) = model.Represent(images);
        Close.Tensor(fixture["latent"], latent, 1e-5, "latent");
        Close.Tensor(fixture["logits"], logits, 1e-5, "logits");
        var loss = Loss.CrossEntropy(logits, fixture["labels"]);
        Close.Number(fixture.Number("loss"), loss.item<float>(), 1e-5, "loss");
        Close.Tensor(fixture["input_gradient"], Gradients.Of(loss, images), 1e-5, "input gradient", floor: 0);
    }

    [Fact]
    public static void Parameters_are_named_as_in_the_authors_PyTorch_model()
    {
        using var model = new MnistCnn(seed: 0);
        Assert.Equal(Names, model.named_parameters().Select(p => p.name));
        Assert.Equal(Names, model.state_dict().Keys);
    }

    [Fact]
    public static void Forward_gives_the_logits_of_Represent()
    {
        using var scope = NewDisposeScope();
        using var model = new MnistCnn(seed: 3);
        model.eval();
        var images = SplitMix.Tensor(1, 0, 1, 2, 1, 28, 28);
        var (latent, logits) = model.Represent(images);
        Assert.Equal([2L, 1024L], latent.shape);
        Assert.Equal([2L, 10L], logits.shape);
        Close.Same(logits, model.call(images), "forward");
    }

    [Fact]
    public static void Dropout_acts_in_training_mode_alone()
    {
        using var scope = NewDisposeScope();
        using var model = new MnistCnn(seed: 3, dropout: 0.5);
        using var without = new MnistCnn(seed: 3, dropout: 0);
        var images = SplitMix.Tensor(1, 0, 1, 2, 1, 28, 28);
        var (evaluated, other) = (Evaluate(model), Evaluate(without));
        Close.Same(evaluated, other, "evaluation mode");
        model.train();
        without.train();
        Assert.NotEqual(Close.Doubles(evaluated), Close.Doubles(model.call(images)));
        Close.Same(evaluated, without.call(images), "training mode with dropout 0");

        Tensor Evaluate(MnistCnn network)
        {
            network.eval();
            return network.call(images);
        }
    }

    public static class Initialisation
    {
        [Fact]
        public static void Is_a_function_of_the_seed()
        {
            using var scope = NewDisposeScope();
            using var one = new MnistCnn(seed: 5);
            manual_seed(123); // the engine's generator must not matter
            using var again = new MnistCnn(seed: 5);
            using var other = new MnistCnn(seed: 6);
            foreach (var (name, parameter) in one.named_parameters())
            {
                Close.Same(parameter, again.get_parameter(name)!, name);
                if (!(name.Contains("conv", StringComparison.Ordinal)
                    && name.EndsWith("bias", StringComparison.Ordinal)))
                    Assert.NotEqual(Close.Doubles(parameter), Close.Doubles(other.get_parameter(name)!));
            }
        }

        [Fact] // bounds: five standard errors of the sample deviation of n normal numbers, 1/√(2n)
        public static void Is_He_normal_for_convolutions_with_zero_bias()
        {
            using var scope = NewDisposeScope();
            using var model = new MnistCnn(seed: 1);
            foreach (var (layer, fanIn) in new[] { ("conv1", 9), ("conv2", 288), ("conv3", 288), ("conv4", 576) })
            {
                var values = Close.Doubles(model.get_parameter($"feature_extractor.{layer}.weight")!);
                var deviation = Math.Sqrt(values.Average(v => v * v));
                Close.Number(Math.Sqrt(2.0 / fanIn), deviation, 5 / Math.Sqrt(2.0 * values.Length), layer, floor: 0);
                Assert.True(Math.Abs(values.Average()) < 5 * deviation / Math.Sqrt(values.Length),
                    $"{layer}: the mean is {values.Average()}.");
                Assert.All(Close.Doubles(model.get_parameter($"feature_extractor.{layer}.bias")!),
                    bias => Assert.Equal(0.0, bias));
            }
        }

        [Fact] // a last layer of zeros, as the authors' code has it, makes adversarial training stall
        public static void Leaves_the_last_layer_different_from_zero()
        {
            using var model = new MnistCnn(seed: 1);
            Assert.True(Close.Doubles(model.get_parameter("classifier.fc3.weight")!).Average(Math.Abs) > 0.01);
        }
    }

    [Theory]
    [InlineData(-0.1), InlineData(1.0), InlineData(double.NaN)]
    public static void A_dropout_that_is_no_probability_is_refused(double dropout) =>
        Assert.Equal("dropout", Assert.Throws<ArgumentOutOfRangeException>(() => new MnistCnn(1, dropout)).ParamName);
}
