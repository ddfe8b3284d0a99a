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
    /// the sum is |gap|. L1: the coordinates with the largest a_i go all their room, until the gap is closed.
    /// Where the hyperplane is out of the box' reach, d leads to a corner of the box as near to it as one can come. Where normal = 0, d = 0. In float64, on the CPU.
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
        var (x, w, gap) = (PerPoint.Numbers(points), PerPoint.Numbers(normals), PerPoint.Numbers(gaps));
        var way = new double[x.Length];
        var count = (int)PerPoint.Coordinates(points);
        var (size, room) = (new double[count], new double[count]);
        for (var point = 0; point < gap.Length; point++)
        {
            var own = new Range(point * count, (point + 1) * count);
            Shortest(x.AsSpan()[own], w.AsSpan()[own], gap[point], norm, bounds, size, room, way.AsSpan()[own]);
        }
        return tensor(way, points.shape, device: points.device).to(points.dtype).MoveToOuterDisposeScope();
    }

    // of one point; size and room are written: a and the room, 0 where a coordinate does not count
    private static void Shortest(ReadOnlySpan<double> x, ReadOnlySpan<double> normal, double gap, Norm norm, Bounds bounds, Span<double> size, Span<double> room, Span<double> way)
    {
        var largest = 0.0;
        foreach (var w in normal) largest = Math.Max(largest, Math.Abs(w));
        if (!(largest > 0 && double.IsFinite(largest) && double.IsFinite(gap))) return; // what is not finite is watched for elsewhere
        var sign = Math.Sign(gap);
        for (var i = 0; i < x.Length; i++)
        {
            var w = sign * normal[i];
            var counts = Math.Abs(w) > Negligible * largest;
            size[i] = counts ? Math.Abs(w) / largest : 0;
            room[i] = counts ? Math.Max(w > 0 ? bounds.High - x[i] : x[i] - bounds.Low, 0) : 0;
        }
        var need = Math.Abs(gap) / largest;
        if (norm == Norm.L1) Greedy(size, room, need, way);
        else Level(size, room, need, norm == Norm.Linf, way);
        for (var i = 0; i < x.Length; i++) way[i] *= Math.Sign(sign * normal[i]);
    }

    // m_i = min(λ u_i, room_i) with u = 1 under L∞ (flat), a under L2. Σ a_i m_i is concave in λ and piecewise linear, so Newton's steps
    // from 0 stay below the λ that is sought, and the last is exact: once the coordinates that are at their end stay the same.
    private static void Level(ReadOnlySpan<double> size, ReadOnlySpan<double> room, double need, bool isFlat, Span<double> lengths)
    {
        var level = 0.0;
        for (var look = 0; look <= size.Length; look++)
        {
            var (given, slope) = (0.0, 0.0);
            for (var i = 0; i < size.Length; i++)
            {
                var unit = isFlat ? 1 : size[i];
                if (level * unit < room[i]) slope += size[i] * unit;
                else given += size[i] * room[i];
            }
            var next = (need - given) / slope; // not a number, or endless, where no coordinate can go on
            if (!(slope > 0 && next > level)) break;
            level = next;
        }
        for (var i = 0; i < size.Length; i++) lengths[i] = Math.Min(level * (isFlat ? 1 : size[i]), room[i]);
    }

    private static void Greedy(ReadOnlySpan<double> size, ReadOnlySpan<double> room, double need, Span<double> lengths)
    {
        var (order, steepness) = (new int[size.Length], new double[size.Length]);
        for (var i = 0; i < order.Length; i++) (order[i], steepness[i]) = (i, -size[i]);
        Array.Sort(steepness, order);
        foreach (var i in order)
        {
            if (size[i] == 0) break;
            lengths[i] = Math.Min(Math.Max(need / size[i], 0), room[i]);
            need -= size[i] * lengths[i];
        }
    }
}
