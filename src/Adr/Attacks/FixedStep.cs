namespace Adr.Attacks;

/// <summary>A step size that the user gave; null where it follows ε.</summary>
internal static class FixedStep
{
    /// <summary>The step size, or an error that says what it must be.</summary>
    internal static double? Checked(double? stepSize) => stepSize is not { } step || (step > 0 && double.IsFinite(step))
        ? stepSize
        : throw new ArgumentOutOfRangeException(nameof(stepSize), step, "The step size must be a finite number > 0, in pixel units.");

    /// <summary>The same in proportion to another radius; null where it follows ε, or where a radius is 0.</summary>
    internal static double? Scaled(double? stepSize, double from, double to) => from > 0 && to > 0 ? stepSize * to / from : null;
}
