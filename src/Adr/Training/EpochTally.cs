using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>Adds up what the batches of an epoch show, weighted by their sizes. Accuracies come from the logits that the loss has made anyway.</summary>
internal sealed class EpochTally
{
    private readonly Dictionary<string, double> _terms = [];
    private long _points;
    private long? _right, _robust;
    private double _loss, _latentNorm;

    internal double Loss => _loss / _points;
    internal double? NaturalAccuracy => (double?)_right / _points;
    internal double? RobustAccuracy => (double?)_robust / _points;
    internal double LatentNorm => _latentNorm / _points;
    internal IReadOnlyDictionary<string, double> Terms => _terms.ToDictionary(pair => pair.Key, pair => pair.Value / _points);

    /// <summary>Adds a batch.</summary>
    internal void Add(BatchLoss batch, Tensor labels, double loss, double latentNorm)
    {
        var count = labels.shape[0];
        _points += count;
        _loss += count * loss;
        _latentNorm += count * latentNorm;
        foreach (var (name, value) in batch.Terms) _terms[name] = _terms.GetValueOrDefault(name) + count * value.item<float>();
        if (batch.CleanLogits is { } clean) _right = (_right ?? 0) + CountRight(clean, labels);
        if (batch.AdversarialLogits is { } adversarial) _robust = (_robust ?? 0) + CountRight(adversarial, labels);
    }

    /// <summary>How many rows of logits [B,K] have their largest entry at the label.</summary>
    internal static long CountRight(Tensor logits, Tensor labels) => logits.argmax(1).eq(labels).sum().item<long>();
}
