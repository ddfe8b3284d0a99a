using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>Initial weights drawn from a seed and the parameters' names alone: engine, device and the order of the parameters do not matter.</summary>
/// <remarks>Parameters of normalisations keep what their layers gave them: 1 and 0.</remarks>
internal static class Initialisation
{
    /// <summary>Fills the values of a weight, or of the bias beside it, of a layer whose weight has this shape.</summary>
    private delegate void Draw(ulong key, long[] weightShape, bool isBias, Span<float> values);

    /// <summary>Convolutions N(0, 2/fan-in) with zero bias (He et al. 2015); fully connected layers uniform in ±1/√fan-in, weight and bias.</summary>
    internal static void HeNormalConvolutions(nn.Module model, long seed) =>
        Apply(model, seed, convolution: (key, shape, isBias, values) => Normal(key, isBias ? 0 : Math.Sqrt(2.0 / FanIn(shape)), values), linear: Uniform);

    /// <summary>Everything uniform in ±1/√fan-in, weight and bias, as PyTorch's layers do by themselves.</summary>
    internal static void Uniform(nn.Module model, long seed) => Apply(model, seed, Uniform, Uniform);

    /// <summary>Convolutions N(0, 2/(h·w·out)); fully connected layers uniform in ±1/√fan-in with zero bias, as in wide residual networks.</summary>
    internal static void FanOutNormalConvolutions(nn.Module model, long seed) =>
        Apply(model, seed,
            convolution: (key, shape, isBias, values) => Normal(key, isBias ? 0 : Math.Sqrt(2.0 / (shape[0] * shape[2] * shape[3])), values),
            linear: (key, shape, isBias, values) => { if (!isBias) Uniform(key, shape, isBias, values); });

    private static void Apply(nn.Module model, long seed, Draw convolution, Draw linear)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var parameters = model.named_parameters().ToList();
        var shapes = parameters.ToDictionary(p => p.name, p => p.parameter.shape);
        foreach (var (name, parameter) in parameters)
        {
            var weightShape = shapes[name.Replace(".bias", ".weight", StringComparison.Ordinal)];
            if (weightShape.Length is not (2 or 4)) continue;
            var values = new float[parameter.numel()];
            var key = name.Aggregate(CounterNoise.Key((ulong)seed, 0), (key, letter) => CounterNoise.Key(key, letter));
            (weightShape.Length == 4 ? convolution : linear)(key, weightShape, name.EndsWith(".bias", StringComparison.Ordinal), values);
            parameter.copy_(tensor(values, parameter.shape));
        }
    }

    private static void Uniform(ulong key, long[] weightShape, bool isBias, Span<float> values)
    {
        var bound = 1 / Math.Sqrt(FanIn(weightShape));
        CounterNoise.Uniform(key, -bound, bound, values);
    }

    private static void Normal(ulong key, double deviation, Span<float> values)
    {
        if (deviation == 0) return; // they are 0
        CounterNoise.Normal(key, values);
        for (var i = 0; i < values.Length; i++) values[i] *= (float)deviation;
    }

    private static long FanIn(long[] weightShape) => weightShape.Skip(1).Aggregate(1L, (product, size) => product * size);
}
