using System.Text.Json.Serialization;
using Adr.Losses;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>What a training run showed, epoch by epoch.</summary>
/// <param name="Defence">The defence's name.</param>
/// <param name="Epochs">In order, from epoch 1.</param>
/// <param name="BestEpoch">The epoch whose weights are kept: the one with the highest robust accuracy on the examples
/// held out (the first of equals), or the last one where none are held out; 0 before the first epoch ends.</param>
public sealed record TrainingHistory(string Defence, IReadOnlyList<EpochMetrics> Epochs, int BestEpoch)
{
    private const double Sure = 0.75; // far from the even guess between two classes

    /// <summary>The wall time of all epochs, in seconds.</summary>
    public double Seconds => Epochs.Sum(epoch => epoch.Seconds);

    /// <summary>What is wrong with the run, in sentences: that it predicts one class for every example held out and is
    /// sure of it, or that its folder held less than it should. Empty where nothing was found.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes => [.. FolderNotes, .. OneClass()];

    /// <summary>What was left out when the run folder was read.</summary>
    [JsonIgnore]
    internal IReadOnlyList<string> FolderNotes { get; init; } = [];

    /// <summary>A history with its best epoch chosen.</summary>
    internal static TrainingHistory Of(string defence, IReadOnlyList<EpochMetrics> epochs)
    {
        if (epochs.Count == 0) return new TrainingHistory(defence, epochs, 0);
        if (epochs[^1].ValidationNatural is null) return new TrainingHistory(defence, epochs, epochs[^1].Epoch);
        var best = epochs.Aggregate((best, next) => next.Beats(best) ? next : best);
        return new TrainingHistory(defence, epochs, best.Epoch);
    }

    private IEnumerable<string> OneClass()
    {
        if (Epochs.Count == 0 || Epochs[^1].ValidationClasses != 1) yield break;
        var confidence = Epochs[^1].ValidationConfidence; // null in older folders
        if (confidence < Sure) yield break;               // a network that has hardly learnt may name one class, too
        var since = Epochs.Reverse().TakeWhile(epoch => epoch.ValidationClasses == 1).Last().Epoch;
        var sureness = confidence is { } share ? $", now with a mean probability of {share:0.00}" : "";
        yield return $"Since epoch {since} the network predicts the same class for every image held out"
            + $"{sureness}: its output no longer depends on the image.";
        var terms = Epochs[^1].Terms;
        if (terms.ContainsKey(nameof(CompactnessWeights.Confidence))
            || terms.ContainsKey(nameof(CompactnessWeights.LocalSmoothness)))
            yield return "Confidence, and local smoothness as a cross-entropy through both sides, reward a confident "
                + "prediction, right or wrong, and may outweigh the other cross-entropies. Lower their weights "
                + "(docs/experiments.md, \"How large the terms may be\").";
    }
}

/// <summary>What one pass over the training data showed.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="LearningRate">That of the epoch's last step.</param>
/// <param name="Epsilon">The attack's radius at the last step, for images in [0,1]; 0 without an attack.</param>
/// <param name="Loss">Mean total loss over the examples.</param>
/// <param name="Terms">Mean of each summand of the loss, its weight included.</param>
/// <param name="NaturalAccuracy">Share of training examples classified right during the epoch, while the weights still
/// move and dropout is on; null where the loss does not use x.</param>
/// <param name="RobustAccuracy">The same under the training attack; null without an attack.</param>
/// <param name="ValidationNatural">Accuracy on the examples held out, after the epoch; null where there are
/// none.</param>
/// <param name="ValidationRobust">The same under a short PGD at full ε; null where there are none, or no
/// attack.</param>
/// <param name="LatentNorm">Mean ‖z‖₂ over the examples; of the logits where the model gives no latent.</param>
/// <param name="Seconds">Wall time of the epoch, validation included.</param>
public sealed record EpochMetrics(
    int Epoch,
    double LearningRate,
    double Epsilon,
    double Loss,
    IReadOnlyDictionary<string, double> Terms,
    double? NaturalAccuracy,
    double? RobustAccuracy,
    double? ValidationNatural,
    double? ValidationRobust,
    double LatentNorm,
    double Seconds) : IStored
{
    /// <summary>How many classes the predictions for the examples held out name, after the epoch, clean and in
    /// evaluation mode. Null where those are of one class or none are held out, and in older folders.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ValidationClasses { get; init; }

    /// <summary>The mean over the examples held out of the largest probability, in [1/K,1], after the epoch, clean and
    /// in evaluation mode: how sure the network is. Null where none are held out, and in older folders.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ValidationConfidence { get; init; }

    IEnumerable<string> IStored.Faults()
    {
        foreach (var (name, value) in new[]
        {
            ("learning rate", LearningRate), ("ε", Epsilon), ("norm of the latent", LatentNorm), ("wall time", Seconds),
        })
            if (!(value >= 0 && double.IsFinite(value))) yield return $"its {name} is {value}";
        foreach (var (name, value) in Terms.Append(new("loss", Loss)))
            if (!double.IsFinite(value)) yield return $"its {name} is {value}";
        foreach (var share in new[] { NaturalAccuracy, RobustAccuracy, ValidationNatural, ValidationRobust })
            if (share is { } value && value is not (>= 0 and <= 1)) yield return $"an accuracy of it is {value}";
        if (ValidationConfidence is { } confidence && confidence is not (>= 0 and <= 1 + 1e-6))
            yield return $"its confidence is {confidence}";
        if (ValidationClasses < 1) yield return $"its predictions name {ValidationClasses} classes";
    }

    /// <summary>Whether it is better than another on the examples held out: more robust, else more accurate.</summary>
    internal bool Beats(EpochMetrics other) => (ValidationRobust ?? -1, ValidationNatural ?? -1)
        .CompareTo((other.ValidationRobust ?? -1, other.ValidationNatural ?? -1)) > 0;
}

