namespace Adr.Attacks;

/// <summary>The step size α that a user gives, or null where it follows ε.</summary>
internal static class StepSizes
{
    /// <summary>A step size is positive, and no longer than the ball is wide: a longer one is a number of steps in its
    /// place, or a step in another unit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is neither.</exception>
    internal static void Check(double? stepSize, ThreatModel threat)
    {
        if (stepSize is not { } step) return;
        Require.That(step > 0 && double.IsFinite(step), stepSize,
            "The step size must be a finite number > 0, for images in [0,1].");
        Require.That(threat.Epsilon == 0 || step <= 2 * threat.Epsilon * (1 + 1e-6), stepSize,
            $"A step is longer than the ball is wide, 2 ε = {2 * threat.Epsilon:0.####}. Give it for images in [0,1], "
                + $"such as {threat.Epsilon / 4:0.####}, or null for a default.");
    }

    /// <summary>In proportion to another radius; null where it follows ε, or where a radius is 0.</summary>
    internal static double? Scaled(double? stepSize, double from, double to) =>
        from > 0 && to > 0 ? stepSize * to / from : null;
}
