using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The shortest way from points to hyperplanes that stays in the box of valid pixels (Croce and Hein 2020, "Minimally distorted adversarial examples", section 2.2).</summary>
internal static class HyperplaneProjection
{
    // Of the largest entry of a normal: entries below it are nothing but rounding, and count as zero.
    private const double Negligible = 1e-12;

    /// <summary>argmin { ‖d‖ : ⟨normal, d⟩ = gap and x + d in the box }, for each point; exact, and the same whatever else is in the batch.</summary>
    /// <remarks>
    /// Along every coordinate the way leads in one direction e_i = sign(gap · normal_i), at most room_i far. With a_i = |normal_i| the lengths
    /// m_i ∈ [0, room_i] must reach Σ a_i m_i = |gap|. L∞: m_i = min(λ, room_i); L2: m_i = min(λ a_i, room_i); with the one λ for which
    /// the sum, piecewise linear and rising in λ, is |gap|: found by sorting the places where its slope changes. L1: the coordinates with the largest a_i go all their room, until the gap is closed.
    /// Where the hyperplane is out of the box' reach, d leads to a corner of the box as near to it as one can come. Where normal = 0, d = 0. In float64.
    /// </remarks>
    /// <param name="points">x [b,…], in the box.</param>
    /// <param name="normals">[b,…].</param>
    /// <param name="gaps">What is missing to the hyperplane, right-hand side minus ⟨normal, x⟩ [b].</param>
    /// <param name="norm">The norm of d.</param>
    /// <param name="bounds">The box.</param>
    /// <returns>d [b,…] in the points' type.</returns>
    internal static Tensor Way(Tensor points, Tensor normals, Tensor gaps, Norm norm, Bounds bounds)
    {
        using var scope = NewDisposeScope();
        if (points.numel() == 0) return zeros_like(points).MoveToOuterDisposeScope();
        var (x, w) = (points.flatten(1).to(ScalarType.Float64), normals.flatten(1).to(ScalarType.Float64)); // [b,d]
        var gap = gaps.to(ScalarType.Float64).unsqueeze(1);                                        // [b,1]
        var largest = w.abs().amax([1L]).unsqueeze(1);                                             // [b,1]
        var scale = where(largest.gt(0), largest, ones_like(largest));
        var size = w.abs() / scale;                                                                // [b,d] in [0,1]: a
        var counts = size.gt(Negligible);
        var direction = gap.sign() * w.sign();                                                     // [b,d]: e
        var room = where(direction.gt(0), bounds.High - x, x - bounds.Low).clamp_min(0);           // [b,d]
        room = where(counts, room, zeros_like(room));
        size = where(counts, size, zeros_like(size));
        var need = where(largest.gt(0), gap.abs() / scale, zeros_like(gap));                       // [b,1]
        var length = norm == Norm.L1 ? Greedy(size, room, need) : Level(size, room, need, norm);   // [b,d]: m
        return (direction * length).to(points.dtype).view(points.shape).MoveToOuterDisposeScope();
    }

    // m_i = min(λ u_i, room_i) with u = 1 under L∞, a under L2
    private static Tensor Level(Tensor size, Tensor room, Tensor need, Norm norm)
    {
        var unit = norm == Norm.Linf ? ones_like(size) : size;
        var ends = room / unit.clamp_min(Negligible);                                              // [b,d]: the λ from which coordinate i stands still
        var (places, order) = ends.sort(1);                                                        // ascending
        var full = (size * room).gather(1, order).cumsum(1);                                       // [b,d]: given by those that stand still
        var slopes = (size * unit).gather(1, order);                                               // [b,d]
        var rest = slopes.flip(1).cumsum(1).flip(1);                                               // [b,d]: the slope before each place
        var sums = full + places * (rest - slopes);                                                // [b,d]: what is reached at each place
        var first = sums.lt(need).to(ScalarType.Int64).sum(1).unsqueeze(1);                        // [b,1]: the place within whose step the gap is closed
        var isFar = first.eq(size.shape[1]);
        var at = first.clamp_max(size.shape[1] - 1);
        var before = full.gather(1, at) - (size * room).gather(1, order).gather(1, at);
        var level = (need - before).clamp_min(0) / rest.gather(1, at).clamp_min(Negligible * Negligible);
        level = where(isFar, places.narrow(1, places.shape[1] - 1, 1), level);
        return minimum(level * unit, room);
    }

    private static Tensor Greedy(Tensor size, Tensor room, Tensor need)
    {
        var (sizes, order) = size.sort(1, descending: true, stable: true);
        var rooms = room.gather(1, order);
        var gives = sizes * rooms;
        var lengths = minimum(((need - (gives.cumsum(1) - gives)) / sizes.clamp_min(Negligible)).clamp_min(0), rooms);
        return zeros_like(lengths).scatter(1, order, lengths);
    }
}
