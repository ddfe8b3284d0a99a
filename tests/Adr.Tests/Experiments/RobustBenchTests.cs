using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Tests.Data;
using Adr.Training;

namespace Adr.Tests.Experiments;

public sealed class RobustBenchTests
{
    /// <summary>The fields of RobustBench's own class ModelInfo (robustbench/utils.py), without those of corruptions,
    /// and "unreliable", which its leaderboard reads as well.</summary>
    private static readonly string[] Fields =
    [
        "link", "name", "authors", "additional_data", "number_forward_passes", "dataset", "venue", "architecture",
        "eps", "clean_acc", "reported", "autoattack_acc", "footnote", "unreliable",
    ];

    private static Experiment Cifar => Experiment.Cifar10(Budget.Desktop, seed: 3, device: "cpu") with
    {
        TrainCount = 9500, ValidationCount = 500, TestCount = 2000, Epochs = 20,
    };

    private static ModelResult Row(int test = 2000, int attacked = 500)
    {
        var threat = ThreatModel.Linf(8.0 / 255);
        Proportion natural = new(test / 2, test), pgd = new(test / 4, test);
        Proportion before = new(attacked / 2, attacked), after = new(attacked / 4, attacked);
        var stage = new AutoAttackStage("APGD-CE", new Dictionary<string, string>(), false, before.Successes,
            before.Successes - after.Successes, after, 1, 1, null);
        return new ModelResult("ADR-ADV",
            new RobustnessReport("ADR-ADV", "CIFAR-10 test", natural, [natural],
                [new("PGD-20", threat, pgd, Flags(pgd), [pgd], 1, 1)], pgd, ["0"], 3, "cpu"), 60, 18,
            new AutoAttackReport("ADR-ADV", "CIFAR-10 test", "AutoAttack", threat, before, [stage], after, Flags(after),
                [after], [], ["0"], 3, "cpu"))
        {
            Environment = new("2026-11-30", "0.1.0+abc", "0.107.0", "2.10", "a", 2, "Linux"),
        };
    }

    private static bool[] Flags(Proportion share) =>
        [.. Enumerable.Range(0, share.Total).Select(i => i < share.Successes)];

