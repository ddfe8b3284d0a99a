using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Reference;

/// <summary>Numbers that the reference scripts and the tests make alike: value i is the top 24 bits of SplitMix64's
/// output i.</summary>
internal static class SplitMix
{
    /// <summary>Multiples of 2⁻²⁴ in [0,1), exact in float.</summary>
    internal static float[] Uniform(long seed, long count)
    {
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            var z = (ulong)seed + (ulong)(i + 1) * 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            values[i] = (z >> 40) * (1f / (1 << 24));
        }
        return values;
    }

    /// <summary>A float tensor, uniform in [low, high].</summary>
    internal static Tensor Tensor(long seed, double low, double high, params long[] shape)
    {
        var values = Uniform(seed, shape.Aggregate(1L, (product, size) => product * size));
        for (var i = 0; i < values.Length; i++) values[i] = (float)(low + (high - low) * values[i]);
        return tensor(values, shape);
    }

    /// <summary>Labels in 0 … classes − 1.</summary>
    internal static Tensor Labels(long seed, int count, int classes) =>
        tensor(Uniform(seed, count).Select(u => (long)(u * classes)).ToArray());

    /// <summary>Gives parameter k of the model the numbers of stream 1000·seed + k, as fill() of adr_fixtures.py
    /// does.</summary>
    internal static T Fill<T>(T model, long seed) where T : nn.Module
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var (index, buffers) = (0, 0);
        foreach (var (name, parameter) in model.named_parameters())
        {
            var fanIn = parameter.shape.Skip(1).Aggregate(1L, (product, size) => product * size);
            var scale = parameter.shape.Length > 1 ? Math.Pow(2, Math.Round(Math.Log2(Math.Sqrt(6.0 / fanIn))))
                : Math.Pow(2, -4);
            // a norm's
            var middle = parameter.shape.Length == 1 && name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0;
            parameter.copy_(Tensor(1000 * seed + index++, middle - scale, middle + scale, parameter.shape));
        }
        foreach (var (name, buffer) in model.named_buffers()
            .Where(b => b.name.Split('.')[^1] is not ("num_batches_tracked" or "mean" or "std")))
        {
            var middle = name.EndsWith("running_var", StringComparison.Ordinal) ? 1 : 0;
            buffer.copy_(Tensor(1000 * seed + 500 + buffers++, middle - 0.0625, middle + 0.0625, buffer.shape));
        }
        return model;
    }
}
