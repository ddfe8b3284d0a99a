using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Tests.Data;

namespace Adr.Tests.Experiments;

public sealed class RobustnessTableTests
{
    private static readonly Experiment Settings = Experiment.Mnist(Budget.Quick, device: "cpu");

    private static ModelResult Row(string defence, int natural, int robust, string attack = "PGD-40")
    {
        var result = new AttackResult(attack, ThreatModel.Linf(0.3), new Proportion(robust, 1500), [], [], 12.5, 61500);
        return new ModelResult(defence,
            new RobustnessReport(defence, "MNIST-10k test", new Proportion(natural, 1500), [], [result],
            new Proportion(robust, 1500), ["0"], 1, "cpu"), 90, 7);
    }

    [Fact]
    public void What_its_evaluations_say_against_their_numbers_stands_below_it_once()
    {
        var row = Row("ADV", 1455, 1140);
        var noted = row with { Report = row.Report with { Notes = ["Its answers are random."] } };
        var table = new RobustnessTable(Settings,
            [noted with { Costly = [noted.Report] }, Row("ADR-ADV", 1461, 1260) with { Costly = [row.Report] }]);
        Assert.Equal(["Note on ADV: Its answers are random."], table.Notes);
        Assert.EndsWith("\n\nNote on ADV: Its answers are random.\n", table.ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_holds_every_number_with_interval_and_settings()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "demo", "results.json");
        new RobustnessTable(Settings, [Row("ADV", 1455, 1140), Row("ADR-TRADES", 1461, 1260)]).SaveJson(path);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        Assert.Equal("quick", (string?)json["budget"]);
        var rows = json["rows"]!.AsArray();
        Assert.Equal(["ADV", "ADR-TRADES"], rows.Select(r => (string?)r!["defence"]));
        Assert.Equal(0.97, (double)rows[0]!["natural"]!, 12);
        Assert.Equal(0.76, (double)rows[0]!["robust"]!["PGD-40"]!, 12);
        var interval = rows[0]!["robustIntervals"]!["PGD-40"]!.AsArray().Select(x => (double)x!).ToArray();
        Assert.Equal([new Proportion(1140, 1500).Low, new Proportion(1140, 1500).High], interval);
        foreach (var setting in new[] { "dataSet", "trainCount", "testCount", "epochs", "attackSteps", "stepSize",
            "epsilon", "seed", "device", "optimizer", "minutes" })
            Assert.All(rows, row => Assert.NotNull(row![setting]));
        Assert.Equal((1500, 1.5, Settings.Optimizer.ToString()),
            ((int)rows[1]!["testCount"]!, (double)rows[1]!["minutes"]!, (string?)rows[1]!["optimizer"]));
        Assert.Null(rows[0]!["defenceSettings"]!["weights"]);
        Assert.Null(rows[0]!["defenceSettings"]!["beta"]);
        Assert.Equal((1, 0.99),
            ((int)rows[1]!["defenceSettings"]!["beta"]!,
            (double)rows[1]!["defenceSettings"]!["weights"]!["separation"]!));
    }

    [Fact]
    public void Markdown_is_a_table_with_its_settings()
    {
        var lines = new RobustnessTable(Settings, [Row("ADV", 1455, 1140), Row("ADR-ADV", 1461, 1260)]).ToMarkdown()
            .Split('\n');
        Assert.Equal("| defence | natural | PGD-40 | minutes |", lines[0]);
        Assert.Equal("|---|---|---|---|", lines[1]);
        Assert.Equal("| ADV | 97.0 [96.0, 97.8] | 76.0 [73.8, 78.1] | 1.5 |", lines[2]);
        Assert.Contains($"trained on {Settings.TrainCount:N0} images", lines[^2], StringComparison.Ordinal);
        Assert.Contains("ε = 0.3", lines[^2], StringComparison.Ordinal);
        Assert.Contains("seed 1", lines[^2], StringComparison.Ordinal);
    }

    [Fact] // of 4 points PGD leaves 1, 2 and 4; of the first 3 it leaves 2, Auto-Attack 1
    public void Auto_Attack_stands_beside_the_last_attack_on_the_same_points()
    {
        var table = new RobustnessTable(Settings, [WithAutoAttack("ADV"), WithAutoAttack("ADR-ADV")]);
        Assert.Equal(["natural", "PGD-40", "PGD-40, first 3", "AutoAttack, first 3"], table.Columns);
        Assert.Equal([new(4, 4), new(3, 4), new(2, 3), new(1, 3)], table.Shares(table.Rows[0]));
        Assert.StartsWith("| defence | natural | PGD-40 | PGD-40, first 3 | AutoAttack, first 3 | minutes "
            + "|", table.ToMarkdown(), StringComparison.Ordinal);
        Assert.Contains("of the first ones where the table says so", table.Caption, StringComparison.Ordinal);
        var row = table.ToJson()["rows"]![0]!;
        Assert.Equal(1.0 / 3, (double)row["robust"]!["AutoAttack"]!, 12);
        Assert.Equal(new Proportion(1, 3).High, (double)row["robustIntervals"]!["AutoAttack"]![1]!, 12);
        var how = row["evaluation"]!["AutoAttack"]!;
        Assert.Equal((3, 2.0 / 3, 2.0 / 3),
            ((int)how["examples"]!, (double)how["onTheSameExamples"]!["PGD-40"]!,
            (double)how["robustAfter"]!["APGD-CE"]!));
        Assert.Contains("masked", (string?)how["warnings"]![0], StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_rows_of_which_only_some_met_Auto_Attack() =>
        Assert.Throws<ArgumentException>("rows",
            () => new RobustnessTable(Settings,
            [WithAutoAttack("ADV"), WithAutoAttack("TRADES") with { AutoAttack = null }]));

    private static ModelResult WithAutoAttack(string defence)
    {
        var threat = ThreatModel.Linf(0.3);
        var result = new AttackResult("PGD-40", threat, new Proportion(3, 4), [true, true, false, true], [], 1, 80);
        var auto = new AutoAttackReport(defence, "MNIST-10k test", "AutoAttack", threat, new Proportion(3, 3),
            [new("APGD-CE", new Dictionary<string, string>(), false, 3, 1, new Proportion(2, 3), 2, 600, null),
                new("Square-5000", new Dictionary<string, string>(), true, 2, 1, new Proportion(1, 3), 3, 5000, null)],
            new Proportion(1, 3), [true, false, false], [], [new(SanityFlag.SquareBreaksMore,
                "Square broke more.", "Gradients may be masked.")], ["0"], 1, "cpu");
        return new ModelResult(defence,
            new RobustnessReport(defence, "MNIST-10k test", new Proportion(4, 4), [], [result], new Proportion(3, 4),
            ["0"], 1, "cpu"), 90, 7, auto);
    }

    [Fact]
    public void Refuses_rows_that_met_different_attacks() =>
        Assert.Contains("FGSM",
            Assert.Throws<ArgumentException>("rows",
            () => new RobustnessTable(Settings, [Row("ADV", 1, 1), Row("TRADES", 1, 1, "FGSM")])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Refuses_to_be_empty() =>
        Assert.Throws<ArgumentException>("rows", () => new RobustnessTable(Settings, []));
}
