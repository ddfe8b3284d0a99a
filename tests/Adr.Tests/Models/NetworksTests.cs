using System.Text;
using Adr.Models;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

public static class NetworksTests
{
    [Theory]
    [InlineData("mnist-cnn", 10), InlineData("cifar-cnn", 7), InlineData("resnet-18", 100)]
    [InlineData("wide-resnet-10-2", 10), InlineData("silu-wide-resnet-10-2", 100), InlineData("preact-resnet-18", 10)]
    [InlineData("preact-resnet-18-fast", 4), InlineData("silu-preact-resnet-18", 10)]
    [InlineData("wide-resnet-10-2@cifar-10", 7), InlineData("wide-resnet-10-1@half", 10)]
    public static void A_file_of_weights_gives_its_network_back(string architecture, int classes)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "weights.safetensors");
        using var saved = Networks.Create(architecture, classes, seed: 3);
        Weights.Save(saved, path);
        using var loaded = Networks.Load(path);
        Assert.Equal((architecture, classes, saved.GetType()), (loaded.Architecture, loaded.Classes, loaded.GetType()));
        var images = SplitMix.Tensor(1, 0, 1, [2, .. saved.InputShape]);
        saved.eval();
        loaded.eval();
        Close.Same(saved.call(images), loaded.call(images), "logits");
    }

    [Fact]
    public static void A_network_that_is_none_or_does_not_fit_is_named()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Assert.Equal("architecture", Assert.Throws<ArgumentException>(() => Networks.Create("lenet")).ParamName);
        Assert.Equal("classes", Assert.Throws<ArgumentException>(() => Networks.Create("mnist-cnn", 100)).ParamName);
        var path = Path.Combine(folder.Path, "weights.safetensors");
        Safetensors.Write(path, new Dictionary<string, Tensor> { ["w"] = zeros(2, 3) });
        Assert.Contains("does not say which network",
            Assert.Throws<InvalidDataException>(() => Networks.Load(path)).Message, StringComparison.Ordinal);
        Assert.Contains("lacks", Assert.Throws<InvalidDataException>(() => Networks.Load(path, "cifar-cnn")).Message,
            StringComparison.Ordinal);
    }

    [Theory] // which would take gigabytes
    [InlineData("wide-resnet-9994-999")]
    [InlineData("wide-resnet-34-10")]
    public static void A_small_file_that_names_a_large_network_is_refused_before_it_is_built(string architecture)
    {
        using var folder = new TemporaryFolder();
        var text = Encoding.UTF8.GetBytes($$$"""{"__metadata__":{"architecture":"{{{architecture}}}"}}""");
        File.WriteAllBytes(folder["weights"], [.. BitConverter.GetBytes((long)text.Length), .. text]);
        var count = DisposeScopeManager.Statistics.ThreadTotalLiveCount; // of this thread
        var message = Assert.Throws<InvalidDataException>(() => Networks.Load(folder["weights"])).Message;
        Assert.Equal(count, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Contains($"does not fit {architecture}: it holds 0 values", message, StringComparison.Ordinal);
        Assert.Contains("it holds 0 values", Assert.Throws<InvalidDataException>(
            () => Networks.Load(folder["weights"], "wide-resnet-70-16")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resnet-18@mnist", "There is no normalisation \"mnist\". Choose one of cifar-10, cifar-100, imagenet")]
    [InlineData("mnist-cnn@cifar-10", "mnist-cnn takes images of 1 channels")]
    [InlineData("silu-wide-resnet-10-1@half", "silu-wide-resnet-10-1 normalises its images by itself")]
    public static void A_normalisation_that_cannot_be_is_refused(string architecture, string message) =>
        Assert.Contains(message,
            Assert.Throws<ArgumentException>(() => Networks.Create(architecture)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("wide-resnet-9994-999")]
    [InlineData("silu-wide-resnet-1000-100")]
    [InlineData("wide-resnet-1000-100")]
    public static void A_network_too_large_for_any_machine_is_refused(string architecture) => Assert.Contains(
        "would have", Assert.Throws<ArgumentException>(() => Networks.Create(architecture)).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(10, 1), InlineData(16, 2), InlineData(28, 3)]
    public static void The_weights_of_a_size_are_counted_without_building_it(int depth, int width)
    {
        using var scope = NewDisposeScope();
        using var model = new WideResNet(1, depth: depth, width: width);
        using var silu = new SiluWideResNet(1, depth: depth, width: width);
        foreach (var network in new StagedClassifier[] { model, silu })
            Assert.Equal(network.parameters().Where(parameter => parameter.shape.Length == 4).Sum(p => p.numel()),
                new WideSize(depth, width).Weights);
    }

    [Theory]
    [InlineData("lenet"), InlineData(""), InlineData(" "), InlineData("wide-resnet-34-10\n")]
    [InlineData("wide-resnet-99999-1"), InlineData("resnet-18@mnist"), InlineData("lenet@cifar-10")]
    [InlineData("resnet-18@"), InlineData("resnet-18@own@own"), InlineData("narrow-resnet-34-10")]
    public static void A_file_that_names_no_network_of_the_library_is_named(string architecture)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder["weights"], new Dictionary<string, Tensor> { ["w"] = zeros(2, 3) },
            new Dictionary<string, string> { ["architecture"] = architecture });
        var message = Assert.Throws<InvalidDataException>(() => Networks.Load(folder["weights"])).Message;
        Assert.Contains(folder["weights"], message, StringComparison.Ordinal);
        Assert.Contains("which this library does not have", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mnist-cnn", "classifier.fc3.weight", 7, "has 7 classes, which mnist-cnn cannot have")]
    [InlineData("cifar-cnn", "classifier.fc3.weight", 1, "has 1 classes, which cifar-cnn cannot have")]
    [InlineData("cifar-cnn", "classifier.fc3.weight", 0, "has 0 classes")]
    public static void Classes_that_a_network_cannot_have_are_refused(
        string architecture, string last, int classes, string fault)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = Networks.Create(architecture);
        var stored = model.state_dict().ToDictionary();
        Assert.True(stored.ContainsKey(last), string.Join(", ", stored.Keys));
        stored[last] = zeros(classes, stored[last].shape[1]);
        Safetensors.Write(folder["weights"], stored,
            new Dictionary<string, string> { ["architecture"] = architecture });
        Assert.Contains(fault, Assert.Throws<InvalidDataException>(() => Networks.Load(folder["weights"])).Message,
            StringComparison.Ordinal);
    }

    [Fact] // no bytes, and yet rows without number
    public static void Empty_tensors_of_large_shapes_do_not_choose_the_classes()
    {
        using var folder = new TemporaryFolder();
        var text = """
            {"__metadata__":{"architecture":"cifar-cnn"},
             "classifier.fc3.weight":{"dtype":"F32","shape":[2147483647,0],"data_offsets":[0,0]}}
            """u8.ToArray();
        File.WriteAllBytes(folder["weights"], [.. BitConverter.GetBytes((long)text.Length), .. text]);
        Assert.Contains("lacks", Assert.Throws<InvalidDataException>(() => Networks.Load(folder["weights"])).Message,
            StringComparison.Ordinal);
    }

    public static TheoryData<string> All =>
        [.. Networks.Architectures.Where(name => !name.Contains("-10", StringComparison.Ordinal)), "wide-resnet-10-1",
            "silu-wide-resnet-10-1", "wide-resnet-10-1@half"];

    [Theory, MemberData(nameof(All))]
    public static void A_network_inside_another_module_has_each_weight_once(string architecture)
    {
        using var network = Networks.Create(architecture, architecture == "cifar-100-cnn" ? 100 : 10);
        var names = network.state_dict().Keys.Select(name => "inside." + name).Order().ToList();
        using var outer = new Outer(network);
        Assert.Equal(names, outer.state_dict().Keys.Order());
        Assert.Equal(network.parameters().Count(), outer.parameters().Count());
    }

    private sealed class Outer : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> inside;

        internal Outer(nn.Module<Tensor, Tensor> inside) : base("outer")
        {
            this.inside = inside;
            RegisterComponents();
        }

        public override Tensor forward(Tensor images) => inside.call(images);
    }

    [Fact]
    public static void A_prefix_of_all_names_is_left_out_and_the_classes_are_found()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var saved = Networks.Create("cifar-cnn", classes: 7, seed: 3);
        Safetensors.Write(folder["weights"],
            saved.state_dict().ToDictionary(pair => "module." + pair.Key, pair => pair.Value));
        var notes = new List<string>();
        using var loaded = Networks.Load(folder["weights"], "cifar-cnn", notes.Add);
        Assert.Equal(7, loaded.Classes);
        Assert.Contains("\"module.\"", Assert.Single(notes), StringComparison.Ordinal);
    }
}
