namespace Adr.Models;

/// <summary>The box of valid pixel values [Low, High] a model accepts, [0, 1] for every model of this library.</summary>
/// <param name="Low">The smallest valid pixel value.</param>
/// <param name="High">The largest valid pixel value; greater than <paramref name="Low"/>.</param>
public readonly record struct Bounds(double Low, double High)
{
    /// <summary>The unit box [0, 1].</summary>
    public static Bounds Unit => new(0, 1);

    /// <summary>The width of the box, High − Low.</summary>
    public double Range => High - Low;

    /// <summary>Throws unless both ends are finite and Low &lt; High.</summary>
    /// <exception cref="ArgumentException">The box is empty or not finite.</exception>
    public void Validate()
    {
        if (!double.IsFinite(Low) || !double.IsFinite(High) || Low >= High)
            throw new ArgumentException($"Bounds need finite Low < High, but are [{Low}, {High}]. Images in [0,1] have Bounds.Unit.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{Low}, {High}]";
}
