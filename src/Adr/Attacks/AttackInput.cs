using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Says what is wrong with an attack's input before any work is done.</summary>
internal static class AttackInput
{
    /// <summary>Throws an <see cref="ArgumentException"/> that says what was expected and what came.</summary>
    internal static void Check(
        nn.Module<Tensor, Tensor> model,
        ThreatModel threat,
        Tensor images,
        Tensor labels,
        ExampleSeeds seeds)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(seeds);
        if (images.shape.Length < 2)
            throw Wrong(nameof(images), "images as a batch [B,C,H,W]", $"the shape is {Shape(images)}");
        if (images.dtype is not (ScalarType.Float32 or ScalarType.Float64))
            throw Wrong(nameof(images), "float32 or float64 images", $"the type is {images.dtype}; convert them, and "
                + "divide bytes by 255. A model of lower precision converts them in its forward pass");
        if (labels.shape.Length != 1 || labels.shape[0] != images.shape[0])
            throw Wrong(nameof(labels), $"labels [{images.shape[0]}], one per image", $"the shape is {Shape(labels)}");
        if (labels.dtype != ScalarType.Int64)
            throw Wrong(nameof(labels), "int64 labels", $"the type is {labels.dtype}");
        if (seeds.Indices.Length != images.shape[0])
            throw Wrong(nameof(seeds), $"seeds with one index per image, {images.shape[0]}",
                $"there are {seeds.Indices.Length}");
        if (model.parameters().FirstOrDefault() is { } weight) CheckAgainst(weight, images, labels);
        if (model is Classifier classifier) CheckAgainst(classifier, threat, images);
        if (images.shape[0] > 0) CheckValues(model, threat, images, labels);
    }

    private static void CheckAgainst(Tensor weight, Tensor images, Tensor labels)
    {
        foreach (var (name, tensor) in new[] { (nameof(images), images), (nameof(labels), labels) })
            if (tensor.device.type != weight.device.type || tensor.device.index != weight.device.index)
                throw Wrong(name, $"{name} on the model's device {weight.device}",
                    $"they lie on {tensor.device}; move them with to()");
    }

    private static void CheckAgainst(Classifier model, ThreatModel threat, Tensor images)
    {
        if (!images.shape.Skip(1).SequenceEqual(model.InputShape))
            throw Wrong(nameof(images), $"images [B,{string.Join(",", model.InputShape)}] for {model.Architecture}",
                $"the shape is {Shape(images)}");
        if (threat.Bounds != model.Bounds)
            throw Wrong(nameof(threat), $"a threat model with the box {model.Bounds} of {model.Architecture}",
                $"its box is {threat.Bounds}");
    }

    private static void CheckValues(nn.Module<Tensor, Tensor> model, ThreatModel threat, Tensor images, Tensor labels)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        if (!images.isfinite().all().item<bool>())
            throw Wrong(nameof(images), "finite images", "there is a NaN or an infinity");
        var low = images.min().to(ScalarType.Float64).item<double>();
        var high = images.max().to(ScalarType.Float64).item<double>();
        // as float: 0.1 is not 0.1f
        if ((float)low < (float)threat.Bounds.Low || (float)high > (float)threat.Bounds.High)
            throw Wrong(nameof(images), $"images in {threat.Bounds}",
                $"the values are in [{low:R}, {high:R}]; normalisation belongs inside the model");
        // two, for a batch norm without running statistics needs more than one
        var logits = ModelFacts.FirstLogits(model, images.narrow(0, 0, Math.Min(2, images.shape[0])));
        if (!logits.isfinite().all().item<bool>())
            throw new InvalidOperationException("The model's logits on the first images are not finite. Check that its "
                + "weights are: training may have diverged.");
        var (first, last) = (labels.min().item<long>(), labels.max().item<long>());
        if (first < 0 || last >= logits.shape[1])
            throw Wrong(nameof(labels), $"labels in 0 … {logits.shape[1] - 1}, the model's classes",
                $"the values are in {first} … {last}");
    }

    private static ArgumentException Wrong(string parameter, string expected, string came) =>
        new($"Expected {expected}; {came}.", parameter);

    private static string Shape(Tensor tensor) => $"[{string.Join(",", tensor.shape)}]";
}
