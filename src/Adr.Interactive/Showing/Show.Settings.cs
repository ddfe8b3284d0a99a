using System.Globalization;
using Adr.Attacks;
using Adr.Experiments;
using Adr.Interactive.Drawing;
using Adr.Losses;

namespace Adr.Interactive;

public static partial class Show
{
    /// <summary>An experiment's settings in words.</summary>
    public static TableView Settings(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var e = experiment;
        (string Name, string Value)[] rows =
        [
            ("data", $"{e.DataSet}: {Number.Count(e.TrainCount)} images to train on{(e.Augment ? ", cropped and mirrored at random" : "")}, {Number.Count(e.ValidationCount)} held out to choose the epoch, {Number.Count(e.TestCount)} to test on"),
            .. e.StandsInFor is { } missing ? new[] { ("not the real data", $"generated pictures, which say nothing about defences. {missing}") } : [],
            ("network", $"{e.Network}{(e.Dropout is { } dropout ? $", dropout {Plain(dropout)}" : "")}; latent: {e.LatentLayer ?? "the penultimate layer"}"),
            ("training", $"{e.Epochs} epoch{(e.Epochs == 1 ? "" : "s")}, batches of {e.BatchSize}, {e.Optimizer}{Schedule(e)}"),
            ("threat", $"L∞, ε = {Epsilon(e.Epsilon)}{WarmUp(e.EpsilonWarmupEpochs)}"),
            ("training attack", $"PGD on CE from a random start (TRADES: on KL from x + 0.001 · N(0, I)), {e.AttackSteps} steps of {Epsilon(e.StepSize)}"),
            ("judging attacks", string.Join("; ", Judges(e))),
            ("TRADES", $"β = {Plain(e.Beta)}"),
            ("ADR", Weights(e.Weights) + WarmUp(e.TermWarmupEpochs)),
            ("budget, seed, device", $"{e.Budget.ToString().ToLowerInvariant()}, {e.Seed}, {e.Device}"),
        ];
        return new TableView("Settings", ["setting", "value"], rows.Select(row => (IReadOnlyList<TableCell>)[row.Name, row.Value])) { WordColumns = 2 };
    }

    private static IEnumerable<string> Judges(Experiment e) =>
    [
        .. e.EvaluationAttacks().Select(Words),
        .. e.CostlyAttacks().Select(one => $"{Words(one.Attack)}, first {Number.Count(one.Count)}"),
        .. e.Judgement.AutoAttackCount is > 0 and var count ? new[] { $"Auto-Attack, standard, first {Number.Count(count)}" } : [],
    ];

    private static string Schedule(Experiment e) =>
        e.CyclicPeak is { } peak ? string.Create(CultureInfo.InvariantCulture, $", which it reaches after {100 * peak:0.#} % of the steps, from 0 and back to 0")
        : e.Milestones.Count > 0 ? $", a tenth after epochs {string.Join(", ", e.Milestones)}"
        : "";

    private static string WarmUp(int epochs) => epochs switch
    {
        0 => "",
        1 => ", growing over the first epoch of training",
        _ => $", growing over the first {epochs} epochs of training",
    };

    private static string Words(Attack attack) => attack is GradientAttack { Steps: > 1 } gradient
        ? $"{attack.Name} (steps of {Epsilon(gradient.StepSize)}{(gradient.Keep == KeptIterate.Last ? "" : ", the worst iterate kept")})"
        : attack.Name;

    private static string Weights(CompactnessWeights w) =>
        $"λ: local compactness {Plain(w.LocalCompactness)}, local smoothness {Plain(w.LocalSmoothness)}, global compactness {Plain(w.GlobalCompactness)}, " +
        $"global smoothness {Plain(w.GlobalSmoothness)}, confidence {Plain(w.Confidence)}; clean side {(w.DetachClean ? "detached" : "not detached")}";

    private static string Plain(double value) => value.ToString("0.#####", CultureInfo.InvariantCulture);
}
