using Adr.Evaluation;

namespace Adr.Experiments;

/// <summary>One model of a table.</summary>
/// <param name="Defence">How it was trained.</param>
/// <param name="Report">How it stands.</param>
/// <param name="TrainingSeconds">Wall time of its training.</param>
/// <param name="BestEpoch">The epoch whose weights were evaluated.</param>
/// <param name="AutoAttack">How it stands against Auto-Attack, on some of the points; null where that was not asked.</param>
public sealed record RobustnessRow(string Defence, RobustnessReport Report, double TrainingSeconds, int BestEpoch, AutoAttackReport? AutoAttack = null)
{
    /// <summary>How it stands against costly attacks: one report each, on the first of the same points. Default none.</summary>
    public IReadOnlyList<RobustnessReport> Costly { get; init; } = [];

    /// <summary>The row of a trained model.</summary>
    /// <param name="trained">The model.</param>
    /// <param name="report">Its evaluation.</param>
    /// <param name="autoAttack">Its evaluation by Auto-Attack, on the first of the same points; null for none.</param>
    public static RobustnessRow Of(TrainedModel trained, RobustnessReport report, AutoAttackReport? autoAttack = null) =>
        new(trained.Defence, report, trained.Seconds, trained.History.BestEpoch, autoAttack);
}
