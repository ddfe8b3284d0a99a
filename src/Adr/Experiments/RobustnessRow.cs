using Adr.Evaluation;

namespace Adr.Experiments;

/// <summary>One model of a table.</summary>
/// <param name="Defence">How it was trained.</param>
/// <param name="Report">How it stands.</param>
/// <param name="TrainingSeconds">Wall time of its training.</param>
/// <param name="BestEpoch">The epoch whose weights were evaluated.</param>
public sealed record RobustnessRow(string Defence, RobustnessReport Report, double TrainingSeconds, int BestEpoch)
{
    /// <summary>The row of a trained model.</summary>
    /// <param name="trained">The model.</param>
    /// <param name="report">Its evaluation.</param>
    public static RobustnessRow Of(TrainedModel trained, RobustnessReport report) => new(trained.Defence, report, trained.Seconds, trained.History.BestEpoch);
}
