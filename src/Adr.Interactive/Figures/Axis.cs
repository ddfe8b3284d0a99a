namespace Adr.Interactive;

/// <summary>An axis: what it measures, in what unit, and the range to show.</summary>
/// <param name="Label">What is measured: "robust accuracy".</param>
/// <param name="Unit">The unit, shown in brackets; null for a pure number.</param>
public sealed record Axis(string Label = "", string? Unit = null)
{
    /// <summary>The lower end; null: from the data.</summary>
    public double? Min { get; init; }

    /// <summary>The upper end; null: from the data.</summary>
    public double? Max { get; init; }

    /// <summary>Counts whole things, such as epochs: no marks between them. Default: false.</summary>
    public bool Whole { get; init; }

    /// <summary>A share or accuracy, from 0 to 1.</summary>
    public static Axis Share(string label) => new(label) { Min = 0, Max = 1 };

    internal string Text => string.IsNullOrEmpty(Unit) ? Label : $"{Label} [{Unit}]";

    /// <summary>Throws where the range is empty or not finite.</summary>
    internal Axis Checked(string name)
    {
        if (Min is { } low && !double.IsFinite(low) || Max is { } high && !double.IsFinite(high) || Min >= Max)
            throw new ArgumentException($"An axis runs from a finite Min to a larger finite Max; got {Min} to {Max}.", name);
        return this;
    }
}
