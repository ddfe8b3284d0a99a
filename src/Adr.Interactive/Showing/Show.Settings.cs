using System.Globalization;
using Adr.Attacks;
using Adr.Experiments;
using Adr.Interactive.Drawing;
using Adr.Losses;

namespace Adr.Interactive;

public static partial class Show
{
    /// <summary>An experiment's settings in words.</summary>
    public static TableView Settings(MnistExperiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var e = experiment;
        (string Name, string Value)[] rows =
        [
            ("data", $"{e.DataSet}: {Number.Count(e.TrainCount)} digits to train on, {Number.Count(e.ValidationCount)} held out to choose the epoch, {Number.Count(e.TestCount)} to test on"),
            ("network", $"MnistCnn, dropout {Plain(e.Dropout)}"),
            ("training", $"{e.Epochs} epochs, batches of {e.BatchSize}, {e.Optimizer}{(e.Milestones.Count == 0 ? "" : $", a tenth after epochs {string.Join(", ", e.Milestones)}")}"),
            ("threat", $"L∞, ε = {Epsilon(e.Epsilon)}{WarmUp(e.EpsilonWarmupEpochs)}"),
            ("training attack", $"PGD on CE from a random start (TRADES: on KL from x + 0.001 · N(0, I)), {e.AttackSteps} steps of {Plain(e.StepSize)}"),
            ("judging attacks", string.Join("; ", [.. e.EvaluationAttacks().Select(Words), .. e.AutoAttackCount > 0 ? new[] { $"Auto-Attack, standard, on the first {Number.Count(e.AutoAttackCount)} test digits" } : []])),
            ("TRADES", $"β = {Plain(e.Beta)}"),
            ("ADR", Weights(e.Weights)),
            ("budget, seed, device", $"{e.Budget.ToString().ToLowerInvariant()}, {e.Seed}, {e.Device}"),
        ];
        return new TableView("Settings", ["setting", "value"], rows.Select(row => (IReadOnlyList<TableCell>)[row.Name, row.Value])) { WordColumns = 2 };
    }

    private static string WarmUp(int epochs) => epochs switch
    {
        0 => "",
        1 => ", growing over the first epoch of training",
        _ => $", growing over the first {epochs} epochs of training",
    };

    private static string Words(Attack attack) => attack is GradientAttack { Steps: > 1 } gradient
        ? $"{attack.Name} (steps of {Plain(gradient.StepSize)}{(gradient.Keep == KeptIterate.Last ? "" : ", the worst iterate kept")})"
        : attack.Name;

    private static string Weights(CompactnessWeights w) =>
        $"λ: local compactness {Plain(w.LocalCompactness)}, local smoothness {Plain(w.LocalSmoothness)}, global compactness {Plain(w.GlobalCompactness)}, " +
        $"global smoothness {Plain(w.GlobalSmoothness)}, confidence {Plain(w.Confidence)}; clean side {(w.DetachClean ? "detached" : "not detached")}";

    private static string Plain(double value) => value.ToString("0.#####", CultureInfo.InvariantCulture);
}
