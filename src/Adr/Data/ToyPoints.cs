using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Data;

/// <summary>Points in the plane, in two or more classes: problems whose decision boundary can be drawn.</summary>
/// <remarks>
/// A point is an image [1,1,2], so that every attack and defence takes it: x and y, scaled so that all points lie in
/// [0,1]. The shapes are the usual ones (scikit-learn's <c>make_moons</c>, <c>make_circles</c>, <c>make_blobs</c>); the
/// classes take turns, so that every run of points has all of them.
/// </remarks>
public static class ToyPoints
{
    /// <summary>Two half circles that reach into each other.</summary>
    /// <param name="count">How many points, at least 2.</param>
    /// <param name="noise">The standard deviation of the noise, in radii of the half circles, at least 0. Default
    /// 0.1.</param>
    /// <param name="seed">Decides the points.</param>
    /// <returns>Images [count,1,1,2] in [0,1], two classes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is below what it may be.</exception>
    public static Dataset Moons(
        int count,
        double noise = 0.1,
        long seed = 1) => Make("Moons", ["upper", "lower"], count, noise, seed, (label, u, _) =>
    {
        var (sin, cos) = Math.SinCos(Math.PI * u);
        return label == 0 ? (cos, sin) : (1 - cos, 0.5 - sin);
    });

    /// <summary>A circle within another.</summary>
    /// <param name="count">How many points, at least 2.</param>
    /// <param name="noise">The standard deviation of the noise, in radii of the outer circle, at least 0. Default
    /// 0.06.</param>
    /// <param name="ratio">The radius of the inner circle over that of the outer, in (0,1). Default 0.5.</param>
    /// <param name="seed">Decides the points.</param>
    /// <returns>Images [count,1,1,2] in [0,1], two classes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is not as above.</exception>
    public static Dataset Circles(int count, double noise = 0.06, double ratio = 0.5, long seed = 1)
    {
        Require.That(ratio is > 0 and < 1, ratio, "The ratio of the radii must be in (0,1).");
        return Make("Circles", ["outer", "inner"], count, noise, seed, (label, u, _) =>
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * u);
            return label == 0 ? (cos, sin) : (ratio * cos, ratio * sin);
        });
    }

    /// <summary>One round cloud per class, their middles evenly on a circle.</summary>
    /// <param name="count">How many points, at least one per class.</param>
    /// <param name="classes">The number of classes, at least 2. Default 3.</param>
    /// <param name="noise">The standard deviation of a cloud, in radii of the circle, at least 0. Default 0.25.</param>
    /// <param name="seed">Decides the points.</param>
    /// <returns>Images [count,1,1,2] in [0,1].</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is below what it may be.</exception>
    public static Dataset Blobs(int count, int classes = 3, double noise = 0.25, long seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        return Make("Blobs", [.. Enumerable.Range(1, classes)
            .Select(i => $"cloud {i}")], count, noise, seed, (label, _, number) =>
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * label / number);
            return (cos, sin);
        });
    }

    private static Dataset Make(
        string name,
        string[] classes,
        int count,
        double noise,
        long seed,
        Func<int, double, int, (double X, double Y)> place)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, classes.Length);
        Require.That(noise is >= 0 and < double.PositiveInfinity, noise, "The noise must be a number, at least 0.");
        var points = new float[2 * count];
        var labels = new long[count];
        Span<float> along = stackalloc float[1], shift = stackalloc float[2];
        for (var i = 0; i < count; i++)
        {
            var key = CounterNoise.Key((ulong)seed, i);
            CounterNoise.Uniform(CounterNoise.Key(key, 0), 0, 1, along);
            CounterNoise.Normal(CounterNoise.Key(key, 1), shift);
            labels[i] = i % classes.Length;
            var (x, y) = place((int)labels[i], along[0], classes.Length);
            (points[2 * i], points[2 * i + 1]) = ((float)(x + noise * shift[0]), (float)(y + noise * shift[1]));
        }
        FitInUnitSquare(points);
        using var scope = NewDisposeScope();
        return new Dataset(name, tensor(points, [count, 1, 1, 2]), tensor(labels), classes);
    }

    // One scale for both axes, so that circles stay round; the middle of the points becomes that of the square.
    private static void FitInUnitSquare(float[] points)
    {
        var xs = points.Where((_, i) => i % 2 == 0).ToArray();
        var ys = points.Where((_, i) => i % 2 == 1).ToArray();
        var (left, right, bottom, top) = (xs.Min(), xs.Max(), ys.Min(), ys.Max());
        var size = Math.Max(Math.Max(right - left, top - bottom), 1e-6f);
        for (var i = 0; i < points.Length; i++)
        {
            var middle = i % 2 == 0 ? (left + right) / 2 : (bottom + top) / 2;
            points[i] = Math.Clamp((points[i] - middle) / size + 0.5f, 0, 1);
        }
    }
}
