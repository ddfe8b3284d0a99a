namespace Adr.Training;

/// <summary>What a training run showed, epoch by epoch.</summary>
/// <param name="Defence">The defence's name.</param>
/// <param name="Epochs">In order, from epoch 1.</param>
/// <param name="BestEpoch">The epoch whose weights are kept: the most robust on the points held out (the first of equals), or the last
/// where none are held out; 0 before the first epoch ends.</param>
public sealed record TrainingHistory(string Defence, IReadOnlyList<EpochMetrics> Epochs, int BestEpoch)
{
    /// <summary>The wall time of all epochs, in seconds.</summary>
    public double Seconds => Epochs.Sum(epoch => epoch.Seconds);

    /// <summary>A history with its best epoch picked.</summary>
    internal static TrainingHistory Of(string defence, IReadOnlyList<EpochMetrics> epochs)
    {
        if (epochs.Count == 0) return new TrainingHistory(defence, epochs, 0);
        if (epochs[^1].ValidationNatural is null) return new TrainingHistory(defence, epochs, epochs[^1].Epoch);
        var best = epochs.Aggregate((best, next) => next.Beats(best) ? next : best);
        return new TrainingHistory(defence, epochs, best.Epoch);
    }
}
