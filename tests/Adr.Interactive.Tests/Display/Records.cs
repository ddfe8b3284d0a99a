using Adr.Attacks;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Training;

namespace Adr.Interactive.Tests.Display;

/// <summary>One small object of each kind that Adr hands to a notebook.</summary>
internal static class Records
{
    internal static Proportion Proportion => new(973, 1000);

    internal static RobustnessReport Report => new("ADR-ADV", "MNIST", new(97, 100), [new(48, 50), new(49, 50)],
    [
        new("PGD-40", ThreatModel.Linf(0.3), new(88, 100), [], [new(42, 50), new(46, 50)], 12.3, 7_857)
        {
            Backwards = 3_880, Settings = Settings,
        },
        new("DLR-PGD-20", ThreatModel.Linf(8.0 / 255), new(90, 100), [], [new(44, 50), new(46, 50)], 75, 3_977)
        {
            Backwards = 1_940, Note = "DLR needs 3 classes, but there are 2: the margin was increased instead.",
        },
    ], new(87, 100), ["zero", "one"], 1, "cpu") { Notes = ["Every answer sums to 1."] };

    internal static MinimumNormReport Distances => new(
        "ADR-ADV", "MNIST", "FAB", ThreatModel.L2(1), [0, 0.512, 1.25, 2, double.PositiveInfinity],
        [0, 0, 1, 1, 1], ["zero", "one"], 3.2, 12_000, 1, "cpu")
    {
        Backwards = 4_000, Settings = Settings,
    };

    internal static GradientMaskingReport Masking => new("ADR-ADV", "MNIST", ThreatModel.Linf(0.3), new(98, 100),
    [
        new(MaskingCheck.ZeroGradients, true, "warns above 1 of 98 points",
        [
            new("right points whose gradient is exactly zero", new(60, 98)),
        ]),
        new(MaskingCheck.MoreSteps, false, "warns if it rises by more than 2 points",
        [
            new("robust accuracy, PGD-1", new(90, 100)),
            new("robust accuracy, PGD-50", new(88, 100)),
        ]),
    ], 42, 80_000, 1, "cpu") { Backwards = 9_000 };

    private static Dictionary<string, string> Settings => new() { ["steps"] = "40", ["stepSize"] = "0.01" };

    internal static AutoAttackReport AutoAttack => new(
        "ADR-ADV", "MNIST", "AutoAttack", ThreatModel.Linf(0.3), new(97, 100),
    [
        new("APGD-CE", new Dictionary<string, string>(), false, 97, 9, new(88, 100), 12.3, 19_400, null)
            { Backwards = 9_700 },
        new("Square-5000", new Dictionary<string, string>(), true, 88, 3, new(85, 100), 75, 440_044, null)
            { Backwards = 0 },
    ], new(85, 100), new bool[100], [new(42, 50), new(43, 50)],
    [
        new(SanityFlag.SquareBreaksMore, "Square broke more.", "Look for masked gradients."),
    ], ["zero", "one"], 1, "cpu");

    internal static RobustnessTable Table => TableOf(("ADV", 972, 760), ("ADR-ADV", 973, 888));

    internal static ConfusionMatrix Confusion => new(new long[,] { { 48, 2 }, { 1, 49 } }, ["zero", "one"]);

    internal static RobustnessCurve Curve(string model) =>
        new(model, "PGD-40", [(0, new(97, 100)), (0.15, new(93, 100)), (0.3, new(88, 100))]);

    internal static LatentExamples Latents => new(
        new[,] { { 0f, 0 }, { 1, 1 }, { 5, 5 } }, new[,] { { 0.5f, 0 }, { 1, 1.5f }, { 4, 5 } },
        [0, 0, 1], [0.1, 0.2, 0.3],
        ["zero", "one"], (0.61, 0.2), 0.5, 1.5);

    /// <summary>Four places: class 0 below, class 1 above, and more surely so on the right.</summary>
    internal static DecisionRegions Regions => new("ADV", "Moons", "PGD-40", ThreatModel.Linf(0.05), [0.25, 0.75],
        new[,,] { { { 0.75, 0.25 }, { 1, 0 } }, { { 0.5, 0.5 }, { 0, 1 } } },
        new[,] { { 0.2f, 0.2f }, { 0.6f, 0.9f }, { 0.4f, 0.6f } },
        new[,] { { 0.25f, 0.25f }, { 0.6f, 0.85f }, { 0.4f, 0.55f } },
        [0, 1, 0], [true, true, false], [true, true, false], [true, false, false], ["upper", "lower"]);

    /// <summary>A table of 1,000 points: natural and PGD-40 counts of each defence.</summary>
    internal static RobustnessTable TableOf(params (string Defence, int Natural, int Robust)[] rows) => new(
        Experiment.Mnist(Budget.Smoke, device: "cpu"),
        [.. rows.Select(row => new ModelResult(row.Defence, ReportOf(row.Defence, row.Natural, row.Robust), 90, 3))]);

    private static RobustnessReport ReportOf(string defence, int natural, int robust) => new(
        defence, "MNIST", new(natural, 1000), [],
        [new("PGD-40", ThreatModel.Linf(0.3), new(robust, 1000), [], [], 1, 1)], new(robust, 1000), [], 1, "cpu");

    internal static TrainingHistory History => new("ADR-ADV",
    [
        new(1, 0.01, 0.15, 2.1, Terms(1.9, 0.2), 0.61, 0.40, 0.8, 0.5, 3, 20),
        new(2, 0.01, 0.3, 1.2, Terms(1.1, 0.1), 0.90, 0.62, 0.95, 0.7, 3.1, 21),
        new(3, 0.001, 0.3, 0.9, Terms(0.8, 0.1), 0.93, 0.70, 0.96, 0.75, 3.2, 22),
    ], 3);

    private static Dictionary<string, double> Terms(double crossEntropy, double compactness) =>
        new() { ["CrossEntropy"] = crossEntropy, ["LocalCompactness"] = compactness };

    internal static TrainingProgress Progress(int epoch, int step, double seconds = 50) =>
        new(epoch, 4, step, 10, 0.8123, 0.93, 0.71, 0.01, 0.3, seconds,
            new("ADR-ADV", [.. History.Epochs.Take(epoch - 1)], Math.Max(epoch - 1, 0)));
}
