using Adr.Experiments;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>A trained model: what it is, how well it does, and how it came about.</summary>
internal static class TrainedModelView
{
    internal static ViewStack Of(TrainedModel trained)
    {
        var history = trained.History;
        var best = history.Epochs.FirstOrDefault(epoch => epoch.Epoch == history.BestEpoch)
            ?? history.Epochs.LastOrDefault();
        (string Name, string? Value)[] rows =
        [
            ("network", $"{ModuleView.Name(trained.Model)}, {ModuleView.Count(trained.Model)}"),
            ("weights", history.BestEpoch > 0 ? $"of epoch {history.BestEpoch} of {history.Epochs.Count}" : null),
            ("natural accuracy, held out", Share(best?.ValidationNatural)),
            ("robust accuracy, held out", Share(best?.ValidationRobust)),
            ("training", Number.Duration(trained.Seconds)),
            ("run folder", trained.Folder.FullPath),
        ];
        var cells = rows.Where(row => row.Value is not null)
            .Select(row => (IReadOnlyList<TableCell>)[row.Name, row.Value!]);
        var facts = new TableView(trained.Defence, ["", "value"], cells) { WordColumns = 2 };
        return new ViewStack(facts, TrainingHistoryView.Of(history));
    }

    private static string? Share(double? value) => value is { } share ? $"{DisplayText.Percent(share)} %" : null;
}
