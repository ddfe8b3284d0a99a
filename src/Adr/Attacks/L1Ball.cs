using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The L1 ball around an image, cut with the box of valid pixels.</summary>
internal static class L1Ball
{
    /// <summary>The exact Euclidean projection on ball and box together (Croce and Hein 2021, "Mind the box",
    /// proposition 2.1).</summary>
    /// <remarks>
    /// With d = candidate − origin and room_i the way from origin_i to the box's edge in the direction of d_i, the
    /// solution is δ_i = sign(d_i) · clip(|d_i| − λ, 0, room_i) with the smallest λ ≥ 0 for which ‖δ‖₁ ≤ ε. ‖δ‖₁ falls
    /// piecewise linearly in λ, so λ is found by sorting the 2d places where its slope changes. In float64: sums of
    /// thousands of pixels meet ε to 1e-6.
    /// </remarks>
    /// <param name="candidate">[B,…].</param>
    /// <param name="origin">[B,…], in the box.</param>
    /// <param name="epsilon">ε ≥ 0.</param>
    /// <param name="bounds">The box.</param>
    /// <returns>[B,…] in the candidate's type; in the ball up to rounding, in the box but for rounding.</returns>
    internal static Tensor Project(Tensor candidate, Tensor origin, double epsilon, Bounds bounds)
    {
        using var scope = NewDisposeScope();
        if (candidate.numel() == 0) return candidate.clone().MoveToOuterDisposeScope();
        var centre = origin.flatten(1).to(ScalarType.Float64);                                         // [B,d]
        var delta = candidate.flatten(1).to(ScalarType.Float64) - centre;                              // [B,d]
        var size = delta.abs();
        var room = where(delta.gt(0), bounds.High - centre, centre - bounds.Low).clamp_min(0);         // [B,d]
        var shrunk = minimum((size - Shrinkage(size, room, epsilon)).clamp_min(0), room);              // [B,d]
        return (centre + delta.sign() * shrunk).to(candidate.dtype).view(candidate.shape).MoveToOuterDisposeScope();
    }

    // λ [B,1]
    private static Tensor Shrinkage(Tensor size, Tensor room, double epsilon)
    {
        // From λ = start_i on coordinate i shrinks, at λ = size_i it is zero: between them the sum's slope has one more
        // unit.
        var start = (size - room).clamp_min(0);
        var (places, order) = cat([start, maximum(size, start)], 1).sort(1); // [B,2d], ascending
        // [B,2d]: +1 where one starts, −1 where one ends
        var turns = cat([ones_like(size), -ones_like(size)], 1).gather(1, order);
        var slope = turns.cumsum(1); // [B,2d]: −d‖δ‖₁/dλ right of each place
        var whole = minimum(size, room).sum(1).unsqueeze(1); // [B,1]: ‖δ‖₁ at λ = 0
        var gaps = places.narrow(1, 1, places.shape[1] - 1) - places.narrow(1, 0, places.shape[1] - 1);
        // [B,2d−1]: lost between the first place and place k+1
        var falls = (gaps * slope.narrow(1, 0, gaps.shape[1])).cumsum(1);
        var sums = cat([whole, whole - falls], 1); // [B,2d]: ‖δ‖₁ at each place
        // the last place where the sum is still above ε; from there the rest falls with the slope that holds there
        // [B,1]: sums fall, so the first ones are above
        var last = sums.gt(epsilon).to(ScalarType.Int64).sum(1).sub(1).clamp_min(0).unsqueeze(1);
        var there = places.gather(1, last) + (sums.gather(1, last) - epsilon) / slope.gather(1, last).clamp_min(1);
        return where(whole.gt(epsilon), there, zeros_like(there));
    }
}
