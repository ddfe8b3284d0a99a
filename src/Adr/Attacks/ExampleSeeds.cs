using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The random numbers of a batch's examples: a function of (seed, position in the data set, coordinate) and of
/// nothing else.</summary>
/// <remarks>So the noise of an example, and with it an attack's result, does not depend on the batch it is in or on the
/// device.</remarks>
/// <param name="Seed">The seed; <see cref="Fork"/> derives independent ones.</param>
/// <param name="Indices">For each example of the batch its position in the data set.</param>
public sealed record ExampleSeeds(long Seed, long[] Indices)
{
    /// <summary>For each example of the batch its position in the data set.</summary>
    public long[] Indices { get; } = Indices ?? throw new ArgumentNullException(nameof(Indices));

    /// <summary>Seeds for the examples 0 … count − 1.</summary>
    public static ExampleSeeds Sequence(long seed, long count) =>
        new(seed, [.. Enumerable.Range(0, checked((int)count)).Select(i => (long)i)]);

    /// <summary>An independent stream of random numbers for the same examples.</summary>
    public ExampleSeeds Fork(int stream) => new((long)CounterNoise.Key((ulong)Seed, stream), Indices);

    /// <summary>The seeds of some of the examples.</summary>
    /// <param name="positions">Positions within this batch.</param>
    public ExampleSeeds Select(IEnumerable<int> positions) => new(Seed, [.. positions.Select(p => Indices[p])]);

    /// <summary>Numbers uniform in [low, high).</summary>
    /// <param name="shape">[B,…], with one row per index.</param>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end.</param>
    /// <param name="device">Where the tensor goes; the numbers are made on the CPU.</param>
    /// <exception cref="ArgumentException">The first size of <paramref name="shape"/> is not the number of
    /// indices.</exception>
    public Tensor Uniform(long[] shape, double low, double high, Device device) =>
        Fill(shape, device, (key, row) => CounterNoise.Uniform(key, low, high, row));

    /// <summary>Standard normal numbers.</summary>
    /// <param name="shape">[B,…], with one row per index.</param>
    /// <param name="device">Where the tensor goes; the numbers are made on the CPU.</param>
    /// <exception cref="ArgumentException">The first size of <paramref name="shape"/> is not the number of
    /// indices.</exception>
    public Tensor Normal(long[] shape, Device device) => Fill(shape, device, CounterNoise.Normal);

    private delegate void FillRow(ulong key, Span<float> row);

    private Tensor Fill(long[] shape, Device device, FillRow fill)
    {
        if (shape.Length == 0 || shape[0] != Indices.Length)
            throw new ArgumentException(
                $"The noise needs one row per example: {Indices.Length} positions, but the shape is "
                    + $"[{string.Join(",", shape)}].", nameof(shape));
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        var width = shape[0] == 0 ? 0 : values.Length / Indices.Length;
        for (var i = 0; i < Indices.Length; i++)
            fill(CounterNoise.Key((ulong)Seed, Indices[i]), values.AsSpan(i * width, width));
        return tensor(values, shape, device: device);
    }
}
