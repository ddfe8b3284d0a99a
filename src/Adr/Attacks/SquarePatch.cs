using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The shape of the updates of Square under L2 and L1: two halves of opposite sign, each fading from its middle (Andriushchenko et al. 2020, section 3.4).</summary>
internal static class SquarePatch
{
    /// <summary>The patch [s,s] with its halves one above the other, of norm 1, in row order.</summary>
    internal static float[] Of(int side, Norm norm)
    {
        var patch = new float[side, side];
        var upper = side / 2;
        Add(patch, 0, upper, side, norm, 1);
        Add(patch, upper, side - upper, side, norm, -1);
        Normalise(patch, 0, side, norm);
        return [.. patch.Cast<float>()];
    }

    // A pyramid of rectangles around the middle: ring r adds 1/(r+1)² (L2) or 1/(r+1)⁴ (L1).
    private static void Add(float[,] patch, int top, int height, int width, Norm norm, int sign)
    {
        if (height == 0) return;
        var (middle, centre) = (height / 2, width / 2);
        var rings = Math.Max(height / 2, width / 2) + 1;
        for (var ring = 0; ring < rings; ring++)
        {
            var rise = sign / (float)Math.Pow(ring + 1, norm == Norm.L2 ? 2 : 4);
            for (var row = Math.Max(middle - ring, 0); row < Math.Min(middle + ring + 1, height); row++)
                for (var column = Math.Max(centre - ring, 0); column < Math.Min(centre + ring + 1, width); column++)
                    patch[top + row, column] += rise;
        }
        Normalise(patch, top, height, norm);
    }

    // rows top … top + height − 1 to norm 1
    private static void Normalise(float[,] patch, int top, int height, Norm norm)
    {
        double sum = 0;
        for (var row = top; row < top + height; row++)
            for (var column = 0; column < patch.GetLength(1); column++)
                sum += norm == Norm.L2 ? (double)patch[row, column] * patch[row, column] : Math.Abs(patch[row, column]);
        var length = (float)(norm == Norm.L2 ? Math.Sqrt(sum) : sum);
        for (var row = top; row < top + height; row++)
            for (var column = 0; column < patch.GetLength(1); column++) patch[row, column] /= length;
    }
}
