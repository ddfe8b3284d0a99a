using Adr.Attacks;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Losses;
using Adr.Tests.Data;
using Adr.Training;

namespace Adr.Tests.Experiments;

public sealed class ExperimentMatrixTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ExperimentMatrix Read(string json)
    {
        File.WriteAllText(_folder["matrix.json"], json);
        return ExperimentMatrix.Load(_folder["matrix.json"], _folder["runs"]);
    }

    private const string Two = """
        {
          // two experiments, two defences, two seeds
          "experiments": {
            "digits": { "of": "mnist", "budget": "smoke", "trainCount": 40, "validationCount": 8, "testCount": 10,
                        "batchSize": 20, "optimizer": { "learningRate": 0.002, "kind": "Adam" },
                        "weights": { "confidence": 0.5 },
                        "evaluation": { "pgdSteps": 2, "multiTargetedCount": 0, "brendelBethgeCount": 0,
                                        "spsaCount": 0, "autoAttackCount": 0 } },
            "stripes": { "of": "mnist", "budget": "quick", "epsilon": 0.2 },
          },
          "defences": ["ADV", "ADR-ADV"],
          "seeds": [3, 4],
          "device": "cpu"
        }
        """;

    public sealed class FromAFile : IDisposable
    {
        private readonly ExperimentMatrixTests _all = new();

        public void Dispose() => _all.Dispose();

        [Fact]
        public void Changes_what_it_names_and_nothing_else()
        {
            var matrix = _all.Read(Two);
            var expected = Experiment.Mnist(Budget.Smoke, device: "cpu");
            var digits = matrix.Experiments["digits"];
            Assert.Equal(new CompactnessWeights(Confidence: 0.5), digits.Weights);
            Assert.Equal(new AdamSettings(0.002), digits.Optimizer);
            Assert.Equal((40, 2, expected.Epochs, expected.StepSize, expected.Evaluation.PgdStepSize),
                (digits.TrainCount, digits.Evaluation.PgdSteps, digits.Epochs, digits.StepSize,
                digits.Evaluation.PgdStepSize));
            Assert.Equal(Experiment.Mnist(Budget.Quick, device: "cpu") with { Epsilon = 0.2,
                RunsFolder = digits.RunsFolder },
                matrix.Experiments["stripes"] with { Milestones = Experiment.Mnist(Budget.Quick,
                device: "cpu").Milestones });
            Assert.Equal(
                [
                    "ADV on mnist-10k, seed 3", "ADR-ADV on mnist-10k, seed 3",
                    "ADV on mnist-10k, seed 4", "ADR-ADV on mnist-10k, seed 4",
                ],
                matrix.Runs.Take(4).Select(cell => cell.ToString()));
            Assert.Equal(8, matrix.Runs.Select(cell => cell.Folder.FullPath).Distinct().Count());
        }

        [Theory]
        [InlineData("", "no matrix")]
        [InlineData("null", "null")]
        [InlineData("""{ "experiments": {}, "defences": [] }""", "seeds")]
        [InlineData("""{ "experiments": { "a": { "budget": "quick" } }, "defences": [], "seeds": [] }""",
            "\"of\" is missing")]
        public void Says_what_is_wrong_with_it(string json, string message) => Refuses(json, message);

        [Theory]
        [InlineData("{", "line 1")]
        [InlineData("[]", "a list")]
        [InlineData("5", "a number")]
        [InlineData("{ \"experiments\": {}, \"experiments\": {} }", "experiments")]
        [InlineData("{ \"experiments\": [], \"defences\": [], \"seeds\": [] }", "must be an object")]
        [InlineData("{ \"experiments\": 5, \"defences\": [], \"seeds\": [] }", "must be an object")]
        [InlineData("{ \"experiments\": null, \"defences\": [], \"seeds\": [] }", "experiments")]
        [InlineData("{ \"experiments\": { \"a\": null }, \"defences\": [], \"seeds\": [] }", "\"a\": it is null")]
        [InlineData("{ \"experiments\": { \"a\": 5 }, \"defences\": [], \"seeds\": [] }", "\"a\": it is 5")]
        [InlineData("{ \"experiments\": {}, \"defences\": null, \"seeds\": [] }", "defences")]
        [InlineData("{ \"experiments\": {}, \"defences\": [null], \"seeds\": [] }", "defences[0] is null")]
        [InlineData("{ \"experiments\": {}, \"defences\": \"ADV\", \"seeds\": [] }", "defences")]
        [InlineData("{ \"experiments\": {}, \"defences\": [1], \"seeds\": [] }", "defences[0]")]
        [InlineData("{ \"experiments\": {}, \"defences\": [], \"seeds\": [null] }", "seeds[0] is null")]
        [InlineData("{ \"experiments\": {}, \"defences\": [], \"seeds\": [1.5] }", "seeds[0]")]
        [InlineData("{ \"experiments\": {}, \"defences\": [], \"seeds\": [1e99] }", "seeds[0]")]
        [InlineData("{ \"experiments\": {}, \"defences\": [], \"seeds\": [], \"seed\": 1 }", "seed")]
        [InlineData("{ \"experiments\": {}, \"defences\": [], \"seeds\": [], \"device\": 5 }", "device")]
        [InlineData("{ \"\\ud800\": 1 }", "Unicode")]
        public void Says_what_is_wrong_with_a_member(string json, string message)
        {
            Refuses(json, message);
            Refuses(json, "no matrix of experiments");
            Refuses(json, _all._folder["matrix.json"]);
        }

        [Fact]
        public void Says_so_of_other_files()
        {
            Refuses(new string('[', 100_000), "depth");
            File.WriteAllBytes(_all._folder["matrix.json"], [.. "{\"a\":\""u8, 0xff, .. "\"}"u8]);
            Assert.Contains("is not UTF-8", Assert.Throws<InvalidDataException>(
                () => ExperimentMatrix.Load(_all._folder["matrix.json"])).Message, StringComparison.Ordinal);
            using (var large = File.Create(_all._folder["matrix.json"])) large.SetLength(3L << 30);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains("more than 64 MiB", Assert.Throws<InvalidDataException>(
                () => ExperimentMatrix.Load(_all._folder["matrix.json"])).Message, StringComparison.Ordinal);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 256 << 20);
        }

        [Theory]
        [InlineData(""" "of": 5, "budget": "quick" """, "\"of\" is 5; expected a name")]
        [InlineData(""" "of": null, "budget": "quick" """, "\"of\" is null")]
        [InlineData(""" "of": ["mnist"], "budget": "quick" """, "expected a name")]
        [InlineData(""" "of": "mnist", "budget": 2 """, "\"budget\" is 2")]
        [InlineData(""" "of": "mnist", "budget": "quick,smoke" """, "expected smoke")]
        [InlineData(""" "of": "mnist", "budget": "quick", "network": [] """, "\"network\" is []; expected a name")]
        [InlineData(""" "of": "mnist", "budget": "quick", "network": null """, "\"network\" is null")]
        [InlineData(""" "of": "cifar-10", "budget": "quick", "network": {} """, "\"network\" is {}")]
        [InlineData(""" "of": "mnist", "budget": "quick", "weights": null """, "weights")]
        [InlineData(""" "of": "mnist", "budget": "quick", "weights": [] """, "weights")]
        [InlineData(""" "of": "mnist", "budget": "quick", "evaluation": null """, "evaluation")]
        [InlineData(""" "of": "mnist", "budget": "quick", "optimizer": null """, "optimizer")]
        [InlineData(""" "of": "mnist", "budget": "quick", "optimizer": "Adam" """, "optimizer")]
        [InlineData(""" "of": "mnist", "budget": "quick", "optimizer": { "kind": "LBFGS" } """, "optimizer")]
        [InlineData(""" "of": "mnist", "budget": "quick", "optimizer": { "kind": null } """, "optimizer")]
        [InlineData(""" "of": "mnist", "budget": "quick", "milestones": null """, "milestones")]
        [InlineData(""" "of": "mnist", "budget": "quick", "milestones": [null] """, "milestones[0] is null")]
        [InlineData(""" "of": "mnist", "budget": "quick", "norm": 7 """, "norm")]
        [InlineData(""" "of": "mnist", "budget": "quick", "epochs": 1.5 """, "epochs")]
        [InlineData(""" "of": "mnist", "budget": "quick", "epochs": 99999999999 """, "epochs")]
        [InlineData(""" "of": "mnist", "budget": "quick", "epochs": null """, "epochs")]
        [InlineData(""" "of": "mnist", "budget": "quick", "epochs": 1, "epochs": 2 """, "epochs")]
        [InlineData(""" "of": "mnist", "budget": "quick", "epochs": 1, "Epochs": 2 """, "Epochs")]
        [InlineData(""" "of": "mnist", "budget": "quick", "weights": { "Confidence": 1, "confidence": 2 } """,
            "confidence")]
        [InlineData(""" "of": "mnist", "budget": "quick", "dataSet": 5 """, "dataSet")]
        [InlineData(""" "of": "mnist", "budget": "quick", "device": null """, "device")]
        public void Says_what_is_wrong_with_a_setting(string settings, string message)
        {
            var json = $$"""{ "experiments": { "a": { {{settings}} } }, "defences": [], "seeds": [] }""";
            Refuses(json, message);
            Refuses(json, _all._folder["matrix.json"]);
        }

        [Fact]
        public void Reads_names_whatever_their_case() => Assert.Equal(7, _all.Read("""
            { "experiments": { "a": { "of": "mnist", "budget": "quick", "Epochs": 7 } }, "defences": [], "seeds": [] }
            """).Experiments["a"].Epochs);

        [Fact]
        public void An_unfinished_name_of_a_defence_is_named() => Assert.Contains("There is no defence \"ADR-AWP\"",
            Assert.Throws<ArgumentException>(() => Experiment.Mnist(Budget.Smoke, device: "cpu").Defence("ADR-AWP"))
            .Message, StringComparison.Ordinal);

        [Theory]
        [InlineData(""" "of": "imagenet", "budget": "quick" """, "imagenet")]
        [InlineData(""" "of": "mnist", "budget": "2" """, "expected smoke")]
        [InlineData(""" "of": "mnist", "budget": "quick", "epoch": 3 """, "epoch")]
        [InlineData(""" "of": "mnist", "budget": "quick", "epochs": "many" """, "epochs")]
        [InlineData(""" "of": "mnist", "budget": "quick", "weights": { "localCompactnes": 1 } """, "localCompactnes")]
        [InlineData(""" "of": "mnist", "budget": "quick", "evaluation": { "pgdStep": 1 } """, "pgdStep")]
        public void Says_what_is_wrong_with_an_experiment(string settings, string message) => Refuses(
            $$"""{ "experiments": { "a": { {{settings}} } }, "defences": [], "seeds": [] }""", message);

        private void Refuses(string json, string message) =>
            Assert.Contains(message, Assert.Throws<InvalidDataException>(() => _all.Read(json)).Message,
                StringComparison.Ordinal);

        [Fact] // the first format's name
        public void Reads_judgement_as_evaluation() => Assert.Equal(7, _all.Read("""
            {
              "experiments": { "a": { "of": "mnist", "budget": "quick", "judgement": { "pgdSteps": 7 } } },
              "defences": [], "seeds": []
            }
            """).Experiments["a"].Evaluation.PgdSteps);
    }

    [Fact]
    public void Reports_all_problems_together_before_anything_runs()
    {
        var good = Experiment.Mnist(Budget.Smoke, device: "cpu") with { RunsFolder = _folder["runs"] };
        var matrix = new ExperimentMatrix
        {
            Experiments = new Dictionary<string, Experiment>
            {
                ["large"] = good with { TrainCount = 9000, Epochs = 0 },
                ["wrong network"] = good with
                {
                    Network = "cifar-cnn", Evaluation = good.Evaluation with { SpsaCount = 65 },
                },
                ["good"] = good,
                ["again"] = good,
            },
            Defences = ["ADV", "AVD", "ADV"], Seeds = [1, 1],
        };
        var message = Assert.Throws<ArgumentException>(matrix.Validate).Message;
        string[] expected =
        [
            "large: mnist-10k has 8500", "large: ", "Epochs", "wrong network: cifar-cnn takes images [3,32,32]",
            "wrong network: 65 images", "no defence \"AVD\"", "ADV is there twice", "seed 1 is there twice",
            "good and again",
        ];
        Assert.All(expected, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.False(Directory.Exists(_folder["runs"]));
        Assert.Equal(["There is no experiment.", "There is no defence.", "There is no seed."],
            (matrix with { Experiments = new Dictionary<string, Experiment>(), Defences = [], Seeds = [] }).Problems());
        Assert.Empty((matrix with { Experiments = new Dictionary<string, Experiment> { ["good"] = good },
            Defences = ["ADV"], Seeds = [1] }).Problems());
    }

    public sealed class Running : IDisposable
    {
        private readonly ExperimentMatrixTests _all = new();

        public void Dispose() => _all.Dispose();

        [Fact]
        public void Fills_the_table_cell_by_cell()
        {
            var all = _all.Read(Two);
            var matrix = all with { Experiments = new Dictionary<string,
                Experiment> { ["digits"] = all.Experiments["digits"] } };
            var empty = MatrixTable.Of(matrix).Single();
            Assert.Equal((4, 0, "### digits"),
                (empty.Missing.Count, empty.Defences.Count, empty.ToMarkdown().Split('\n')[0]));
            Assert.All(matrix.Runs, cell => Assert.Equal("missing", cell.State()));

            var first = matrix.Runs[0].Run();
            Assert.Equal(["evaluated", "missing", "missing", "missing"], matrix.Runs.Select(cell => cell.State()));
            var trained = 0;
            var again = matrix.Runs[0].Run(new Listener<TrainingProgress>(_ => trained++));
            Assert.Equal((0, first.Report.Natural), (trained, again.Report.Natural));

            matrix.Runs[2].Run();
            matrix.Runs[1].Experiment.Train(matrix.Runs[1].Defence).Model.Dispose();
            var half = MatrixTable.Of(matrix).Single();
            Assert.Equal([3L, 4L], half.SeedsOf("ADV"));
            Assert.Empty(half.Pairs);
            Assert.Contains("Missing: ADR-ADV on mnist-10k, seed 3 (trained); ADR-ADV on mnist-10k, seed "
                + "4.", half.ToMarkdown(), StringComparison.Ordinal);

            foreach (var cell in matrix.Runs) cell.Run();
            var whole = MatrixTable.Of(matrix).Single();
            Assert.Empty(whole.Missing);
            Assert.Equal([("ADR-ADV", "ADV")], whole.Pairs);
            var (adv, adr) = (whole.Means("ADV"), whole.Means("ADR-ADV"));
            var difference = whole.Difference("ADR-ADV", "ADV")!;
            for (var column = 0; column < whole.Columns.Count; column++)
            {
                Assert.Equal(2, adv[column].Values.Count);
                Assert.Equal(adr[column].Mean - adv[column].Mean, difference[column].Mean, 12);
            }
            Assert.Contains("| ADR-ADV − ADV | 3, 4 |", whole.ToMarkdown(), StringComparison.Ordinal);
            Assert.Contains(whole.Compute, whole.ToMarkdown(), StringComparison.Ordinal);
        }

        [Fact]
        public void Says_what_its_runs_took_and_on_what()
        {
            var cell = _all.Read(Two).Runs[0];
            var machine = RunEnvironment.Here() with { Processor = "Abacus", Threads = 2 };
            ModelResult row = Natural("ADV", 50) with { TrainingSeconds = 5400, Environment = machine };
            var attack = row.Report.Attacks[0] with { Seconds = 1800 };
            row = row with { Report = row.Report with { Attacks = [attack] }, Costly = [row.Report] }; // 1 s more
            string Compute(ModelResult? result) => new MatrixTable("digits", cell.Experiment, [(cell, result)]).Compute;
            Assert.Equal("1 run took 1.5 hours of training and 0.5 of evaluation, on Abacus (2 threads).",
                Compute(row));
            Assert.EndsWith("not recorded.", Compute(row with { Environment = null }), StringComparison.Ordinal);
            Assert.Equal("", Compute(null));
        }

        [Fact] // what experiments share is trained once, and has one row
        public void Puts_its_experiments_into_one_table()
        {
            var digits = _all.Read(Two).Experiments["digits"];
            var matrix = new ExperimentMatrix
            {
                Experiments = new Dictionary<string, Experiment>
                {
                    ["local"] = digits with { Weights = CompactnessWeights.None with { LocalCompactness = 1 } },
                    ["global"] = digits with { Weights = CompactnessWeights.None with { GlobalCompactness = 1 } },
                },
                Defences = ["ADV", "ADR-ADV"], Seeds = [3, 4],
            };
            var empty = MatrixOverview.ToMarkdown(matrix);
            Assert.DoesNotContain("|", empty, StringComparison.Ordinal);
            Assert.Contains("missing: 6.", empty, StringComparison.Ordinal);

            foreach (var cell in matrix.Runs.SkipLast(1)) cell.Run(); // all but seed 4 of the last
            var overview = MatrixOverview.ToMarkdown(matrix);
            Assert.Contains("missing: 1.", overview, StringComparison.Ordinal);
            var tables = MatrixTable.Of(matrix);
            var rows = overview.Split('\n').Where(line => line.StartsWith('|')).Skip(2)
                .Select(line => line.Trim('|').Split('|').Select(part => part.Trim()).ToArray()).ToArray();
            Assert.Equal(["all, ADV, 3, 4", "local, ADR-ADV, 3, 4", "global, ADR-ADV, 3"],
                rows.Select(row => string.Join(", ", row[..3])));
            Assert.Equal(["", MatrixTable.Signed(tables[0].Difference("ADR-ADV", "ADV")![^1]),
                MatrixTable.Signed(tables[1].Difference("ADR-ADV", "ADV")![^1])], rows.Select(row => row[^1]));
            Assert.Equal(tables[0].Cells("ADR-ADV"), rows[1][3..^1]);
        }

        [Theory]
        [InlineData(0.0151, "+1.5")]
        [InlineData(-0.003, "−0.3")]
        [InlineData(0.0004, "+0.0")]
        [InlineData(-0.0004, "+0.0")]
        [InlineData(0, "+0.0")]
        public void A_difference_has_one_sign(double difference, string expected) =>
            Assert.Equal(expected, MatrixTable.Points(difference));

        [Theory]
        [InlineData(60, 63,
            "ADR-ADV beats ADV under natural: +10.5 ± 6.4 points, ahead in 2 of 2 seeds; the interval leaves 0 out.")]
        [InlineData(60, 62, "ADR-ADV is ahead of ADV under natural: +10.0 points, ahead in 2 of 2 seeds; the same in "
            + "each, which is no interval.")]
        [InlineData(50, 52, "ADR-ADV is level with ADV under natural: +0.0 points, ahead in 0 of 2 seeds; the same in "
            + "each, which is no interval.")]
        [InlineData(60, 53, "ADR-ADV is ahead of ADV under natural: +5.5 ± 57.2 points, ahead in 2 of 2 seeds; the "
            + "interval holds 0, so that these seeds do not decide it.")]
        [InlineData(40, 43, "ADR-ADV does not beat ADV under natural: −9.5 ± 6.4 points, ahead in 0 of 2 seeds; the "
            + "interval leaves 0 out.")]
        [InlineData(60, null,
            "ADR-ADV is ahead of ADV under natural: +10.0 points, ahead in 1 of 1 seeds; one seed has no interval.")]
        public void Says_that_ADR_beats_its_baseline_only_where_the_seeds_decide_it(int third, int? fourth,
            string expected)
        {
            var all = _all.Read(Two);
            var cells = (all with { Experiments = new Dictionary<string,
                Experiment> { ["digits"] = all.Experiments["digits"] } }).Runs;
            ModelResult? Row(SweepRun cell) => (cell.Defence, cell.Experiment.Seed) switch
            {
                ("ADV", 3) => Natural("ADV", 50), ("ADV", _) => Natural("ADV", 52),
                (_, 3) => Natural("ADR-ADV", third), _ => fourth is { } value ? Natural("ADR-ADV", value) : null,
            };
            Assert.Equal(expected,
                new MatrixTable("digits", cells[0].Experiment, [.. cells.Select(cell => (cell, Row(cell)))])
                .Verdict("ADR-ADV", "ADV", 0));
        }

        private static ModelResult Natural(string defence, int right) =>
            new(defence, new("", "MNIST", new(right, 100), [],
            [new("PGD", ThreatModel.Linf(0.3), new(0, 100), [], [], 1, 1)], new(0, 100), [], 1, "cpu"), 1, 1);
    }
}
