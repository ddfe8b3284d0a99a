using Adr.Attacks;

namespace Adr.Evaluation;

/// <summary>How often examples of one class are taken for another.</summary>
/// <param name="Counts">[K,K]: row = true class, column = predicted class.</param>
/// <param name="ClassNames">The names of the K classes.</param>
public sealed record ConfusionMatrix(long[,] Counts, IReadOnlyList<string> ClassNames)
{
    /// <summary>[K,K]: row = true class, column = predicted class.</summary>
    public long[,] Counts { get; } = Counts.GetLength(0) == ClassNames.Count && Counts.GetLength(1) == ClassNames.Count
        ? Counts
        : throw new ArgumentException($"{ClassNames.Count} class names need a square matrix of that size, but it is "
            + $"{Counts.GetLength(0)}×{Counts.GetLength(1)}.", nameof(Counts));

    /// <summary>The share of examples on the diagonal.</summary>
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

    /// <summary>Counts predictions, clean or under an attack on every example.</summary>
    /// <param name="evaluator">Model and data.</param>
    /// <param name="attack">The attack; null for the clean images.</param>
    /// <exception cref="ArgumentException">The attack does not suit the model.</exception>
    public static ConfusionMatrix Evaluate(Evaluator evaluator, Attack? attack = null)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        var predictions = evaluator.Predictions;
        if (attack is not null)
        {
            predictions = new long[evaluator.Data.Count];
            foreach (var (_, adversarial, positions) in evaluator.Attacked(attack, null, new AttackCost()))
                evaluator.Predict(adversarial).CopyTo(predictions.AsSpan((int)positions[0]));
        }
        var counts = new long[evaluator.Data.Classes, evaluator.Data.Classes];
        for (var i = 0; i < predictions.Length; i++) counts[evaluator.Labels[i], predictions[i]]++;
        return new ConfusionMatrix(counts, evaluator.Data.ClassNames);
    }
}
