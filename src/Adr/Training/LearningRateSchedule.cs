namespace Adr.Training;

/// <summary>A learning rate that falls by a factor at milestones, as <c>MultiStepLR</c>.</summary>
/// <param name="Initial">The rate of the first epoch.</param>
/// <param name="Milestones">After how many finished epochs it falls: milestone 55 makes epoch 56 the first with the lower rate.</param>
/// <param name="Factor">What it is multiplied by at each.</param>
public sealed record LearningRateSchedule(double Initial, IReadOnlyList<int> Milestones, double Factor = 0.1)
{
    /// <summary>The learning rate of an epoch.</summary>
    /// <param name="epoch">From 1.</param>
    public double At(int epoch) => Initial * Math.Pow(Factor, Milestones.Count(milestone => epoch > milestone));
}
