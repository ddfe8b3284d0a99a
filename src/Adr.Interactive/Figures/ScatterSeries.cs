namespace Adr.Interactive;

/// <summary>Points of one colour and shape. Points that are not finite are not drawn.</summary>
public sealed class ScatterSeries
{
    /// <summary>The points (x, y).</summary>
    /// <exception cref="ArgumentException">x and y differ in length.</exception>
    public ScatterSeries(string name, IEnumerable<double> x, IEnumerable<double> y)
    {
        ArgumentNullException.ThrowIfNull(name);
        (Name, X, Y) = (name, [.. x], [.. y]);
        if (X.Count != Y.Count) throw new ArgumentException($"Series '{name}' has {X.Count} x and {Y.Count} y; expected as many of each.", nameof(y));
    }

    /// <summary>The name in the legend.</summary>
    public string Name { get; }

    /// <summary>Horizontal positions.</summary>
    public IReadOnlyList<double> X { get; }

    /// <summary>Vertical positions.</summary>
    public IReadOnlyList<double> Y { get; }

    /// <summary>The shape. Default: a disc.</summary>
    public Symbol Symbol { get; init; }

    /// <summary>Size in pixels. Default: 6.</summary>
    public double Size { get; init; } = 6;

    /// <summary>Which of the ten colours; default: the series' place in the figure.</summary>
    public int? Style { get; init; }

    /// <summary>Takes a line in the legend. Default: true.</summary>
    public bool InLegend { get; init; } = true;
}
