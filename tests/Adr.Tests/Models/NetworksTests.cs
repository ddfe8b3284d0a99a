using Adr.Models;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

public static class NetworksTests
{
    [Theory]
    [InlineData("mnist-cnn", 10), InlineData("cifar-cnn", 7), InlineData("resnet-18", 100)]
    [InlineData("wide-resnet-10-2", 10)]
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
}
