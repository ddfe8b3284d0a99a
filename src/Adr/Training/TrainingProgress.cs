namespace Adr.Training;

/// <summary>Where a training run stands. Reported a few times a second, and at the end of every epoch.</summary>
/// <param name="Epoch">The present epoch, from 1.</param>
/// <param name="Epochs">How many there will be.</param>
/// <param name="Step">The last step of this epoch that is done, from 1.</param>
/// <param name="Steps">How many steps this epoch has.</param>
/// <param name="Loss">Mean total loss of this epoch so far.</param>
/// <param name="NaturalAccuracy">Training accuracy of this epoch so far; null where the defence does not show the model x.</param>
/// <param name="RobustAccuracy">The same under the training attack; null without attack.</param>
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
