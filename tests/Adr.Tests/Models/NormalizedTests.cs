using Adr.Models;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

public static class NormalizedTests
{
    private static Normalized Network(int classes = 10) =>
        new(new WideResNet(0, classes, 10, 2), Normalisation.Cifar10);

    [Fact]
    public static void Latent_logits_and_input_gradient_are_PyTorchs() =>
        NetworkFixture.LatentLogitsAndInputGradient("normalized", Network(), 5e-5, gradientTolerance: 2e-2);

    [Fact]
    public static void In_double_they_are_closer() =>
        NetworkFixture.LatentLogitsAndInputGradient("normalized", Network(), 1e-5, ScalarType.Float64);

    [Fact]
    public static void It_has_what_the_network_inside_has()
    {
        using var inner = new OwnBox { LatentLayer = "flat" };
        using var model = new Normalized(inner, new([0.5], [0.25]));
        Assert.Equal(("own@own", 3, 4L), (model.Architecture, model.Classes, model.Seed));
        Assert.Equal((new Bounds(-1, 1), "flat"), (model.Bounds, model.LatentLayer));
        Assert.Equal([1L, 6, 6], model.InputShape);
        Assert.Equal(["normalize.mean", "normalize.std", "model.layer.weight", "model.layer.bias"],
            model.state_dict().Keys.OrderByDescending(name => name.StartsWith("normalize", StringComparison.Ordinal)));
        using var scope = NewDisposeScope();
        var images = SplitMix.Tensor(1, -1, 1, 2, 1, 6, 6);
        var kept = images.clone();
        Close.Tensor((images - 0.5) / 0.25, model.Represent(images).Latent.reshape(2, 1, 6, 6), 1e-6, "latent");
        Close.Same(inner.call((images - 0.5) / 0.25), model.call(images), "logits");
        Close.Same(kept, images, "the images stay");
    }

    [Fact]
    public static void A_module_of_ones_own_is_normalised_by_a_module_before_it()
    {
        using var scope = NewDisposeScope();
        using var model = nn.Sequential(("normalize", Normalisation.Half.ToModule()), ("model", nn.Identity()));
        Close.Same(tensor(new[] { -1f, 0, 1 }).view(1, 3, 1, 1),
            model.call(tensor(new[] { 0f, 0.5f, 1 }).view(1, 3, 1, 1)), "2x − 1");
        Assert.Equal(["normalize.mean", "normalize.std"], model.state_dict().Keys);
        model.to(ScalarType.Float64);
        Assert.Equal(ScalarType.Float64, model.call(zeros(1, 3, 2, 2, ScalarType.Float64)).dtype);
    }

    [Fact]
    public static void Networks_and_numbers_that_do_not_go_together_are_refused()
    {
        using var silu = new SiluWideResNet(0, depth: 10, width: 1);
        using var digits = new MnistCnn(0);
        using var normalised = Network();
        Assert.Contains("normalises its images by itself", Refused(silu), StringComparison.Ordinal);
        Assert.Contains("normalises its images by itself", Refused(normalised), StringComparison.Ordinal);
        Assert.Contains("images of 1 channels", Refused(digits), StringComparison.Ordinal);

        static string Refused(StagedClassifier inner) =>
            Assert.Throws<ArgumentException>(() => new Normalized(inner, Normalisation.Cifar10)).Message;
    }

    [Theory]
    [InlineData(new double[0], new double[0])]
    [InlineData(new[] { 0.5 }, new[] { 0.5, 0.5 })]
    [InlineData(new[] { 0.5 }, new[] { 0.0 })]
    [InlineData(new[] { 0.5 }, new[] { -1.0 })]
    [InlineData(new[] { double.NaN }, new[] { 1.0 })]
    [InlineData(new[] { 0.5 }, new[] { double.PositiveInfinity })]
    public static void Numbers_that_are_no_normalisation_are_refused(double[] mean, double[] std) =>
        Assert.Throws<ArgumentException>(() => new Normalisation(mean, std));

    // where PyTorch's programs put the two numbers
    public static TheoryData<string, string, string> Places => new()
    {
        { "mu", "sigma", "" },
        { "module.mu", "module.sigma", "module." },
        { "normalize.mean", "normalize.std", "model." },
        { "module.0.mean", "module.0.std", "module.1." },
        { "mean", "std", "" },
    };

    [Theory, MemberData(nameof(Places))]
    public static void A_mean_and_std_in_a_file_become_the_networks(string mean, string std, string prefix)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var plain = SplitMix.Fill(new WideResNet(0, 7, 10, 1), 3);
        var stored = plain.state_dict().ToDictionary(pair => prefix + pair.Key, pair => pair.Value);
        stored[mean] = tensor(new[] { 0.1f, 0.2f, 0.3f }).view(1, 3, 1, 1);
        stored[std] = tensor(new[] { 0.4f, 0.5f, 0.6f }).view(1, 3, 1, 1);
        Safetensors.Write(folder["weights"], stored);
        var notes = new List<string>();

        using var model = Networks.Load(folder["weights"], "wide-resnet-10-1", notes.Add);

