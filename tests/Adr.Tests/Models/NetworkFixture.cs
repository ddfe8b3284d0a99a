using Adr.Losses;
using Adr.Models;
using Adr.Native;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

/// <summary>A network beside its PyTorch definition, on the same weights.</summary>
internal static class NetworkFixture
{
    // single precision through all layers, on any engine below the tolerance of the largest entry
    internal static void LatentLogitsAndInputGradient<T>(
        string name, T model, double tolerance, ScalarType type = ScalarType.Float32, double? gradientTolerance = null)
        where T : Classifier
    {
        using var scope = NewDisposeScope();
        using var fixture = Fixture.Load(name);
        using var filled = SplitMix.Fill(model, 1);
        model.to(type).eval();
        var images = fixture["images"].to(type, copy: true).requires_grad_(true);
        var (latent, logits) = model.Represent(images);
        Close.Tensor(fixture["latent"], latent, tolerance, "latent");
        Close.Tensor(fixture["logits"], logits, tolerance, "logits");
        var loss = Loss.CrossEntropy(logits, fixture["labels"]);
        Close.Number(fixture.Number("loss"), loss.to(ScalarType.Float64).item<double>(), tolerance, "loss");
        Close.Tensor(fixture["input_gradient"], Gradients.Of(loss, images), gradientTolerance ?? tolerance,
            "input gradient", floor: 0);
    }

    internal static void LogitsAndMomentsInTraining<T>(string name, T model, double tolerance) where T : Classifier
    {
        using var scope = NewDisposeScope();
        using var fixture = Fixture.Load(name);
        using var filled = SplitMix.Fill(model, 1);
        model.train();
        Close.Tensor(fixture["logits_in_training"], model.call(fixture["images"]), tolerance, "logits");
        var state = model.state_dict();
        var moments = fixture.Names.Where(key => key.Contains("running", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, moments.Count);
        foreach (var moment in moments) Close.Tensor(fixture[moment], state[moment], tolerance, moment);
    }
}
