namespace Adr.Evaluation;

/// <summary>A share of examples, with its 95 % interval (Wilson 1927): the interval stays in [0,1] and is honest at 0
/// and 1 and for few examples.</summary>
/// <param name="Successes">The examples that count, 0 … Total.</param>
/// <param name="Total">All examples; may be 0, where nothing is known.</param>
public sealed record Proportion(int Successes, int Total)
{
    private const double Z = 1.959963984540054; // the 97.5 % quantile of the standard normal distribution

    /// <summary>The examples that count.</summary>
    public int Successes { get; } = Total >= 0 && Successes >= 0 && Successes <= Total
        ? Successes
        : throw new ArgumentOutOfRangeException(nameof(Successes), Successes,
            $"A proportion needs 0 ≤ successes ≤ total, but total is {Total}.");

    /// <summary>All examples.</summary>
    public int Total { get; } = Total;

    /// <summary>Successes / Total, in [0,1]; NaN of no examples.</summary>
    public double Value => Total == 0 ? double.NaN : (double)Successes / Total;

    /// <summary>The lower end of the 95 % interval; 0 of no examples.</summary>
    public double Low => Total == 0 ? 0 : Successes == 0 ? 0 : Math.Max(0, Centre - HalfWidth);

    /// <summary>The upper end of the 95 % interval; 1 of no examples.</summary>
    public double High => Total == 0 ? 1 : Successes == Total ? 1 : Math.Min(1, Centre + HalfWidth);

    /// <summary>The share of true values.</summary>
    public static Proportion Of(IReadOnlyCollection<bool> values) => new(values.Count(value => value), values.Count);

    /// <summary>As in a table: "0.873 [0.855, 0.889]".</summary>
    public override string ToString() => $"{Value:0.000} [{Low:0.000}, {High:0.000}]";

    private double Centre => (Value + Z * Z / (2 * Total)) / (1 + Z * Z / Total);

    private double HalfWidth =>
        Z / (1 + Z * Z / Total) * Math.Sqrt(Value * (1 - Value) / Total + Z * Z / (4.0 * Total * Total));
}
