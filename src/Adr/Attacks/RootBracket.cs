namespace Adr.Attacks;

/// <summary>An interval around the root of a monotone function, and where to look in it next: Newton's guess, or the middle where that is slow.</summary>
/// <remarks>
/// Of each three looks at least one halves the interval, so after 3·k looks it is shorter than 2⁻ᵏ of its first finite length: a search that
/// stops after <see cref="MostLooks"/> has found the root to the last bit of a double but for intervals that began above 2⁵⁰ times their end.
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
    internal readonly bool IsClosed => double.IsFinite(High - Low) && High - Low <= 2e-16 * (Math.Abs(Low) + Math.Abs(High));

    /// <summary>Where to look next: strictly inside unless the interval <see cref="IsClosed"/>. Both ends must be finite where the guess is not inside.</summary>
    internal double Next(double guess)
    {
        var width = High - Low;
        if (width <= 0.5 * _before) (_before, _slow) = (width, 0);
        if (guess > Low && guess < High && _slow++ < 2) return guess;
        _slow = 0;
        return Low + 0.5 * width;
    }
}
