using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>Initial weights drawn from a seed and the parameters' names alone: engine, device and the order of the parameters do not matter.</summary>
internal static class Initialisation
{
    /// <summary>Convolutions N(0, 2/fan-in) with zero bias (He et al. 2015); fully connected layers uniform in ±1/√fan-in, weight and bias.</summary>
    internal static void HeNormalConvolutions(nn.Module model, long seed)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var parameters = model.named_parameters().ToList();
        var shapes = parameters.ToDictionary(p => p.name, p => p.parameter.shape);
        foreach (var (name, parameter) in parameters)
        {
            var weightShape = shapes[name.Replace(".bias", ".weight", StringComparison.Ordinal)];
            var fanIn = weightShape.Skip(1).Aggregate(1L, (product, size) => product * size);
            var values = new float[parameter.numel()];
            var key = name.Aggregate(CounterNoise.Key((ulong)seed, 0), (key, letter) => CounterNoise.Key(key, letter));
            if (weightShape.Length == 2)
                CounterNoise.Uniform(key, -1 / Math.Sqrt(fanIn), 1 / Math.Sqrt(fanIn), values);
            else if (parameter.shape.Length == 4)
            {
                CounterNoise.Normal(key, values);
                var deviation = MathF.Sqrt(2f / fanIn);
                for (var i = 0; i < values.Length; i++) values[i] *= deviation;
            }
            parameter.copy_(tensor(values, parameter.shape));
        }
    }
}
