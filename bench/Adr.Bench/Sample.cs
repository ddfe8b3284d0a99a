namespace Adr.Bench;

/// <summary>Times of one side of a scenario.</summary>
/// <param name="Seconds">Of each repeat.</param>
internal sealed record Sample(IReadOnlyList<double> Seconds)
{
    internal double Median
    {
        get
        {
            var sorted = Seconds.Order().ToArray();
            var middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    internal double Fastest => Seconds.Min();

    internal double Slowest => Seconds.Max();
}
