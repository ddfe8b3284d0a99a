using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The random windows of Square: its start, and its change of one square (Andriushchenko et al. 2020,
/// algorithms 2 and 3).</summary>
/// <param name="threat">Norm, radius and box.</param>
/// <param name="shape">[B,C,H,W] of the images.</param>
internal sealed class SquareWindows(ThreatModel threat, long[] shape)
{
    private readonly long _channels = shape[1];
    private readonly int _height = (int)shape[2];
    private readonly int _width = (int)shape[3];

    /// <summary>Where the search begins: vertical stripes of ±ε under L∞, a grid of patches under L2 and L1.</summary>
    internal Tensor Start(Tensor origin, ExampleSeeds seeds)
    {
        using var scope = NewDisposeScope();
        if (threat.Norm == Norm.Linf)
            return threat.Project(origin + threat.Epsilon * Signs(seeds, origin, [_channels, 1, _width]), origin)
                .MoveToOuterDisposeScope();
        var side = Math.Max(Math.Min(_height, _width) / 5, 1);
        var delta = zeros_like(origin);
        var tile = 0;
        for (var top = 0; top + side <= _height; top += side)
            for (var left = 0; left + side <= _width; left += side, tile++)
                delta.narrow(2, top, side).narrow(3, left, side).add_(Patch(side, origin, seeds.Fork(tile)));
        return Within(delta, origin).MoveToOuterDisposeScope();
    }

    /// <summary>A candidate that differs from the best one in a window, under L2 and L1 in two.</summary>
    /// <param name="best">[b,C,H,W].</param>
    /// <param name="origin">[b,C,H,W].</param>
    /// <param name="share">The share of the pixels that the window covers.</param>
    /// <param name="seeds">One index per example.</param>
    internal Tensor Change(Tensor best, Tensor origin, double share, ExampleSeeds seeds)
    {
        using var scope = NewDisposeScope();
        return (threat.Norm == Norm.Linf ? Raise(best, origin, share, seeds) : Move(best, origin, share, seeds))
            .MoveToOuterDisposeScope();
    }

    // L∞: ±2ε in a window, so that every pixel in it ends at +ε or −ε
    private Tensor Raise(Tensor best, Tensor origin, double share, ExampleSeeds seeds)
    {
        var side = Math.Min(Math.Max((int)Math.Round(Math.Sqrt(share * _height * _width)), 1),
            Math.Min(_height, _width));
        var (top, left) = Corners(side, seeds);
        // [b,1,H,1]·[b,1,1,W]
        var window = Covers(top, side, _height, best).unsqueeze(3) * Covers(left, side, _width, best).unsqueeze(2);
        return threat.Project(best + 2 * threat.Epsilon * window * Signs(seeds.Fork(1), best, [_channels, 1, 1]),
            origin);
    }

    // L2, L1: what a second window held goes into the first, with what of ε is unused, in the shape of its old content
    // and a patch
    private Tensor Move(Tensor best, Tensor origin, double share, ExampleSeeds seeds)
    {
        var side = Math.Max((int)Math.Round(Math.Sqrt(share * _height * _width)), 3);
        side = Math.Min(side % 2 == 0 ? side + 1 : side, Math.Min(_height, _width));
        var delta = (best - origin).flatten(2); // [b,C,HW]
        // [b,C,ss]
        var (to, from) = (Pixels(Corners(side, seeds), side, best), Pixels(Corners(side, seeds.Fork(1)), side, best));
        var ones = ones_like(delta);
        var both = zeros_like(delta).scatter(2, to, ones).scatter(2, from, ones);
        var held = Size(delta * both, 2); // [b,C,1]
        var unused = (Power(threat.Epsilon) - Power(PerExample.Spread(threat.Distance(best, origin), delta))).clamp_min(
            0);
        var old = delta.gather(2, to);
        var fresh = Patch(side, best, seeds.Fork(2)).flatten(2) + old / (Size(old, 2) + 1e-12);
        fresh = fresh / (Size(fresh, 2) + 1e-12) * Root(unused / _channels + Power(held)) * (threat.Norm == Norm.L1
            ? _channels
            : 1);
        delta = delta.scatter(2, from, zeros_like(old)).scatter(2, to, fresh);
        return Within(delta.view(best.shape), origin);
    }

    // stretched (L2) or projected (L1) to the ball, and into the box
    private Tensor Within(Tensor delta, Tensor origin)
    {
        if (threat.Norm == Norm.L1) return threat.Project(origin + delta, origin);
        var length = threat.Distance(delta, zeros_like(delta));
        return threat.Project(origin + threat.Epsilon * delta / (PerExample.Spread(length, delta) + 1e-12), origin);
    }

    // a patch for each example and channel [b,C,side,side], lying or standing, with a random sign
    private Tensor Patch(int side, Tensor like, ExampleSeeds seeds)
    {
        var lying = tensor(SquarePatch.Of(side, threat.Norm), [side, side], device: like.device).to(like.dtype);
        var upright = PerExample.Spread(seeds.Uniform([like.shape[0], 1], 0, 1, like.device).squeeze(1).gt(0.5), like);
        return where(upright, lying.transpose(0, 1), lying) * Signs(seeds.Fork(1), like, [_channels, 1, 1]);
    }

    private (Tensor Top, Tensor Left) Corners(int side, ExampleSeeds seeds)
    {
        var places = seeds.Uniform([seeds.Indices.Length, 2], 0, 1, CPU);
        return (Corner(0, _height), Corner(1, _width));

        // uniform in 0 … size − side; the reference implementation never draws the last, so its windows miss the last
        // row and column
        Tensor Corner(long axis, int size) =>
            (places.select(1, axis) * (size - side + 1)).to(ScalarType.Int64).clamp_max(size - side);
    }

    // 1 in the side places from each start, in a row of size [b,1,size]
    private static Tensor Covers(Tensor start, int side, int size, Tensor like)
    {
        var place = arange(size, dtype: ScalarType.Int64).unsqueeze(0);
        var first = start.unsqueeze(1);
        return place.ge(first).logical_and(place.lt(first + side)).to(like.dtype).to(like.device).unsqueeze(1);
    }

    // positions of the window's pixels in a flattened channel [b,C,side·side]
    private Tensor Pixels((Tensor Top, Tensor Left) corner, int side, Tensor like)
    {
        var place = arange(side, dtype: ScalarType.Int64);
        var rows = (corner.Top.unsqueeze(1) + place).unsqueeze(2);                     // [b,s,1]
        var columns = (corner.Left.unsqueeze(1) + place).unsqueeze(1);                 // [b,1,s]
        return (rows * _width + columns).flatten(1).unsqueeze(1).expand(-1, _channels, -1).to(like.device);
    }

    private static Tensor Signs(ExampleSeeds seeds, Tensor like, long[] size) =>
        seeds.Uniform([like.shape[0], .. size], 0, 1, like.device).ge(0.5).to(like.dtype) * 2 - 1;

    private Tensor Size(Tensor values, long axis) => threat.Norm == Norm.L1
        ? values.abs().sum(axis).unsqueeze(axis)
        : values.pow(2).sum(axis).sqrt().unsqueeze(axis);

    // sums of L2 add up in squares
    private Tensor Power(Tensor norms) => threat.Norm == Norm.L1 ? norms : norms.pow(2);

    private double Power(double norm) => threat.Norm == Norm.L1 ? norm : norm * norm;

    private Tensor Root(Tensor powers) => threat.Norm == Norm.L1 ? powers : powers.sqrt();
}

/// <summary>The shape of the updates of Square under L2 and L1: two halves of opposite sign, each fading from its
/// middle (Andriushchenko et al. 2020, section 3.4).</summary>
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
