using System.Text.Json.Nodes;
using Adr.Experiments;

namespace Adr.Cli.Tests;

public sealed class SweepCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adr-sweep-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private const string Tiny = """
        {
            "experiments": { "tiny": { "of": "mnist", "budget": "smoke", "trainCount": 40, "validationCount": 8,
              "testCount": 10, "batchSize": 20,
                "judgement": { "pgdSteps": 2, "multiTargetedCount": 0, "brendelBethgeCount": 0, "spsaCount": 0,
                  "autoAttackCount": 0 } } },
          "defences": ["ADV", "ADR-ADV"],
          "seeds": [1],
          "device": "cpu"
        }
        """;

    private string Matrix(string json = Tiny)
    {
        var path = Path.Combine(folder, "it's a matrix.json");
        File.WriteAllText(path, json);
        return path;
    }

    private string Runs => Path.Combine(folder, "runs");

    [Fact]
    public void Runs_what_is_missing_once_and_gathers_it()
    {
        var matrix = Matrix();
        var one = CommandLine.Run("sweep", matrix, "--runs", Runs, "--task", "1");
        Assert.True(one.Code == ExitCode.Fine, one.Errors);
        var half = CommandLine.Run("table", matrix, "--runs", Runs);
        Assert.Contains("| ADR-ADV | 1 |", half.Output);
        Assert.Contains("Missing: ADV on mnist-10k, seed 1.", half.Output);
        var list = CommandLine.Run("sweep", matrix, "--runs", Runs, "--list").Output;
        Assert.Contains("0\tmissing\tADV on mnist-10k, seed 1", list);
        Assert.All(list.TrimEnd().Split('\n'), line => Assert.EndsWith("\ttiny", line.TrimEnd()));
        Assert.Contains("1\tevaluated\tADR-ADV on mnist-10k, seed 1", list);

        var all = CommandLine.Run("sweep", matrix, "--runs", Runs);
        Assert.Contains("ADV on mnist-10k, seed 1: epoch 1 of 1 trained", all.Output);
        Assert.DoesNotContain("ADR-ADV on mnist-10k, seed 1: epoch", all.Output); // it was there
        var whole = CommandLine.Run("table", matrix, "--runs", Runs);
        Assert.Contains("| ADR-ADV − ADV | 1 |", whole.Output);
        Assert.DoesNotContain("Missing", whole.Output);
        var bench = CommandLine.Run(
            "table", matrix, "--runs", Runs, "--robustbench", Path.Combine(folder, "robustbench"));
        Assert.Equal((ExitCode.Fine, ""), (bench.Code, bench.Output));
        Assert.Contains("adr: left out ADV on mnist-10k, seed 1: no Auto-Attack", bench.Errors);
        var together = CommandLine.Run("table", matrix, "--runs", Runs, "--together");
        Assert.Contains("| tiny | ADR-ADV | 1 |", together.Output);
        Assert.DoesNotContain("###", together.Output);
        var jobs = Path.Combine(folder, "jobs");
        Assert.Contains("nothing is left", CommandLine.Run("sweep", matrix, "--runs", Runs, "--slurm", jobs).Output);
    }

    [Fact]
    public void Lists_what_each_run_costs_at_a_speed()
    {
        var matrix = Matrix();
        var list = CommandLine.Run("sweep", matrix, "--runs", Runs, "--list", "--speed", "0.5").Output;
        Assert.Matches(@"0\tmissing\tADV on mnist-10k, seed 1\t[\d.]+e\d+ FLOP to train, at most "
            + @"[\d.]+e\d+ to evaluate: [\d.]+ minutes, [\d.]+ GiB\t", list);
        Assert.Matches(@"2 runs are missing: [\d.]+e\d+ FLOP, [\d.]+ minutes at 0.5 TFLOP/s", list);
        CommandLine.Run("sweep", matrix, "--runs", Runs, "--task", "0");
        list = CommandLine.Run("sweep", matrix, "--runs", Runs, "--list", "--speed", "0.5").Output;
        Assert.Matches(@"0\tevaluated\tADV.*; trained at [\d.]+ TFLOP/s", list);
        Assert.Contains("1 run is missing", list);
    }

    [Theory]
    [InlineData("0", "--list"), InlineData("-1", "--list"), InlineData("NaN", "--list"), InlineData("1", "--task", "0")]
    public void Refuses_a_speed_that_says_nothing(string speed, params string[] others)
    {
        var (code, _, errors) = CommandLine.Run(["sweep", Matrix(), "--runs", Runs, "--speed", speed, .. others]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("--speed", errors);
    }

    [Fact]
    public void The_matrix_of_the_ablation_is_the_library_s_table()
    {
        var path = Path.Combine(Repository.Root, "notebooks", "results", "ablation.json");
        var matrix = ExperimentMatrix.Load(path, Runs);
        Assert.Equal(
            Ablation.Table(Experiment.Mnist(Budget.Quick, device: "cpu")).Select(row => (row.Name, Folder(row))),
            matrix.Experiments.Select(pair => (pair.Key, Folder((pair.Key, pair.Value)))));
        Assert.Equal(["ADV", "ADR-ADV"], matrix.Defences);
        Assert.Equal([1L, 2L, 3L], matrix.Seeds);
        Assert.Empty(matrix.Problems());
        Assert.Equal(3 * 11 + 3, matrix.Runs.Select(run => run.Folder.FullPath).Distinct().Count());

        string Folder((string Name, Experiment Experiment) row) =>
            (row.Experiment with { RunsFolder = Runs }).FolderOf("ADR-ADV").FullPath;
    }

    [Fact]
    public void Writes_a_job_array_of_what_is_missing_and_runs_nothing()
    {
        var jobs = Path.Combine(folder, "jobs");
        var (code, output, errors) = CommandLine.Run("sweep", Matrix(), "--runs", Runs, "--slurm", jobs);
        Assert.True(code == ExitCode.Fine, errors);
        Assert.Equal($"sbatch {Path.Combine(jobs, "sweep.sbatch")}", output.Trim());
        var script = File.ReadAllText(Path.Combine(jobs, "sweep.sbatch"));
        Assert.StartsWith("#!/usr/bin/env bash\n", script, StringComparison.Ordinal);
        Assert.Contains("\n#SBATCH --array=0,1\n", script);
        var line = $"exec ./adr sweep '{jobs}/matrix.json' --runs '{Runs}' --task \"$SLURM_ARRAY_TASK_ID\"\n";
        Assert.Contains(line, script);
        Assert.Equal(Tiny, File.ReadAllText(Path.Combine(jobs, "matrix.json")));
        Assert.True(Directory.Exists(Path.Combine(jobs, "logs")));
        Assert.False(Directory.Exists(Runs));
    }

    [Fact]
    public void Experiments_that_share_a_run_have_one_task_for_it()
    {
        var jobs = Path.Combine(folder, "jobs");
        var tiny = JsonNode.Parse(Tiny)!;
        var other = tiny["experiments"]!["tiny"]!.DeepClone();
        other["weights"] = new JsonObject { ["confidence"] = 0 };
        tiny["experiments"]!["other weights"] = other;
        var second = tiny.ToJsonString();
        var (code, _, errors) = CommandLine.Run("sweep", Matrix(second), "--runs", Runs, "--slurm", jobs);
        Assert.True(code == ExitCode.Fine, errors);
        // 2 is 0: ADV has no such weights
        Assert.Contains("\n#SBATCH --array=0,1,3\n", File.ReadAllText(Path.Combine(jobs, "sweep.sbatch")));
    }

    [Fact] // training has no ε without an attack, so that two experiments share its network
    public void A_task_makes_every_result_of_its_network()
    {
        var tiny = JsonNode.Parse(Tiny)!;
        var other = tiny["experiments"]!["tiny"]!.DeepClone();
        other["epsilon"] = 0.1;
        tiny["experiments"]!["other ε"] = other;
        tiny["defences"] = new JsonArray("Standard");
        var matrix = Matrix(tiny.ToJsonString());
        var jobs = Path.Combine(folder, "jobs");
        var list = CommandLine.Run("sweep", matrix, "--runs", Runs, "--list", "--speed", "1").Output;
        Assert.Contains("2 runs are missing", list);
        Assert.Equal(ExitCode.Fine, CommandLine.Run("sweep", matrix, "--runs", Runs, "--slurm", jobs).Code);
        Assert.Contains("\n#SBATCH --array=0\n", File.ReadAllText(Path.Combine(jobs, "sweep.sbatch")));
        Assert.Equal(ExitCode.Fine, CommandLine.Run("sweep", matrix, "--runs", Runs, "--task", "0").Code);
        Assert.Equal(2, Directory.GetFiles(Assert.Single(Directory.GetDirectories(Runs)), "result-*.json").Length);
        var table = CommandLine.Run("table", matrix, "--runs", Runs, "--together").Output;
        Assert.Contains("| tiny | Standard | 1 |", table);
        Assert.Contains("| other ε | Standard | 1 |", table);
    }

    [Theory]
    [InlineData("--list", "--task", "0")]
    [InlineData("--list", "--slurm", "jobs")]
    [InlineData("--slurm", "jobs", "--task", "0")]
    public void Refuses_two_ways_at_once(params string[] options)
    {
        var (code, _, errors) = CommandLine.Run(["sweep", Matrix(), "--runs", Runs, .. options]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("--list, --task and --slurm exclude each other", errors);
    }

    [Theory]
    [InlineData("no defence \"AVD\"", "\"ADV\"", "\"AVD\"")]
    [InlineData("mnist-10k has 8500 training", "\"trainCount\": 40", "\"trainCount\": 40000")]
    [InlineData("no matrix of experiments", "\"trainCount\": 40", "\"trainCounts\": 40")]
    [InlineData("seed 1 is there twice", "[1]", "[1, 1]")]
    [InlineData("\"of\" is 5; expected a name", "\"of\": \"mnist\"", "\"of\": 5")]
    [InlineData("\"network\" is []; expected a name", "\"trainCount\": 40", "\"network\": []")]
    [InlineData("$.defences[0] is null", "\"ADV\"", "null")]
    [InlineData("seeds", "\"seeds\": [1]", "\"seeds\": [1], \"seeds\": [2]")]
    [InlineData("\"tiny\": it is null", "\"tiny\": {", "\"tiny\": null, \"other\": {")]
    public void What_cannot_work_is_refused_before_anything_runs(string message, string from, string to)
    {
        var matrix = Matrix(Tiny.Replace(from, to, StringComparison.Ordinal));
        var (code, _, errors) = CommandLine.Run("sweep", matrix, "--runs", Runs);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(message, errors);
        Assert.False(Directory.Exists(Runs));
    }

    [Theory]
    [InlineData("no defence \"AVD\"", "\"ADV\"", "\"AVD\"")]
    [InlineData("ε must be", "\"batchSize\": 20", "\"epsilon\": \"NaN\"")]
    [InlineData("of\" is 5", "\"of\": \"mnist\"", "\"of\": 5")]
    [InlineData("seed 1 is there twice", "[1]", "[1, 1]")] // a table would count it as two
    public void The_list_and_the_table_of_what_cannot_work_are_refused(string message, string from, string to)
    {
        var matrix = Matrix(Tiny.Replace(from, to, StringComparison.Ordinal));
        foreach (var arguments in new[] { new[] { "sweep", matrix, "--list" }, ["table", matrix] })
        {
            var (code, _, errors) = CommandLine.Run([.. arguments, "--runs", Runs]);
            Assert.Equal(ExitCode.Usage, code);
            Assert.Contains(message, errors);
            Assert.DoesNotContain("   at ", errors);
        }
    }

    [Fact]
    public void A_damaged_folder_is_named_and_the_other_cells_are_run()
    {
        var matrix = Matrix();
        Assert.Equal(ExitCode.Fine, CommandLine.Run("sweep", matrix, "--runs", Runs, "--task", "0").Code);
        var run = Assert.Single(Directory.GetDirectories(Runs));
        var result = Assert.Single(Directory.GetFiles(run, "result-*.json"));
        var text = System.IO.File.ReadAllText(result);
        text = text.Replace("\"successes\": ", "\"successes\": 1", StringComparison.Ordinal);
        System.IO.File.WriteAllText(result, text);

        Assert.Contains("0\tdamaged\tADV", CommandLine.Run("sweep", matrix, "--runs", Runs, "--list").Output);
        var metrics = Path.Combine(run, "metrics.jsonl");
        System.IO.File.WriteAllText(metrics, "{" + System.IO.File.ReadAllText(metrics));
        var costs = CommandLine.Run("sweep", matrix, "--runs", Runs, "--list", "--speed", "1");
        Assert.Equal(ExitCode.Fine, costs.Code);
        Assert.Contains("GiB; " + metrics, costs.Output);
        Assert.Contains("2 runs are missing", costs.Output);
        var table = CommandLine.Run("table", matrix, "--runs", Runs);
        Assert.Equal(ExitCode.Failed, table.Code);
        Assert.Contains(result, table.Errors);
        var (code, output, errors) = CommandLine.Run("sweep", matrix, "--runs", Runs);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains($"adr: ADV on mnist-10k, seed 1: {result} is damaged or was changed", errors);
        Assert.Contains("ADR-ADV on mnist-10k, seed 1: natural", output);
    }

    [Fact]
    public void A_task_that_is_none_and_a_file_that_is_none_are_refused()
    {
        Assert.Contains("cells 0 to 1", CommandLine.Run("sweep", Matrix(), "--runs", Runs, "--task", "2").Errors);
        foreach (var verb in new[] { "sweep", "table" })
        {
            var (code, _, errors) = CommandLine.Run(verb, Path.Combine(folder, "nowhere.json"));
            Assert.Equal(ExitCode.Usage, code);
            Assert.Contains("nowhere.json", errors);
        }
    }
}
