using Adr.Models;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

public static class WeightsTests
{
    [Fact]
    public static void Saved_weights_give_another_network_the_same_logits()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new TinyClassifier(1);
        using var other = new TinyClassifier(2);
        Weights.Save(model, folder["weights"], new Dictionary<string, string> { ["epoch"] = "3" });
        var metadata = Weights.Load(other, folder["weights"]);
        var images = SplitMix.Tensor(1, 0, 1, 4, 1, 6, 6);
        Close.Same(model.call(images), other.call(images), "logits");
        Assert.Equal(("3", "tiny-cnn"), (metadata["epoch"], metadata["architecture"]));
        Assert.All(other.parameters(), parameter => Assert.True(parameter.requires_grad));
    }

    [Fact]
    public static void Tensors_that_do_not_fit_are_named_and_the_model_stays_as_it_was()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new TinyClassifier(1);
        var before = Close.Doubles(model.get_parameter("last.weight")!);
        var good = new TinyClassifier(2).state_dict();

        Refused("last.bias", good.Where(pair => pair.Key != "last.bias"));
        Refused("extra", good.Append(new("extra", ones(2))));
        Refused("hidden.weight", good.Select(pair => pair.Key == "hidden.weight" ? new(pair.Key, ones(8, 15)) : pair));

        void Refused(string name, IEnumerable<KeyValuePair<string, Tensor>> tensors)
        {
            Safetensors.Write(folder["weights"], tensors.ToDictionary(pair => pair.Key, pair => pair.Value));
            var error = Assert.Throws<InvalidDataException>(() => Weights.Load(model, folder["weights"]));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
            Assert.Equal(before, Close.Doubles(model.get_parameter("last.weight")!));
        }
    }
}