        Assert.Equal(("wide-resnet-10-1@own", 7), (model.Architecture, model.Classes));
        Assert.Equal(
            "The images are normalised by the file's mean [0.1, 0.2, 0.3] and std [0.4, 0.5, 0.6].", notes[^1]);
        var images = SplitMix.Tensor(1, 0, 1, 2, 3, 32, 32);
        model.eval();
        plain.eval();
        Close.Tensor(plain.call((images - stored[mean]) / stored[std]), model.call(images), 1e-5, "logits");

        // it has the numbers beside its weights, and finds them again
        Weights.Save(model, folder["again"]);
        using var again = Networks.Load(folder["again"], note: _ => Assert.Fail("there is nothing to say"));
        again.eval();
        Close.Same(model.call(images), again.call(images), "logits of the file that was written");
        Assert.Equal("wide-resnet-10-1@own", again.Architecture);

        // a model with other numbers is not the file's
        var message = Assert.Throws<InvalidDataException>(
            () => Networks.Load(folder["weights"], "wide-resnet-10-1@cifar-10")).Message;
        Assert.Contains("normalises images by mean [0.1, 0.2, 0.3] and std [0.4, 0.5, 0.6], and wide-resnet-10-1@"
            + "cifar-10 by mean [0.4914, 0.4822, 0.4465]", message, StringComparison.Ordinal);
        using var others = Networks.Create("wide-resnet-10-1@cifar-10", 7);
        Assert.Contains("by mean [0.4914", Assert.Throws<InvalidDataException>(
            () => Weights.Load(others, folder["weights"])).Message, StringComparison.Ordinal);
        // nor is one without
        Assert.Contains("load it by Networks.Load, or into a Normalized",
            Assert.Throws<InvalidDataException>(() => Weights.Load(plain, folder["weights"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public static void A_file_without_them_leaves_the_networks_own()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var plain = SplitMix.Fill(new WideResNet(0, 7, 10, 1), 3);
        Safetensors.Write(folder["weights"],
            plain.state_dict().ToDictionary(pair => "module." + pair.Key, pair => pair.Value));
        var notes = new List<string>();
        using var model = Networks.Load(folder["weights"], "wide-resnet-10-1@half", notes.Add);
        Assert.Equal(
        [
            $"'{folder["weights"]}' has no mean and std, or none that can be told apart. wide-resnet-10-1@half "
                + "normalises images by mean [0.5, 0.5, 0.5] and std [0.5, 0.5, 0.5].",
            $"Every name in '{folder["weights"]}' begins with \"module.\". It was left out.",
        ], notes);
        model.eval();
        plain.eval();
        var images = SplitMix.Tensor(1, 0, 1, 2, 3, 32, 32);
        Close.Tensor(plain.call(2 * images - 1), model.call(images), 1e-5, "logits");
    }

    [Fact]
    public static void A_SiLU_network_takes_a_files_mean_and_std_only_if_they_are_its_own()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new SiluWideResNet(0, depth: 10, width: 1);
        var stored = model.state_dict().ToDictionary();
        stored["mean"] = tensor(new[] { 0.4914f, 0.4822f, 0.4465f }).view(3, 1, 1);
        stored["std"] = tensor(new[] { 0.2471f, 0.2435f, 0.2616f }).view(3, 1, 1);
        Safetensors.Write(folder["weights"], stored);
        using var same = Networks.Load(folder["weights"], "silu-wide-resnet-10-1");
        Assert.IsType<SiluWideResNet>(same);
        stored["std"] = stored["std"] * 1.5;
        Safetensors.Write(folder["weights"], stored);
        Assert.Contains("and silu-wide-resnet-10-1 by mean [0.4914", Assert.Throws<InvalidDataException>(
            () => Networks.Load(folder["weights"], "silu-wide-resnet-10-1")).Message, StringComparison.Ordinal);
        Assert.Contains("and silu-wide-resnet-10-1 by mean [0.4914", Assert.Throws<InvalidDataException>(
            () => Weights.Load(model, folder["weights"])).Message, StringComparison.Ordinal);
    }

    [Theory] // how many classes a file has is known before its normalisation is compared
    [InlineData(ScalarType.Float32), InlineData(ScalarType.Float16), InlineData(ScalarType.BFloat16)]
    public static void So_does_one_of_a_hundred_classes_in_any_precision(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new SiluWideResNet(0, 100, depth: 10, width: 1);
        var stored = model.state_dict().ToDictionary(pair => pair.Key,
            pair => pair.Value.is_floating_point() ? pair.Value.to(type) : pair.Value);
        stored["mean"] = tensor(new[] { 0.5071f, 0.4865f, 0.4409f }).view(3, 1, 1).to(type);
        stored["std"] = tensor(new[] { 0.2673f, 0.2564f, 0.2762f }).view(3, 1, 1).to(type);
        Safetensors.Write(folder["weights"], stored);
        using var loaded = Networks.Load(folder["weights"], "silu-wide-resnet-10-1");
        Assert.Equal(100, loaded.Classes);
    }

    /// <summary>A network whose pixels lie in another box.</summary>
    private sealed class OwnBox : StagedClassifier
    {
        internal OwnBox() : base("own", 3, [1, 6, 6])
        {
            Bounds = new(-1, 1);
            Seed = 4;
            var layer = nn.Linear(36, 3);
            register_module("layer", layer);
            Chain([new("images", x => x), new("flat", x => x.flatten(1)), new("logits", layer.call)], "images");
        }
    }
}
