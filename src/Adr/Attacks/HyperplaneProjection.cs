using Adr.Models;

namespace Adr.Attacks;

/// <summary>The shortest way from a point to a hyperplane that stays in the box of valid pixels (Croce and Hein 2020,
/// "Minimally distorted adversarial examples", section 2.2).</summary>
/// <remarks>It holds memory for one point of a size: for one thread.</remarks>
/// <param name="count">The number of coordinates d.</param>
/// <param name="norm">The norm of the way.</param>
/// <param name="bounds">The box.</param>
internal sealed class HyperplaneProjection(int count, Norm norm, Bounds bounds)
{
    // Of the largest entry of a normal: entries below it are nothing but rounding, and count as zero.
    private const double Negligible = 1e-12;

    private readonly double[] _size = new double[count];
    private readonly double[] _room = new double[count];
    private readonly double[] _ends = new double[count];
    private readonly double[] _slopes = new double[count];
    private readonly double[] _gives = new double[count];
    private readonly int[] _order = new int[count];

    /// <summary>argmin { ‖d‖ : ⟨normal, d⟩ = gap and x + d in the box }, exact but for rounding.</summary>
    /// <remarks>
    /// Along every coordinate the way leads in one direction e_i = sign(gap · normal_i), at most room_i far. With a_i =
    /// |normal_i| the lengths m_i ∈ [0, room_i] must reach Σ a_i m_i = |gap|. L∞: m_i = min(λ, room_i); L2: m_i = min(λ
    /// a_i, room_i); with the one λ for which the sum is |gap|. L1: the coordinates with the largest a_i go all their
    /// room, until the gap is closed. Where the hyperplane is out of the box' reach, d leads to a corner of the box as
    /// near to it as one can come. Where normal = 0, d = 0; so it is where a number is not finite, which others watch
    /// for.
    /// </remarks>
    /// <param name="x">[d], in the box.</param>
    /// <param name="normal">[d].</param>
    /// <param name="gap">What is missing to the hyperplane, right-hand side minus ⟨normal, x⟩.</param>
    /// <param name="way">d, written [d].</param>
    internal void Shortest(ReadOnlySpan<double> x, ReadOnlySpan<double> normal, double gap, Span<double> way)
    {
        way.Clear();
        var largest = 0.0;
        foreach (var w in normal) largest = Math.Max(largest, Math.Abs(w));
        if (!(largest > 0 && double.IsFinite(largest) && double.IsFinite(gap))) return;
        var (sign, least, low, high) = (Math.Sign(gap), Negligible * largest, bounds.Low, bounds.High);
        var (sizes, rooms) = (_size, _room);
        for (var i = 0; i < sizes.Length; i++)
        {
            var w = sign * normal[i];
            var size = Math.Abs(w);
            sizes[i] = size > least ? size / largest : 0;
            rooms[i] = size > least ? Math.Max(w > 0 ? high - x[i] : x[i] - low, 0) : 0;
        }
        var need = Math.Abs(gap) / largest;
        if (norm == Norm.L1) Greedy(need, way);
        else Level(need, way);
        for (var i = 0; i < count; i++)
            if (sign * normal[i] < 0) way[i] = -way[i];
    }

    // m_i = min(λ u_i, room_i) with u = 1 under L∞, a under L2. Σ a_i m_i is concave in λ and piecewise linear, so
    // Newton's steps from 0 stay below the λ that is sought, and the last is exact: once no further coordinate comes to
    // its end.
    private void Level(double need, Span<double> lengths)
    {
        var (isFlat, sizes, rooms) = (norm == Norm.Linf, _size, _room);
        var (ends, slopes, gives) = (_ends, _slopes, _gives);
        var going = 0; // coordinates that are not at their end yet stand first in ends, slopes, gives
        for (var i = 0; i < sizes.Length; i++)
        {
            if (!(rooms[i] > 0)) continue;
            var unit = isFlat ? 1 : sizes[i];
            (ends[going], slopes[going], gives[going]) = (rooms[i] / unit, sizes[i] * unit, sizes[i] * rooms[i]);
            going++;
        }
        var (level, given) = (0.0, 0.0);
        while (true)
        {
            var (left, slope) = (0, 0.0);
            for (var i = 0; i < going; i++)
            {
                if (ends[i] <= level)
                {
                    given += gives[i];
                    continue;
                }
                slope += slopes[i];
                (ends[left], slopes[left], gives[left]) = (ends[i], slopes[i], gives[i]);
                left++;
            }
            going = left;
            var next = (need - given) / slope;
            if (going == 0 || !(next > level)) break;
            level = next;
        }
        for (var i = 0; i < sizes.Length; i++)
            lengths[i] = rooms[i] > 0 ? Math.Min(level * (isFlat ? 1 : sizes[i]), rooms[i]) : 0;
    }

    private void Greedy(double need, Span<double> lengths)
    {
        for (var i = 0; i < count; i++) (_order[i], _slopes[i]) = (i, -_size[i]);
        Array.Sort(_slopes, _order);
        foreach (var i in _order)
        {
            if (_size[i] == 0) break;
            lengths[i] = Math.Min(Math.Max(need / _size[i], 0), _room[i]);
            need -= _size[i] * lengths[i];
        }
    }
}