    [Fact]
    public void A_model_of_a_part_of_the_data_says_so()
    {
        const string Footnote = "ADR-ADV, trained by Adr.Notebooks 0.1.0+abc, which is independent of the method's "
            + "authors, with seed 3. Trained on 9,500 of 50,000 training images for 20 epochs; 500 more were held out "
            + "to choose the epoch. clean_acc is of the first 2,000 of 10,000 test images. autoattack_acc is of the "
            + "first 500 of 10,000 test images, of which 50.00 percent are classified correctly without an attack. "
            + "95 % interval of autoattack_acc for these images: 21.40 to 28.98.";
        Assert.Equal($$"""
            {
              "link": null,
              "name": null,
              "authors": null,
              "additional_data": false,
              "number_forward_passes": 1,
              "dataset": "cifar10",
              "venue": null,
              "architecture": "cifar-cnn",
              "eps": "8/255",
              "clean_acc": "50.00",
              "reported": null,
              "autoattack_acc": "25.00",
              "footnote": "{{Footnote}}",
              "unreliable": false
            }
            """, RobustBench.Entry(Cifar, Row()).ToJsonString(Json.Indented), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void A_model_of_all_of_it_says_no_more_than_needed()
    {
        var whole = Cifar with
        {
            TrainCount = 50_000, ValidationCount = 0, TestCount = 10_000, Network = "wide-resnet-34-10", Epochs = 1,
        };
        var entry = RobustBench.Entry(whole, Row(10_000, 10_000) with { Environment = null });
        Assert.Equal("WideResNet-34-10", (string?)entry["architecture"]);
        Assert.Equal("ADR-ADV, trained by Adr.Notebooks, which is independent of the method's authors, with seed 3. "
            + "Trained on 50,000 training images for 1 epoch. 95 % interval of autoattack_acc for these images: 24.16 "
            + "to 25.86.", (string?)entry["footnote"]);
    }

    [Theory]
    [InlineData("silu-wide-resnet-28-10@cifar-10", "WideResNet-28-10")]
    [InlineData("preact-resnet-18@cifar-10", "PreActResNet-18")]
    [InlineData("resnet-18", "ResNet-18")]
    public void A_network_has_the_name_that_RobustBench_gives_it(string name, string expected) =>
        Assert.Equal(expected, (string?)RobustBench.Entry(Cifar with { Network = name }, Row())["architecture"]);

    [Fact]
    public void A_model_whose_numbers_are_in_doubt_says_why()
    {
        var row = Row();
        var entry = RobustBench.Entry(Cifar, row with
        {
            AutoAttack = row.AutoAttack! with
            {
                Warnings = [new(SanityFlag.SquareBreaksMore, "Square broke more.", "Gradients may be masked.")],
            },
        });
        Assert.True((bool)entry["unreliable"]!);
        Assert.EndsWith("Square broke more. Gradients may be masked.", (string?)entry["footnote"],
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_RobustBench_does_not_rank_or_is_not_known_says_so()
    {
        var own = Cifar with
        {
            DataSet = new DataSource("mine", () => throw new NotSupportedException()), Norm = Norm.L1, Epsilon = 12,
            Network = new NetworkSource("my-resnet@home", (_, _, _) => throw new NotSupportedException()),
        };
        var entry = RobustBench.Entry(own, Row());
        Assert.Equal(("mine", "my-resnet@home", "12"),
            ((string?)entry["dataset"], (string?)entry["architecture"], (string?)entry["eps"]));
        Assert.Null(entry["additional_data"]);
        Assert.Null(entry["number_forward_passes"]);
        var footnote = (string?)entry["footnote"];
        Assert.Contains("Trained on 9,500 training images for", footnote, StringComparison.Ordinal);
        Assert.Contains("clean_acc is of the first 2,000 test images.", footnote, StringComparison.Ordinal);
        Assert.EndsWith("RobustBench has no leaderboard of mine. RobustBench has no leaderboard of L1.", footnote,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_the_standard_Auto_Attack_has_not_met_is_refused()
    {
        var row = Row();
        foreach (var other in new[] { null, row.AutoAttack! with { Attack = "AutoAttack (custom)" } })
            Assert.Throws<ArgumentException>("row", () => RobustBench.Entry(Cifar, row with { AutoAttack = other }));
    }

    [Fact] // those of the repository, which were attacked by Auto-Attack
    public void The_results_of_the_repository_are_written_with_the_fields_that_RobustBench_reads()
    {
        using var folder = new TemporaryFolder();
        var results = Results();
        var matrix = ExperimentMatrix.Load(Path.Combine(results, "forms.json"), Path.Combine(results, "runs"));

        var (files, leftOut) = RobustBench.Write(matrix, folder.Path);

        Assert.NotEmpty(files);
        // ADV and TRADES of one seed are the same run in all forms
        var runs = matrix.Runs.DistinctBy(run => run.Folder.FullPath).Count();
        Assert.Equal(runs, files.Count + leftOut.Count);
        foreach (var file in files)
        {
            Assert.Contains(Path.GetDirectoryName(file),
                new[] { folder[Path.Combine("cifar10", "Linf")], folder[Path.Combine("mnist-10k", "Linf")] });
            var entry = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
            Assert.Equal(Fields, entry.Select(field => field.Key));
            foreach (var share in new[] { "clean_acc", "autoattack_acc" })
                Assert.InRange(double.Parse((string)entry[share]!, CultureInfo.InvariantCulture), 0, 100);
            Assert.Contains("autoattack_acc is of the first 200 ", (string?)entry["footnote"],
                StringComparison.Ordinal);
            Assert.Equal(JsonValueKind.False, entry["additional_data"]!.GetValueKind());
            Assert.Equal(1, (int)entry["number_forward_passes"]!);
        }
    }

    [Fact]
    public void A_run_of_two_experiments_has_one_file_of_the_most_images()
    {
        using var folder = new TemporaryFolder();
        var few = Cifar with { RunsFolder = folder["runs"] };
        var many = few with { Evaluation = few.Evaluation with { AutoAttackCount = 1000 } };
        // trained the same, so that the folder is one
        Directory.CreateDirectory(few.FolderOf("ADV").FullPath);
        Json.Write(ResultFile(few), Row(attacked: 500) with { Defence = "ADV" });
        Json.Write(ResultFile(many), Row(attacked: 1000) with { Defence = "ADV" });
        var matrix = new ExperimentMatrix
        {
            Experiments = new Dictionary<string, Experiment> { ["few"] = few, ["many"] = many },
            Defences = ["ADV", "TRADES"], Seeds = [3],
        };

        var (files, leftOut) = RobustBench.Write(matrix, folder["out"]);

        Assert.Contains("the first 1,000 of", File.ReadAllText(Assert.Single(files)), StringComparison.Ordinal);
        Assert.Equal(["TRADES on cifar-10, seed 3: missing"], leftOut);
    }

    [Fact]
    public void A_network_that_was_attacked_at_two_radii_has_a_file_for_each()
    {
        using var folder = new TemporaryFolder();
        var small = Cifar with { RunsFolder = folder["runs"], Epsilon = 4.0 / 255 };
        var large = small with { Epsilon = 8.0 / 255 };
        var path = small.FolderOf("Standard"); // whose training has no ε
        Directory.CreateDirectory(path.FullPath);
        foreach (var one in new[] { small, large })
            Json.Write(one.ResultPath(path), Row() with { Defence = "Standard" });
        var matrix = new ExperimentMatrix
        {
            Experiments = new Dictionary<string, Experiment> { ["small"] = small, ["large"] = large },
            Defences = ["Standard"], Seeds = [3],
        };
        var (files, leftOut) = RobustBench.Write(matrix, folder["out"]);
        Assert.Empty(leftOut);
        Assert.Equal(["-eps0.015686.json", "-eps0.031373.json"],
            files.Select(file => file[file.LastIndexOf("-eps", StringComparison.Ordinal)..]));
        Assert.Equal(3, MatrixOverview.ToMarkdown(matrix).Split('\n').Count(line => line.StartsWith("| ",
            StringComparison.Ordinal)));
    }

    private static string ResultFile(Experiment experiment) => experiment.ResultPath(experiment.FolderOf("ADV"));

    private static string Results([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../../notebooks/results");
}
