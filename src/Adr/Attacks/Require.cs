using System.Runtime.CompilerServices;

namespace Adr.Attacks;

/// <summary>Checks of the numbers that attacks are set up with; each error says what was expected.</summary>
internal static class Require
{
    internal static void Positive(
        double value,
        string unit = "",
        [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value > 0 && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number > 0{unit}.");
    }

    internal static void NotNegative(double value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value >= 0 && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number ≥ 0.");
    }

    internal static void Defined<T>(
        T value,
        [CallerArgumentExpression(nameof(value))] string name = "") where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new ArgumentOutOfRangeException(
                name,
                value,
                $"{name} must be one of {string.Join(", ", Enum.GetNames<T>())}.");
    }

    /// <summary>A step size is positive, and no longer than the ball is wide: a longer one is a number of steps in its
    /// place, or a step in another unit.</summary>
    internal static void StepSize(double? stepSize, ThreatModel threat)
    {
        if (stepSize is not { } step) return;
        if (!(step > 0 && double.IsFinite(step)))
            throw new ArgumentOutOfRangeException(
                nameof(stepSize),
                step,
                "The step size must be a finite number > 0, for images in [0,1].");
        if (threat.Epsilon > 0 && step > 2 * threat.Epsilon * (1 + 1e-6))
            throw new ArgumentOutOfRangeException(nameof(stepSize), step,
                $"A step is longer than the ball is wide, 2 ε = {2 * threat.Epsilon:0.####}. Give it for images in "
                    + $"[0,1], such as "
                + $"{threat.Epsilon / 4:0.####}, or null for a default.");
    }

    /// <summary>A given step size in proportion to another radius; null where it follows ε, or where a radius is
    /// 0.</summary>
    internal static double? ScaledStep(double? stepSize, double from, double to) =>
        from > 0 && to > 0 ? stepSize * to / from : null;

    /// <summary>What a targeted attack does where there are fewer other classes than targets; null where there are
    /// enough.</summary>
    internal static string? FewerTargets(int targets, int classes) => classes - 1 < targets
        ? $"{targets} targets were asked for, but there are {classes - 1} other classes: all of them were aimed at."
        : null;
}
