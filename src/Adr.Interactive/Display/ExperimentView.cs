using System.Globalization;
using Adr.Attacks;
using Adr.Experiments;
using Adr.Interactive.Drawing;
using Adr.Losses;

namespace Adr.Interactive;

/// <summary>The settings of an experiment in words.</summary>
internal static class ExperimentView
{
    internal static TableView Of(Experiment e)
    {
        (string Name, string Value)[] rows =
        [
            ("data", Data(e)),
            .. e.SyntheticSubstitute is { } missing
                ? new[] { ("synthetic data", $"Generated images, which say nothing about defences. {missing}") }
                : [],
            ("network", $"{e.Network}{Dropout(e)}; latent: {Latent(e)}"),
            ("training", $"{Epochs(e.Epochs)}, batches of {e.BatchSize}, {e.Optimizer}{Schedule(e)}"),
            ("threat", $"L∞, ε = {DisplayText.Epsilon(e.Epsilon)}{WarmUp(e.EpsilonWarmupEpochs)}"),
            ("training attack", "PGD on CE from a random start (TRADES: on KL from x + 0.001 · N(0, I)), "
                + $"{e.AttackSteps} steps of {DisplayText.Epsilon(e.StepSize)}"),
            ("evaluation attacks", string.Join("; ", EvaluationAttacks(e))),
            ("TRADES", $"β = {Plain(e.Beta)}"),
            ("ADR", Weights(e.Weights) + WarmUp(e.TermWarmupEpochs)),
            ("budget, seed, device", $"{e.Budget.ToString().ToLowerInvariant()}, {e.Seed}, {e.Device}"),
        ];
        var cells = rows.Select(row => (IReadOnlyList<TableCell>)[row.Name, row.Value]);
        return new TableView("Settings", ["setting", "value"], cells) { WordColumns = 2 };
    }

    private static string Latent(Experiment e) =>
        e.LatentLayer ?? e.Network.OwnLatentLayer.Value ?? "the network's own";

    private static string Data(Experiment e)
    {
        var augmented = e.Augment ? ", cropped and mirrored at random" : "";
        return $"{e.DataSet}: {Number.Count(e.TrainCount)} images to train on{augmented}, "
            + $"{Number.Count(e.ValidationCount)} held out to choose the epoch, {Number.Count(e.TestCount)} to test on";
    }

    private static string Epochs(int epochs) => $"{epochs} epoch{(epochs == 1 ? "" : "s")}";

    private static string Dropout(Experiment e) => e.Dropout is { } dropout ? $", dropout {Plain(dropout)}" : "";

    private static string Schedule(Experiment e)
    {
        if (e.CyclicPeak is { } peak)
            return string.Create(CultureInfo.InvariantCulture,
                $" as the peak of a cycle: up from 0 in the first {100 * peak:0.#} % of the steps, then back to 0");
        return e.Milestones.Count > 0 ? $", divided by 10 after epochs {string.Join(", ", e.Milestones)}" : "";
    }

    private static string WarmUp(int epochs) => epochs switch
    {
        0 => "",
        1 => ", growing over the first epoch of training",
        _ => $", growing over the first {epochs} epochs of training",
    };

    private static IEnumerable<string> EvaluationAttacks(Experiment e) =>
    [
        .. e.EvaluationAttacks().Select(Described),
        .. e.CostlyAttacks().Select(one => $"{Described(one.Attack)}, first {Number.Count(one.Count)}"),
        .. e.Evaluation.AutoAttackCount is > 0 and var count
            ? new[] { $"Auto-Attack, standard, first {Number.Count(count)}" }
            : [],
    ];

    private static string Described(Attack attack)
    {
        if (attack is not Pgd { Steps: > 1 } gradient) return attack.Name;
        var keep = gradient.Keep == KeptIterate.Last ? "" : ", keeping the worst iterate";
        return $"{attack.Name} (steps of {DisplayText.Epsilon(gradient.StepSize)}{keep})";
    }

    private static string Weights(CompactnessWeights w) =>
        $"λ: local compactness {Plain(w.LocalCompactness)}, local smoothness {Plain(w.LocalSmoothness)}, "
        + $"global compactness {Plain(w.GlobalCompactness)}, global smoothness {Plain(w.GlobalSmoothness)}, "
        + $"confidence {Plain(w.Confidence)}; smoothness by "
        + $"{(w.Smoothness == SmoothnessForm.KullbackLeibler ? "KL(p ‖ p')" : "CE(p, p')")}; gradient through "
        + (w.DetachLatent, w.DetachLogits) switch
        {
            (false, false) => "z and p",
            (true, false) => "p, not through z",
            (false, true) => "z, not through p",
            (true, true) => "neither z nor p",
        };

    private static string Plain(double value) => value.ToString("0.#####", CultureInfo.InvariantCulture);
}
