using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>Initial weights by a seed and the parameters' names alone, and their layout in memory.</summary>
/// <remarks>Engine, device and the order of the parameters do not matter. Parameters of normalisations keep what their
/// layers gave them: 1 and 0.</remarks>
internal static class Initialisation
{
    /// <summary>Fills the values of a weight of this shape, or of the bias beside it.</summary>
    private delegate void Draw(ulong key, long[] weightShape, bool isBias, Span<float> values);

    /// <summary>Convolutions N(0, 2/fan-in) with zero bias (He et al. 2015); fully connected layers uniform in
    /// ±1/√fan-in, weight and bias.</summary>
    internal static void HeNormalConvolutions(nn.Module model, long seed) => Apply(model, seed,
        convolution: (key, shape, isBias, values) => Normal(key, isBias ? 0 : Math.Sqrt(2.0 / FanIn(shape)), values),
        linear: Uniform);

    /// <summary>Everything uniform in ±1/√fan-in, weight and bias, as PyTorch's layers do by themselves.</summary>
    internal static void Uniform(nn.Module model, long seed) => Apply(model, seed, Uniform, Uniform);

    /// <summary>Convolutions N(0, 2/(h·w·out)); fully connected layers uniform in ±1/√fan-in with zero bias.</summary>
    internal static void FanOutNormalConvolutions(nn.Module model, long seed) => Apply(model, seed,
        convolution: (key, shape, isBias, values) =>
            Normal(key, isBias ? 0 : Math.Sqrt(2.0 / (shape[0] * shape[2] * shape[3])), values),
        linear: (key, shape, isBias, values) => { if (!isBias) Uniform(key, shape, isBias, values); });

    /// <summary>Stores the weight [O,I,h,w] of every convolution with I innermost (PyTorch's
    /// memory_format=channels_last). To be called in a constructor, before anyone holds a parameter.</summary>
    /// <remarks>libtorch then runs the whole network in that layout; the values differ by rounding, and CPUs are
    /// faster.</remarks>
    internal static void ChannelsLast(nn.Module model)
    {
        using var scope = NewDisposeScope();
        foreach (var convolution in model.modules().OfType<Conv2d>())
        {
            var weight = ChannelsLast((Tensor)convolution.weight!);
            convolution.weight = (Parameter)nn.Parameter(weight).DetachFromDisposeScope();
        }
    }

    /// <summary>The same numbers [O,I,h,w] with I innermost in memory.</summary>
    internal static Tensor ChannelsLast(Tensor weight)
    {
        var (o, i, h, w) = (weight.shape[0], weight.shape[1], weight.shape[2], weight.shape[3]);
        // With I = 1 both layouts are one and libtorch takes it for the other; the strides decide.
        return weight.detach().permute(0, 2, 3, 1).contiguous().as_strided([o, i, h, w], [h * w * i, 1, w * i, i]);
    }

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
            var isBias = name.EndsWith(".bias", StringComparison.Ordinal);
            (weightShape.Length == 4 ? convolution : linear)(key, weightShape, isBias, values);
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

    private static long FanIn(long[] weightShape) =>
        weightShape.Skip(1).Aggregate(1L, (product, size) => product * size);
}
