using System.Text.Json.Serialization;

namespace Adr.Training;

/// <summary>What one pass over the training data showed.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="LearningRate">That of the epoch's last step.</param>
/// <param name="Epsilon">The attack's radius at the epoch's last step, in [0,1] pixel units; 0 without attack.</param>
/// <param name="Loss">Mean total loss over the points.</param>
/// <param name="Terms">Mean of each summand of the loss, its weight included.</param>
/// <param name="NaturalAccuracy">Share of training points classified right in passing: weights still moving, dropout on; null where the defence does not show the model x.</param>
/// <param name="RobustAccuracy">The same under the training attack at the radius of the step; null without attack.</param>
/// <param name="ValidationNatural">Accuracy on the points held out, after the epoch, in evaluation mode; null where none are.</param>
/// <param name="ValidationRobust">The same under a short PGD at full ε; null where none are held out or there is no attack.</param>
/// <param name="LatentNorm">Mean ‖z‖₂ over the points.</param>
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
    double Seconds)
{
    /// <summary>How many classes the answers to the points held out name, after the epoch, clean and in evaluation mode; null where those are of one class alone or none are held out, and in older run folders.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ValidationClasses { get; init; }

    /// <summary>Whether the epoch is to be preferred to another by the points held out: more robust, else more accurate.</summary>
    internal bool Beats(EpochMetrics other) =>
        (ValidationRobust ?? -1, ValidationNatural ?? -1).CompareTo((other.ValidationRobust ?? -1, other.ValidationNatural ?? -1)) > 0;
}
