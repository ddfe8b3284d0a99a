namespace Adr.Evaluation;

/// <summary>How much more of the same examples one model keeps than another, with its 95 % interval: examples on which
/// both agree do not widen it.</summary>
/// <param name="OnlyFirst">Examples that the first keeps and the second does not.</param>
/// <param name="OnlySecond">Examples that the second keeps and the first does not.</param>
/// <param name="Total">All examples, above 0.</param>
public sealed record PairedDifference(int OnlyFirst, int OnlySecond, int Total)
{
    private const double Z = 1.959963984540054; // the 97.5 % quantile of the standard normal distribution

    /// <summary>Of two lists of one flag per example.</summary>
    /// <param name="first">Whether the first keeps an example.</param>
    /// <param name="second">Whether the second does.</param>
    /// <exception cref="ArgumentException">The lists are empty, or of different lengths.</exception>
    public static PairedDifference Of(IReadOnlyList<bool> first, IReadOnlyList<bool> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count == 0 || first.Count != second.Count) throw new ArgumentException($"A paired difference needs "
            + $"the same examples on both sides, at least one; there are {first.Count} and "
            + $"{second.Count}.", nameof(second));
        var pairs = first.Zip(second).ToList();
        return new(pairs.Count(pair => pair.First && !pair.Second), pairs.Count(pair => !pair.First && pair.Second),
            pairs.Count);
    }

    /// <summary>The first's share less the second's, in [−1,1].</summary>
    public double Value => (double)(OnlyFirst - OnlySecond) / Total;

    /// <summary>The interval's lower end (Agresti and Min 2005: half an example is added to each of the four cells, so
    /// that its width is no 0 where all agree, and its middle is a little nearer to 0 than
    /// <see cref="Value"/>).</summary>
    public double Low => Middle - HalfWidth;

    /// <summary>Its upper end.</summary>
    public double High => Middle + HalfWidth;

    /// <summary>Half of the interval's width.</summary>
    public double HalfWidth
    {
        get
        {
            var (b, c, n) = (OnlyFirst + 0.5, OnlySecond + 0.5, Total + 2.0);
            return Z * Math.Sqrt(b + c - (b - c) * (b - c) / n) / n;
        }
    }

    private double Middle => (OnlyFirst - OnlySecond) / (Total + 2.0);
}
