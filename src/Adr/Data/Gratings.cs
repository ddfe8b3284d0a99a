using Adr.Models;
using static TorchSharp.torch;

namespace Adr.Data;

/// <summary>Generated pictures, each class a pattern of stripes of its own direction, width and colour: they stand in
/// for real pictures where there are none.</summary>
/// <remarks>They show that an experiment runs, and nothing else. What was made of them is named after them, so that no
/// table can pass for one of real pictures.</remarks>
public static class Gratings
{
    /// <summary>Pictures in the form of CIFAR's.</summary>
    /// <param name="trainCount">How many to train on, at least 1.</param>
    /// <param name="testCount">How many to test on, at least 1; they are others.</param>
    /// <param name="classes">The number of classes K, at least 2. Default 10.</param>
    /// <param name="seed">Decides the pictures.</param>
    /// <returns>Images [N,3,32,32], float32 in [0,1]; the classes take turns.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is below what it may be.</exception>
    public static (Dataset Train, Dataset Test) Load(int trainCount, int testCount, int classes = 10, long seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trainCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(testCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        string[] names = [.. Enumerable.Range(0, classes).Select(k => $"grating {k}")];
        return (Make("Gratings train", 0, trainCount), Make("Gratings test", trainCount, testCount));

        Dataset Make(string name, int first, int count)
        {
            var values = new float[count * Size];
            for (var i = 0; i < count; i++)
            {
                var key = CounterNoise.Key((ulong)seed, first + i);
                Draw((first + i) % classes, classes, key, values.AsSpan(i * Size, Size));
            }
            using var scope = NewDisposeScope();
            return new Dataset(name, tensor(values, [count, 3, Side, Side]),
                tensor([.. Enumerable.Range(first, count).Select(i => (long)(i % classes))]), names);
        }
    }

    private const int Side = 32, Size = 3 * Side * Side;

    private static void Draw(int label, int classes, ulong key, Span<float> image)
    {
        CounterNoise.Normal(key, image);
        Span<float> phase = stackalloc float[1];
        CounterNoise.Uniform(CounterNoise.Key(key, 1), 0, 2 * Math.PI, phase);
        var (sin, cos) = Math.SinCos(Math.PI * label / classes);
        var frequency = 2 * Math.PI / (5 + label % 5);
        for (var channel = 0; channel < 3; channel++)
        {
            var strength = 0.1 + 0.2 * (1 + Math.Cos(2 * Math.PI * ((double)label / classes + channel / 3.0))) / 2;
            for (var pixel = 0; pixel < Side * Side; pixel++)
            {
                ref var value = ref image[channel * Side * Side + pixel];
                var wave = Math.Sin(phase[0] + frequency * (cos * (pixel % Side) + sin * (pixel / Side)));
                value = (float)Math.Clamp(0.5 + strength * wave + 0.08 * value, 0, 1);
            }
        }
    }
}
