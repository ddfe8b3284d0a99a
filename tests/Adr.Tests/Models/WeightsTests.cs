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

    [Theory]
    [InlineData("module.")]
    [InlineData("_orig_mod.")]
    [InlineData("model.")]
    [InlineData("module._orig_mod.")]
    [InlineData("net.encoder.")]
    public static void A_prefix_of_all_names_is_left_out_and_said(string prefix)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new TinyClassifier(1);
        using var other = new TinyClassifier(2);
        Safetensors.Write(folder["weights"],
            other.state_dict().ToDictionary(pair => prefix + pair.Key, pair => pair.Value));
        var notes = new List<string>();
        Weights.Load(model, folder["weights"], notes.Add);
        Assert.Equal($"Every name in '{folder["weights"]}' begins with \"{prefix}\". It was left out.",
            Assert.Single(notes));
        Close.Same(other.get_parameter("last.weight")!, model.get_parameter("last.weight")!, "weights");

        Weights.Save(other, folder["weights"]);
        Weights.Load(model, folder["weights"], _ => Assert.Fail("there is nothing to say"));
    }

    [Fact]
    public static void A_prefix_that_the_model_has_itself_stays()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var wrapped = nn.Sequential(("module", nn.Linear(2, 3)));
        Weights.Save(wrapped, folder["weights"]);
        Weights.Load(wrapped, folder["weights"], _ => Assert.Fail("there is nothing to say"));
        using var plain = nn.Linear(2, 3);
        Weights.Load(plain, folder["weights"]);
        Weights.Save(plain, folder["weights"]);
        Assert.Contains("Every name of the model begins with \"module.\", which the file does not have",
            Assert.Throws<InvalidDataException>(() => Weights.Load(wrapped, folder["weights"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public static void A_prefix_that_only_some_names_have_is_named()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new TinyClassifier(1);
        var stored = model.state_dict().ToDictionary(pair => "module." + pair.Key, pair => pair.Value);
        stored["epoch"] = tensor(3);
        Safetensors.Write(folder["weights"], stored);
        Assert.Contains($"{stored.Count - 1} of the {stored.Count} names in the file begin with \"module.\"",
            Assert.Throws<InvalidDataException>(() => Weights.Load(model, folder["weights"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public static void The_counters_of_batch_norms_may_be_missing_or_fractions()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = nn.Sequential(("norm", nn.BatchNorm2d(3)));
        using var other = nn.Sequential(("norm", nn.BatchNorm2d(3)));
        other.call(rand(4, 3, 2, 2)); // moves its means
        const string Counter = "norm.num_batches_tracked";
        var stored = other.state_dict().ToDictionary();
        stored.Remove(Counter);
        foreach (var counter in new[] { null, tensor(3f), tensor(new[] { 3L }), tensor(float.NaN) })
        {
            if (counter is not null) stored[Counter] = counter;
            Safetensors.Write(folder["weights"], stored);
            Weights.Load(model, folder["weights"]);
            Close.Same(other.state_dict()["norm.running_mean"], model.state_dict()["norm.running_mean"], "means");
        }
        // one that the model has not
        using var linear = nn.Sequential(("fc", nn.Linear(2, 2)));
        stored = linear.state_dict().ToDictionary();
        stored[Counter] = tensor(3L);
        Safetensors.Write(folder["weights"], stored);
        Weights.Load(linear, folder["weights"]);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public static void Numbers_of_another_precision_are_converted(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new TinyClassifier(1);
        var stored = new TinyClassifier(2).state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.to(type));
        Safetensors.Write(folder["weights"], stored);
        Weights.Load(model, folder["weights"]);
        var bias = model.get_parameter("last.bias")!;
        Assert.Equal(ScalarType.Float32, bias.dtype);
        Close.Same(stored["last.bias"].to(ScalarType.Float32), bias, "bias");
    }

    [Theory]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Bool)]
    public static void Whole_numbers_are_refused(ScalarType type) => Refused(
        $"has last.weight as {type}, whole numbers, where Float32 belongs", weight => weight.to(type));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e300)] // in float32 it is infinite
    public static void Numbers_that_are_not_finite_are_refused_and_named(double value) => Refused(
        "has values that are not finite: 1 of the 24 in last.weight", weight =>
        {
            var changed = weight.to(ScalarType.Float64, copy: true);
            changed[1, 2] = value;
            return changed;
        });

    private static void Refused(string message, Func<Tensor, Tensor> change)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using var folder = new TemporaryFolder();
        using var model = new TinyClassifier(1);
        var before = Close.Doubles(model.get_parameter("hidden.weight")!);
        var stored = new TinyClassifier(2).state_dict().ToDictionary();
        stored["last.weight"] = change(stored["last.weight"]);
        Safetensors.Write(folder["weights"], stored);
        var error = Assert.Throws<InvalidDataException>(() => Weights.Load(model, folder["weights"]));
        Assert.Contains(folder["weights"], error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Close.Doubles(model.get_parameter("hidden.weight")!));
    }
}
