namespace Adr.Interactive;

/// <summary>One curve, with an optional band around it. NaN leaves a gap.</summary>
public sealed class LineSeries
{
    private readonly double[]? _low;
    private readonly double[]? _high;

    /// <summary>A curve through the points (x, y), in the order given.</summary>
    /// <exception cref="ArgumentException">x and y differ in length.</exception>
    public LineSeries(string name, IEnumerable<double> x, IEnumerable<double> y)
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

    /// <summary>Lower edge of the band, one value a point. Default: no band.</summary>
    /// <exception cref="ArgumentException">Not as many as points.</exception>
    public IReadOnlyList<double>? Low { get => _low; init => _low = Band(value, nameof(Low)); }

    /// <summary>Upper edge of the band, one value a point. Default: no band.</summary>
    /// <exception cref="ArgumentException">Not as many as points.</exception>
    public IReadOnlyList<double>? High { get => _high; init => _high = Band(value, nameof(High)); }

    /// <summary>Shows each point. Default: only where there are at most 60.</summary>
    public bool? Markers { get; init; }

    /// <summary>Draws the curve dashed. Default: solid.</summary>
    public bool Dashed { get; init; }

    /// <summary>Which of the ten colours and four shapes; default: the series' place in the figure.</summary>
    public int? Style { get; init; }

    internal bool ShowsMarkers => Markers ?? X.Count <= 60;

    private double[]? Band(IReadOnlyList<double>? edge, string name)
    {
        if (edge is null) return null;
        return edge.Count == X.Count ? [.. edge] : throw new ArgumentException($"Series '{Name}' has {X.Count} points and {edge.Count} band values; expected as many.", name);
    }
}
