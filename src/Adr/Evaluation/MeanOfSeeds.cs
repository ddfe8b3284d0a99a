namespace Adr.Evaluation;

/// <summary>A mean over several seeds with its 95 % interval (Student's t): how well these seeds tell the mean over all
/// seeds, which the examples' own interval does not say.</summary>
/// <remarks>Few seeds give wide intervals: two of them hardly say anything.</remarks>
public sealed record MeanOfSeeds
{
    // the 97.5 % quantiles of Student's t with 1, 2, … degrees of freedom
    private static readonly double[] Quantiles =
    [
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604,
        2.1448, 2.1314,
        2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484,
        2.0452, 2.0423,
    ];

    /// <summary>Of one value for each seed.</summary>
    /// <param name="values">At least one.</param>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public MeanOfSeeds(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0) throw new ArgumentException("A mean needs at least one value.", nameof(values));
        (Values, Mean) = (values, values.Average());
        if (values.Count == 1) return;
        var deviation = Math.Sqrt(values.Sum(value => (value - Mean) * (value - Mean)) / (values.Count - 1));
        if (deviation < 1e-12) return; // as two seeds may do by chance: no interval of width 0
        HalfWidth = Quantiles[Math.Min(values.Count - 2, Quantiles.Length - 1)] * deviation / Math.Sqrt(values.Count);
    }

    /// <summary>One for each seed.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>Their mean.</summary>
    public double Mean { get; }

    /// <summary>Half of the interval's width; null of one seed, and where all seeds gave the same number: these have no
    /// interval.</summary>
    public double? HalfWidth { get; }

    /// <summary>The interval's lower end; −∞ where there is none.</summary>
    public double Low => Mean - (HalfWidth ?? double.PositiveInfinity);

    /// <summary>Its upper end; ∞ where there is none.</summary>
    public double High => Mean + (HalfWidth ?? double.PositiveInfinity);
}
