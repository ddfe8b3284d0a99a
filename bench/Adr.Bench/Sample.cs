namespace Adr.Bench;

/// <summary>Times of one side of a scenario.</summary>
/// <param name="Seconds">Of each repeat.</param>
internal sealed record Sample(IReadOnlyList<double> Seconds)
{
    internal double Median => At(0.5);

    internal (double Lower, double Upper) Quartiles => (At(0.25), At(0.75));

    // between two times, the share of the way
    private double At(double share)
    {
        var sorted = Seconds.Order().ToArray();
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
