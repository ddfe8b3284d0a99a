using Adr.Models;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

public static class StagedClassifierTests
{
    public static TheoryData<string, string, string> Networks => new()
    {
        { "mnist-cnn", "conv1 conv2 conv3 conv4 fc1 fc2", "conv4" },
        { "cifar-cnn", "conv1 conv2 conv3 conv4 fc1 fc2", "conv4" },
        { "cifar-100-cnn", "conv1 conv2 conv3 conv4 conv5 conv6 fc1 fc2 fc3", "conv6" },
        { "resnet-18", "conv1 layer1 layer2 layer3 layer4 pooled", "pooled" },
        { "wide-resnet-10-1", "conv1 block1 block2 block3 pooled", "pooled" },
        { "preact-resnet-18", "conv1 layer1 layer2 layer3 layer4 pooled", "pooled" },
        { "preact-resnet-18-fast", "conv1 layer1 layer2 layer3 layer4 pooled", "pooled" },
        { "silu-preact-resnet-18", "conv_2d layer_0 layer_1 layer_2 layer_3 pooled", "pooled" },
        { "silu-wide-resnet-10-1", "init_conv layer_0 layer_1 layer_2 pooled", "pooled" },
        { "wide-resnet-10-1@cifar-10", "conv1 block1 block2 block3 pooled", "pooled" },
        { "toy-mlp", "fc1 fc2", "fc2" },
    };

    [Theory, MemberData(nameof(Networks))]
    public static void Layers_are_named_and_one_of_them_is_the_latent(string architecture, string layers, string latent)
    {
        using var scope = NewDisposeScope();
        using var model = (StagedClassifier)Adr.Models.Networks.Create(architecture, seed: 3);
        Assert.Equal(layers.Split(' '), model.Layers);
        Assert.Equal(latent, model.LatentLayer);
        model.eval();
        var images = SplitMix.Tensor(1, 0, 1, [2, .. model.InputShape]);
        var (z, logits) = model.Represent(images);
        var all = model.Activations(images);
        Assert.Equal(model.Layers, all.Select(pair => pair.Layer));
        Close.Same(all.Single(pair => pair.Layer == latent).Latent, z, latent);
        Close.Same(model.call(images), logits, "logits");
        Assert.All(all, pair => Assert.Equal((2, 2), (pair.Latent.shape[0], pair.Latent.dim())));
    }

    [Fact]
    public static void Any_layer_can_be_the_latent_and_its_gradient_reaches_the_weights_before_it_alone()
    {
        using var scope = NewDisposeScope();
        var images = SplitMix.Tensor(1, 0, 1, 2, 1, 28, 28);
        using var model = new MnistCnn(3) { LatentLayer = "fc1" };
        using var other = new MnistCnn(3);
        model.eval();
        other.eval();
        var (z, logits) = model.Represent(images);
        Assert.Equal([2, 200], z.shape);
        Close.Same(other.call(images), logits, "the logits do not hang on it");
        z.sum().backward();
        Assert.True(model.get_parameter("classifier.fc1.weight")!.grad is not null);
        Assert.True(model.get_parameter("classifier.fc2.weight")!.grad is null);
    }

    [Fact]
    public static void A_layer_that_is_not_there_is_refused_by_name() =>
        Assert.Contains("conv1, conv2",
            Assert.Throws<ArgumentException>(() => new MnistCnn(1) { LatentLayer = "fc3" }).Message,
            StringComparison.Ordinal);

    /// <summary>
    /// A user's network: its first stage returns the images themselves, and a later one what it was given.
    /// </summary>
    private sealed class Own : StagedClassifier
    {
        internal Own(string latent = "same") : base("own", 3, [1, 6, 6])
        {
            var layer = nn.Linear(36, 3);
            register_module("layer", layer);
            Chain(
            [
                new("images", images => images),
                new("flat", images => images.flatten(1)),
                new("same", x => x),
                new("logits", layer.call),
            ], latent);
        }
    }

    [Fact]
    public static void A_chain_of_ones_own_may_return_what_it_was_given()
    {
        using var scope = NewDisposeScope();
        using var model = new Own();
        var images = SplitMix.Tensor(1, 0, 1, 2, 1, 6, 6);
        var (z, logits) = model.Represent(images);
        Close.Same(images.flatten(1), z, "latent");
        Close.Tensor(model.call(images), logits, 1e-6, "logits"); // of a copy, which may lie elsewhere
        Assert.Equal([36L, 36L, 36L], model.Activations(images).Select(pair => pair.Latent.shape[1]));
    }

    [Theory]
    [InlineData("images")]
    [InlineData("flat")]
    [InlineData("halved")]
    public static void A_stage_that_works_in_place_leaves_the_latent_before_it_as_it_was(string latent)
    {
        using var scope = NewDisposeScope();
        using var model = new Halving(isInPlace: true) { LatentLayer = latent };
        using var expected = new Halving(isInPlace: false) { LatentLayer = latent };
        var images = SplitMix.Tensor(1, 0, 1, 2, 1, 6, 6);
        var (z, logits) = ModelFacts.Represent(model, images);
        var (own, ownLogits) = ModelFacts.Represent(expected, images);
        Close.Same(own, z, "latent");
        Close.Same(ownLogits, logits, "logits");
        foreach (var (mine, other) in model.Activations(images).Zip(expected.Activations(images)))
            Close.Same(other.Latent, mine.Latent, mine.Layer);
        Close.Same(SplitMix.Tensor(1, 0, 1, 2, 1, 6, 6), images, "the caller's images");
    }

    private sealed class Halving : StagedClassifier
    {
        internal Halving(bool isInPlace) : base("halving", 3, [1, 6, 6])
        {
            var layer = SplitMix.Fill(nn.Linear(36, 3), 1);
            register_module("layer", layer);
            Chain(
            [
                new("images", images => images),
                new("flat", images => images.flatten(1)),
                new("halved", x => isInPlace ? x.mul_(0.5f) : x * 0.5f),
                new("logits", x => layer.call(isInPlace ? x.sub_(0.5f) : x - 0.5f)),
            ], "halved");
        }
    }

    [Fact]
    public static void The_logits_are_no_latent() =>
        Assert.Contains(
            "images, flat, same",
            Assert.Throws<ArgumentException>(() => new Own("logits")).Message,
            StringComparison.Ordinal);

    [Fact] // what a network holds between its stages is freed as it goes
    public static void A_pass_leaves_nothing_behind_but_its_results()
    {
        using var model = new MnistCnn(3);
        model.eval();
        using var noGraph = no_grad();
        using var outer = NewDisposeScope();
        var images = SplitMix.Tensor(1, 0, 1, 2, 1, 28, 28);
        var before = outer.DisposablesCount;
        model.Represent(images);
        Assert.Equal(before + 2, outer.DisposablesCount);
    }
}
