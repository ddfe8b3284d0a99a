using Adr.Experiments;

namespace Adr.Interactive;

/// <summary>The evaluation of one model: its reports, one below the other.</summary>
internal static class ModelResultView
{
    internal static ViewStack Of(ModelResult row) => new(
    [
        RobustnessReportView.Of(row.Report),
        .. row.Costly.Select(RobustnessReportView.Of),
        .. row.AutoAttack is { } report ? new[] { AutoAttackView.Of(report) } : [],
    ]);
}