/// <summary>How far a training run is. Reported a few times a second, and at the end of every epoch.</summary>
/// <param name="Epoch">The present epoch, from 1.</param>
/// <param name="Epochs">How many there will be.</param>
/// <param name="Step">The last step of this epoch that is done, from 1.</param>
/// <param name="Steps">How many steps this epoch has.</param>
/// <param name="Loss">Mean total loss of this epoch so far.</param>
/// <param name="NaturalAccuracy">Training accuracy of this epoch so far; null where the loss does not use x.</param>
/// <param name="RobustAccuracy">The same under the training attack; null without an attack.</param>
/// <param name="LearningRate">The present one.</param>
/// <param name="Epsilon">The attack's present radius.</param>
/// <param name="SecondsElapsed">Since this call of Fit began.</param>
/// <param name="SoFar">The epochs that are complete, those of an earlier, interrupted call included.</param>
public sealed record TrainingProgress(
    int Epoch,
    int Epochs,
    int Step,
    int Steps,
    double Loss,
    double? NaturalAccuracy,
    double? RobustAccuracy,
    double LearningRate,
    double Epsilon,
    double SecondsElapsed,
    TrainingHistory SoFar);

/// <summary>Sums over the batches of an epoch, weighted by their sizes; accuracies are of the loss's own
/// logits.</summary>
internal sealed class EpochTally
{
    private readonly Dictionary<string, double> _terms = [];
    private long _examples;
    private long? _right, _robust;
    private double _loss, _norm;

    internal double Loss => _loss / _examples;
    internal double? NaturalAccuracy => (double?)_right / _examples;
    internal double? RobustAccuracy => (double?)_robust / _examples;
    internal double Norm => _norm / _examples;

    internal IReadOnlyDictionary<string, double> Terms =>
        _terms.ToDictionary(pair => pair.Key, pair => pair.Value / _examples);

    /// <summary>Adds a batch of so many examples.</summary>
    internal void Add(StepNumbers step, long count)
    {
        _examples += count;
        _loss += count * step.Loss;
        _norm += count * step.Norm;
        foreach (var (name, value) in step.Terms) _terms[name] = _terms.GetValueOrDefault(name) + count * value;
        if (step.Right is { } right) _right = (_right ?? 0) + right;
        if (step.Robust is { } robust) _robust = (_robust ?? 0) + robust;
    }
}

/// <summary>What a training step reports. All of it comes from the device at once, since each reading waits until the
/// device has done what it was asked.</summary>
/// <param name="Loss">The total loss.</param>
/// <param name="Norm">The mean norm over the batch of what is watched.</param>
/// <param name="Watched">"latent", or "logits" where there is none, or "nothing".</param>
/// <param name="Terms">The terms of the loss by name.</param>
/// <param name="Right">Examples whose clean logits are right.</param>
/// <param name="Robust">The same of the adversarial ones.</param>
internal sealed record StepNumbers(double Loss, double Norm, string Watched,
    IReadOnlyList<(string Name, double Value)> Terms, long? Right, long? Robust)
{
    /// <summary>Reads them.</summary>
    internal static StepNumbers Read(BatchLoss loss, Tensor labels)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var watched = loss.Clean ?? loss.Adversarial;
        var values = (watched?.Latent ?? watched?.Logits)?.flatten(1); // [B,D] or [B,K]
        List<Tensor?> all =
        [
            loss.Total, values?.pow(2).sum(1).sqrt().mean(), CountRight(loss.Clean, labels),
            CountRight(loss.Adversarial, labels), .. loss.Terms.Select(term => term.Value),
        ];
        var nothing = zeros([], device: labels.device);
        // counts are exact as floats, which every device has
        var read = stack(all.Select(number => (number ?? nothing).to(ScalarType.Float32))).cpu().data<float>();
        return new StepNumbers(read[0], read[1],
            watched is null ? "nothing" : watched.Latent is null ? "logits" : "latent",
            [.. loss.Terms.Select((term, i) => (term.Key, (double)read[4 + i]))],
            loss.Clean is null ? null : (long)read[2], loss.Adversarial is null ? null : (long)read[3]);
    }

    /// <summary>How many rows of logits [B,K] have their largest entry at the label; it stays on the device.</summary>
    internal static Tensor CountRight(Tensor logits, Tensor labels) => logits.argmax(1).eq(labels).sum();

    private static Tensor? CountRight(Prediction? prediction, Tensor labels) =>
        prediction is null ? null : CountRight(prediction.Logits, labels);
}
