using Adr.Data;
using Adr.Native;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>Small counts over labels, on the host.</summary>
internal static class PointLabels
{
    /// <summary>The labels of a data set.</summary>
    internal static long[] Of(Dataset data)
    {
        using var scope = NewDisposeScope();
        return data.Labels.Values<long>();
    }

    /// <summary>For each point whether the prediction is its label.</summary>
    internal static bool[] Match(long[] predictions, long[] labels) => [.. predictions.Zip(labels, (prediction, label) => prediction == label)];

    /// <summary>For each class the share of its points for which <paramref name="values"/> is true.</summary>
    internal static IReadOnlyList<Proportion> PerClass(bool[] values, long[] labels, int classes)
    {
        var (successes, totals) = (new int[classes], new int[classes]);
        for (var i = 0; i < labels.Length; i++)
        {
            totals[labels[i]]++;
            if (values[i]) successes[labels[i]]++;
        }
        return [.. successes.Zip(totals, (success, total) => new Proportion(success, total))];
    }
}
