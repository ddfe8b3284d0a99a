using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Reference;

/// <summary>Comparisons that say by how much they failed.</summary>
internal static class Close
{
    /// <summary>|actual − expected| ≤ tolerance · (|expected| + floor).</summary>
    internal static void Number(double expected, double actual, double tolerance, string what, double floor = 1e-3) =>
        Assert.True(Math.Abs(actual - expected) <= tolerance * (Math.Abs(expected) + floor),
            $"{what}: expected {expected:R}, got {actual:R}.");

    /// <summary>The largest difference of an entry ≤ tolerance · (the largest |entry| expected + floor).</summary>
    internal static void Tensor(Tensor expected, Tensor actual, double tolerance, string what, double floor = 1e-3)
    {
        using var scope = NewDisposeScope();
        Assert.True(expected.shape.SequenceEqual(actual.shape),
            $"{what}: expected shape [{string.Join(",", expected.shape)}], got [{string.Join(",", actual.shape)}].");
        var (e, a) = (Doubles(expected), Doubles(actual));
        var allowed = tolerance * (e.Length == 0 ? 0 : e.Max(Math.Abs) + floor);
        for (var i = 0; i < e.Length; i++)
            Assert.True(Math.Abs(a[i] - e[i]) <= allowed,
                $"{what}: entry {i} of {e.Length} should be {e[i]:R}, but is {a[i]:R} (allowed: {allowed:R}).");
    }

    /// <summary>The same numbers to the last bit.</summary>
    internal static void Same(Tensor expected, Tensor actual, string what)
    {
        Assert.True(expected.shape.SequenceEqual(actual.shape),
            $"{what}: expected shape [{string.Join(",", expected.shape)}], got [{string.Join(",", actual.shape)}].");
        Assert.True(Doubles(expected).AsSpan().SequenceEqual(Doubles(actual)), $"{what}: the numbers differ.");
    }

    /// <summary>All entries as doubles, in row order.</summary>
    internal static double[] Doubles(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.detach().to(ScalarType.Float64).Values<double>();
    }

    /// <summary>All entries of an int64 tensor.</summary>
    internal static long[] Longs(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.Values<long>();
    }
}
