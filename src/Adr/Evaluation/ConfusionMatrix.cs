namespace Adr.Evaluation;

/// <summary>How often points of one class are taken for another.</summary>
/// <param name="Counts">[K,K]: row = true class, column = predicted class.</param>
/// <param name="ClassNames">The names of the K classes.</param>
public sealed partial record ConfusionMatrix(long[,] Counts, IReadOnlyList<string> ClassNames)
{
    /// <summary>[K,K]: row = true class, column = predicted class.</summary>
    public long[,] Counts { get; } = Counts.GetLength(0) == ClassNames.Count && Counts.GetLength(1) == ClassNames.Count
        ? Counts
        : throw new ArgumentException($"{ClassNames.Count} class names need a square matrix of that size, but it is {Counts.GetLength(0)}×{Counts.GetLength(1)}.", nameof(Counts));

    /// <summary>The share of points on the diagonal.</summary>
    public Proportion Accuracy
    {
        get
        {
            long right = 0, total = 0;
            for (var row = 0; row < ClassNames.Count; row++)
            {
                right += Counts[row, row];
                for (var column = 0; column < ClassNames.Count; column++) total += Counts[row, column];
            }
            return new Proportion(checked((int)right), checked((int)total));
        }
    }
}
