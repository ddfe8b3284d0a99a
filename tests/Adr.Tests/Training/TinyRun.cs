using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using Adr.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Tests.Training;

/// <summary>
/// A network of one hidden layer with dropout, small enough for hundreds of steps in a test; its weights come from the
/// seed.
/// </summary>
internal sealed class SmallClassifier : Classifier
{
    private readonly Linear _hidden;
    private readonly Dropout _dropout;
    private readonly Linear _output;

    internal SmallClassifier(long seed, int hidden = 12, double dropout = 0.3) : base("small", 3, [1, 4, 4])
    {
        Seed = seed;
        _hidden = nn.Linear(16, hidden);
        _dropout = nn.Dropout(dropout);
        _output = nn.Linear(hidden, 3);
        register_module("hidden", _hidden);
        register_module("dropout", _dropout);
        register_module("output", _output);
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        foreach (var (parameter, number) in parameters().Select((p, i) => (p, i)))
            parameter.copy_(0.5 * ExampleSeeds.Sequence(seed + number, 1)
                .Normal([1, parameter.numel()], CPU).view(parameter.shape));
    }

    public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
    {
        var latent = nn.functional.relu(_hidden.call(images.flatten(1))); // [B,hidden]
        return (latent, _output.call(_dropout.call(latent)));             // [B,3]
    }
}

/// <summary>
/// What the tests of training share: digits of three classes that can be learnt in seconds, and settings that use every
/// random stream.
/// </summary>
internal static class TinyRun
{
    /// <summary>Noisy images, each class with another bright row.</summary>
    internal static Dataset Data(int count = 60)
    {
        using var scope = NewDisposeScope();
        var labels = arange(count, dtype: ScalarType.Int64).remainder(3);
        var images = ExampleSeeds.Sequence(99, count).Uniform([count, 1, 4, 4], 0, 0.4, CPU);
        for (var i = 0; i < count; i++) images[i, 0, i % 3].add_(0.5);
        return new Dataset("three rows", images, labels, ["a", "b", "c"]);
    }

    internal static Defence Defence(CompactnessWeights? weights = null) =>
        new AdversarialTraining(new Pgd(ThreatModel.Linf(0.1), 2, 0.05), weights ?? new CompactnessWeights());

    internal static TrainingOptions Options(OptimizerSettings? optimizer = null) => new()
    {
        Epochs = 4, BatchSize = 16, Optimizer = optimizer ?? new AdamSettings(0.01),
        EpsilonWarmupEpochs = 2, Milestones = [3],
        Seed = 11, ValidationCount = 12, ValidationSteps = 3,
    };

    /// <summary>All weights as one text, to be compared bit by bit.</summary>
    internal static string Bits(nn.Module<Tensor, Tensor> model)
    {
        using var scope = NewDisposeScope();
        return string.Concat(model.state_dict().OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => Convert.ToHexString(p.Value.detach().contiguous().bytes)));
    }
}
