namespace Adr.Interactive;

/// <summary>An axis: what it measures, its unit, and the range to show.</summary>
/// <param name="Label">What is measured: "robust accuracy".</param>
/// <param name="Unit">The unit, shown in brackets; null for a pure number.</param>
public sealed record Axis(string Label = "", string? Unit = null)
{
    /// <summary>The lower end; null takes it from the data.</summary>
    public double? Min { get; init; }

    /// <summary>The upper end; null takes it from the data.</summary>
    public double? Max { get; init; }

    /// <summary>Whether only whole numbers are marked, as for epochs. Default: false.</summary>
    public bool Whole { get; init; }

    /// <summary>Whether values are written as percentages: 0.5 as 50 %. Default: false.</summary>
    public bool Percent { get; init; }

    /// <summary>
    /// The marks are whole multiples of 1/255 where this is 255, and are written so; null for decimals.
    /// </summary>
    public int? Denominator { get; init; }

    /// <summary>The names of the places 0, 1, 2, …, which are then the only marks; null for numbers.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>A share or accuracy, from 0 to 1, written as a percentage.</summary>
    public static Axis Share(string label) => new(label) { Min = 0, Max = 1, Percent = true };

    /// <summary>A share or accuracy, from 0 to 1, or to 0.5, 0.2, 0.1 or 0.05 where all values are small.</summary>
    /// <param name="label">What is measured.</param>
    /// <param name="drawn">All values that are drawn, with the ends of intervals. Only finite ones count.</param>
    public static Axis Share(string label, IEnumerable<double> drawn)
    {
        ArgumentNullException.ThrowIfNull(drawn);
        var largest = drawn.Where(double.IsFinite).DefaultIfEmpty(1).Max();
        return Share(label) with { Max = Ends.First(end => largest <= end || end == 1) };
    }

    /// <summary>
    /// ε of images in [0,1]: in steps of 1/255 where all values are multiples of it, else in decimals.
    /// </summary>
    /// <param name="drawn">All values that are drawn.</param>
    public static Axis Epsilon(IEnumerable<double> drawn)
    {
        ArgumentNullException.ThrowIfNull(drawn);
        var isInLevels = drawn.All(value => Math.Abs(value * 255 - Math.Round(value * 255)) < 1e-6);
        return new Axis("ε (images in [0,1])") { Denominator = isInLevels ? 255 : null };
    }

    private static readonly double[] Ends = [0.05, 0.1, 0.2, 0.5, 1];

    /// <summary>The name of a place; null where it has none.</summary>
    internal string? NameOf(double place) =>
        Names is { } names && place >= 0 && place < names.Count && place == Math.Floor(place)
            ? names[(int)place]
            : null;

    internal string Text => string.IsNullOrEmpty(Unit) ? Label : $"{Label} [{Unit}]";

    /// <summary>Throws if the range is empty or not finite.</summary>
    internal Axis Checked(string name)
    {
        if (Min is { } low && !double.IsFinite(low) || Max is { } high && !double.IsFinite(high) || Min >= Max)
            throw new ArgumentException(
                $"An axis runs from a finite Min to a larger finite Max; got {Min} to {Max}.", name);
        return this;
    }
}
