using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>Two hidden layers of ReLUs, for points in the plane (<see cref="Data.ToyPoints"/>).</summary>
/// <remarks>Inputs in [0,1]² are first stretched to [−2,2]². The latent is the second hidden layer, [B,hidden]. Weights
/// are uniform in ±1/√fan-in; parameters are named <c>fc1.weight</c>, …, <c>fc3.bias</c>.</remarks>
public sealed class ToyMlp : StagedClassifier
{
    /// <summary>Builds the network with weights drawn from <paramref name="seed"/>.</summary>
    /// <param name="seed">The seed of the initial weights.</param>
    /// <param name="classes">The number of classes K, at least 2. Default 2.</param>
    /// <param name="hidden">The width of the hidden layers, at least 1. Default 32.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="hidden"/> is below 1.</exception>
    public ToyMlp(long seed, int classes = 2, int hidden = 32) : base("toy-mlp", classes, [1, 1, 2])
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hidden, 1);
        Seed = seed;
        Linear[] layers = [nn.Linear(2, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, classes)];
        for (var i = 0; i < layers.Length; i++) register_module($"fc{i + 1}", layers[i]);
        Initialisation.Uniform(this, seed);
        Chain(
        [
            new("fc1", inputs => layers[0].call((inputs.flatten(1) - 0.5) * 4).relu_()),
            new("fc2", x => layers[1].call(x).relu_()),
            new("fc3", layers[2].call),
        ], latent: "fc2");
    }
}
