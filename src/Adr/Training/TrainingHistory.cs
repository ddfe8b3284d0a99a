using System.Text.Json.Serialization;
using Adr.Losses;

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

    /// <summary>What is wrong with the run, in sentences: every point held out is given one class. Empty where nothing was seen.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes => [.. OneClass()];

    private IEnumerable<string> OneClass()
    {
        if (Epochs.Count == 0 || Epochs[^1].ValidationClasses != 1) yield break;
        var since = Epochs.Reverse().TakeWhile(epoch => epoch.ValidationClasses == 1).Last().Epoch;
        yield return $"Since epoch {since} the network gives every image held out the same class: it does not look at them any more.";
        if (Epochs[^1].Terms.ContainsKey(nameof(CompactnessWeights.Confidence)) || Epochs[^1].Terms.ContainsKey(nameof(CompactnessWeights.LocalSmoothness)))
            yield return "Confidence and local smoothness pay for a sure answer, right or wrong, and may outweigh the cross-entropies: weigh them less (docs/experiments.md, \"How large the terms may be\").";
    }

    /// <summary>A history with its best epoch picked.</summary>
    internal static TrainingHistory Of(string defence, IReadOnlyList<EpochMetrics> epochs)
    {
        if (epochs.Count == 0) return new TrainingHistory(defence, epochs, 0);
        if (epochs[^1].ValidationNatural is null) return new TrainingHistory(defence, epochs, epochs[^1].Epoch);
        var best = epochs.Aggregate((best, next) => next.Beats(best) ? next : best);
        return new TrainingHistory(defence, epochs, best.Epoch);
    }
}
