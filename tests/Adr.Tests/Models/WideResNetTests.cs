using Adr.Models;
using Adr.Tests.Reference;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

public static class WideResNetTests
{
    // A few of its ReLUs are so near 0 that rounding decides on which side they fall, and their gradients come or go.
    [Fact]
    public static void Latent_logits_and_input_gradient_are_PyTorchs() =>
        NetworkFixture.LatentLogitsAndInputGradient("wide_resnet", new WideResNet(seed: 0, depth: 16, width: 2), 5e-5,
            gradientTolerance: 2e-2);

    [Fact]
    public static void In_double_they_are_closer() =>
        NetworkFixture.LatentLogitsAndInputGradient("wide_resnet", new WideResNet(seed: 0, depth: 16, width: 2), 5e-5,
            ScalarType.Float64);

    // the size of the paper, 46 million parameters; in double, for in single precision one of a hundred thousand ReLUs
    // falls to its other side
    [Fact]
    public static void Those_of_WideResNet_34_10_too() =>
        NetworkFixture.LatentLogitsAndInputGradient("wide_resnet_34_10", new WideResNet(seed: 0), 1e-5,
            ScalarType.Float64);

    [Fact]
    public static void Training_normalises_by_the_batch_and_remembers_its_moments() =>
        NetworkFixture.LogitsAndMomentsInTraining("wide_resnet", new WideResNet(seed: 0, depth: 16, width: 2), 1e-4);

    [Fact]
    public static void WideResNet_34_10_takes_a_whole_step_of_ADR()
    {
        using var model = new WideResNet(seed: 1);
        WholeStep.MovesEveryParameter(model, 2);
    }

    [Fact]
    public static void WideResNet_34_10_has_the_parameters_of_the_published_model_without_its_unused_copy()
    {
        using var model = new WideResNet(seed: 0);
        var names = model.named_parameters().Select(p => p.name).ToList();
        Assert.Equal(["conv1.weight", "block1.layer.0.bn1.weight", "block1.layer.0.bn1.bias",
            "block1.layer.0.conv1.weight"], names.Take(4));
        Assert.Contains("block2.layer.0.convShortcut.weight", names);
        Assert.DoesNotContain("block2.layer.1.convShortcut.weight", names);
        Assert.Equal(["bn1.weight", "bn1.bias", "fc.weight", "fc.bias"], names.TakeLast(4));
        Assert.Equal(46_160_474, model.parameters().Sum(p => p.numel()));
        Assert.Equal("wide-resnet-34-10", model.Architecture);
    }

    [Fact]
    public static void Initial_weights_of_convolutions_are_normal_by_their_outputs()
    {
        using var scope = NewDisposeScope();
        using var model = new WideResNet(seed: 4, depth: 10, width: 4);
        var weight = model.get_parameter("block3.layer.0.conv2.weight")!;
        Assert.Equal(Math.Sqrt(2.0 / (9 * 256)), weight.std().item<float>(), 1e-3);
        Assert.True(model.get_parameter("fc.bias")!.eq(0).all().item<bool>());
    }

    [Theory, InlineData(9, 1), InlineData(33, 10), InlineData(4, 1), InlineData(16, 0)]
    public static void A_size_that_does_not_exist_is_refused(int depth, int width) =>
        Assert.ThrowsAny<ArgumentException>(() => new WideResNet(0, depth: depth, width: width));
}
