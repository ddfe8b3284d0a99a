namespace Adr.Attacks;

/// <summary>The points { d : b·d = c, low ≤ d ≤ high }: a hyperplane cut with a box. In double precision.</summary>
/// <remarks>
/// The nearest of them to a point a is d_i = clip(a_i + ν b_i, low_i, high_i), with the multiplier ν for which b·d = c.
/// b·d rises in ν, piecewise linearly, so ν is found by Newton steps in a bracket: a step is exact once it starts on
/// the right piece (Cominetti, Mascarenhas and Silva 2014, "A Newton's method for the continuous quadratic knapsack
/// problem").
/// </remarks>
internal static class BoxedHyperplane
{
    private const double Tolerance = 1e-13; // of b·d, relative to the sum of its terms: about their rounding
    private const int Unbracketed = 30;

    /// <summary>The nearest point to <paramref name="scale"/> · <paramref name="way"/>.</summary>
    /// <param name="way">a / scale [n].</param>
    /// <param name="scale">What a is a multiple of.</param>
    /// <param name="normal">b [n]; its entries are 0 or between 1e-14 and 1 in size.</param>
    /// <param name="low">[n].</param>
    /// <param name="high">[n], ≥ low.</param>
    /// <param name="level">c, which must be reached somewhere in the box; where it is not, the end of the box that
    /// comes nearest is given.</param>
    /// <param name="start">A guess of ν.</param>
    /// <param name="point">d [n], written; in the box exactly.</param>
    /// <returns>ν.</returns>
    internal static double Nearest(
        ReadOnlySpan<double> way,
        double scale,
        ReadOnlySpan<double> normal,
        ReadOnlySpan<double> low,
        ReadOnlySpan<double> high,
        double level,
        double start,
        Span<double> point)
    {
        var bracket = new RootBracket(double.NegativeInfinity, double.PositiveInfinity);
        var multiplier = double.IsFinite(start) ? start : 0;
        for (var look = 0; look < RootBracket.MostLooks; look++)
        {
            var (sum, size, slope) = Look(way, scale, normal, low, high, multiplier, point);
            var missing = level - sum;
            if (Math.Abs(missing) <= Tolerance * (Math.Abs(level) + size)) break;
            if (missing > 0) bracket.Low = multiplier;
            else bracket.High = multiplier;
            if (bracket.IsClosed) break;
            var guess = slope > 0 ? multiplier + missing / slope : double.NaN;
            if (double.IsInfinity(bracket.High - bracket.Low)
                && !(look < Unbracketed && guess > bracket.Low && guess < bracket.High))
            {
                // no sign of the other end yet: beyond this multiplier no coordinate moves any more
                var end = End(way, scale, normal, low, high, upper: missing > 0);
                if (!(end > bracket.Low && end < bracket.High)) break;
                if (missing > 0) bracket.High = end + 1e-12 * Math.Abs(end);
                else bracket.Low = end - 1e-12 * Math.Abs(end);
            }
            multiplier = bracket.Next(guess);
        }
        return multiplier;
    }

    /// <summary>b·d.</summary>
    internal static double Dot(ReadOnlySpan<double> normal, ReadOnlySpan<double> point)
    {
        var sum = 0.0;
        for (var i = 0; i < normal.Length; i++) sum += normal[i] * point[i];
        return sum;
    }

    /// <summary>The largest b·d in the box.</summary>
    internal static double Reach(ReadOnlySpan<double> normal, ReadOnlySpan<double> low, ReadOnlySpan<double> high)
    {
        var sum = 0.0;
        for (var i = 0; i < normal.Length; i++) sum += normal[i] * (normal[i] > 0 ? high[i] : low[i]);
        return sum;
    }

    // d at a multiplier; b·d, the sum of its terms' sizes, and the slope of b·d there
    private static (double Sum, double Size, double Slope) Look(
        ReadOnlySpan<double> way,
        double scale,
        ReadOnlySpan<double> normal,
        ReadOnlySpan<double> low,
        ReadOnlySpan<double> high,
        double multiplier,
        Span<double> point)
    {
        var (sum, size, slope) = (0.0, 0.0, 0.0);
        for (var i = 0; i < normal.Length; i++)
        {
            var b = normal[i];
            var free = scale * way[i] + multiplier * b;
            var value = Math.Min(Math.Max(free, low[i]), high[i]);
            point[i] = value;
            slope += value == free ? b * b : 0;
            sum += b * value;
            size += Math.Abs(b * value);
        }
        return (sum, size, slope);
    }

    // the multiplier from which on every coordinate stands at its upper (or lower) end of b_i d_i
    private static double End(
        ReadOnlySpan<double> way,
        double scale,
        ReadOnlySpan<double> normal,
        ReadOnlySpan<double> low,
        ReadOnlySpan<double> high,
        bool upper)
    {
        var end = upper ? double.NegativeInfinity : double.PositiveInfinity;
        for (var i = 0; i < normal.Length; i++)
        {
            if (normal[i] == 0) continue;
            var stop = ((normal[i] > 0 == upper ? high[i] : low[i]) - scale * way[i]) / normal[i];
            end = upper ? Math.Max(end, stop) : Math.Min(end, stop);
        }
        return end;
    }
}

/// <summary>An interval around the root of a monotone function, and where to look in it next: Newton's guess, or the
/// middle where that is slow.</summary>
/// <remarks>
/// Of each three looks at least one halves the interval, so after 3·k looks it is shorter than 2⁻ᵏ of its first finite
/// length: a search that stops after <see cref="MostLooks"/> has found the root to the last bit of a double but for
/// intervals that began above 2⁵⁰ times their end.
/// </remarks>
internal struct RootBracket(double low, double high)
{
    /// <summary>The bound that every search keeps.</summary>
    internal const int MostLooks = 300;

    private double _before = double.PositiveInfinity;
    private int _slow;

    /// <summary>The root lies above.</summary>
    internal double Low { get; set; } = low;

    /// <summary>The root lies below.</summary>
    internal double High { get; set; } = high;

    /// <summary>Whether no number lies between the ends, but for rounding.</summary>
    internal readonly bool IsClosed =>
        double.IsFinite(High - Low) && High - Low <= 2e-16 * (Math.Abs(Low) + Math.Abs(High));

    /// <summary>Where to look next: strictly inside unless the interval <see cref="IsClosed"/>. Both ends must be
    /// finite where the guess is not inside.</summary>
    internal double Next(double guess)
    {
        var width = High - Low;
        if (width <= 0.5 * _before) (_before, _slow) = (width, 0);
        if (guess > Low && guess < High && _slow++ < 2) return guess;
        _slow = 0;
        return Low + 0.5 * width;
    }
}
