using Adr.Models;
using Adr.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Samples;

public static class CheckpointsPageTests
{
    [Fact]
    public static void A_checkpoint_is_read_into_the_network_that_is_named()
    {
        using var folder = new Folder();
        using (var published = new PreActResNet18(seed: 1, form: PreActForm.Fast))
            TorchZip.Write("checkpoint.pt", [.. published.state_dict().Select(pair => (pair.Key, pair.Value.shape))]);

        var network = "preact-resnet-18-fast@cifar-10";                             // from the table below
        using var model = Networks.Load("checkpoint.pt", network, Console.WriteLine);

        Assert.Equal((network, 10), (model.Architecture, model.Classes));
    }

    [Fact]
    public static void A_normalisation_comes_before_any_network()
    {
        using var scope = NewDisposeScope();
        var by = new Normalisation([0.49, 0.48, 0.45], [0.25, 0.24, 0.26]);         // mean and std of each channel
        using var normalized = new Normalized(new ResNet18(seed: 1), by);
        using var own = nn.Sequential(("normalize", Normalisation.Half.ToModule()), ("model", new ResNet18(seed: 1)));

        var images = rand(2, 3, 32, 32);
        Assert.Equal([2L, 10], normalized.call(images).shape);
        Assert.Equal([2L, 10], own.call(images).shape);
    }
}
