using System.CommandLine;
using System.Globalization;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;
using Adr.Training;

namespace Adr.Cli;

/// <summary><c>adr sweep</c>: runs what a matrix of experiments still lacks, or writes a Slurm script for it.</summary>
public static class SweepCommand
{
    private static readonly Argument<string> Matrix = Options.Matrix();
    private static readonly Option<string?> Runs = Options.Runs();

    private static readonly Option<int?> Task = new("--task")
    {
        Description = "Runs only the cell with this number in --list, and what shares its training, as an array task "
            + "of Slurm does.",
    };

    private static readonly Option<bool> List = new("--list")
    {
        Description = "Prints the cells with their numbers and their states, and runs nothing.",
    };

    private static readonly Option<double?> Speed = new("--speed")
    {
        Description = "With --list: what each cell costs, in hours at this many TFLOP/s (10^12 operations a second).",
        HelpName = "TFLOPS",
    };

    private static readonly Option<string?> Slurm = new("--slurm")
    {
        Description = "Writes a Slurm script to this folder, with one array task for each network of a missing "
            + "cell; runs nothing.",
        HelpName = "DIR",
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("sweep", "Trains and evaluates the models of a matrix that are missing.")
        {
            Matrix, Runs, Task, List, Speed, Slurm,
        };
        command.SetAction(parsed =>
        {
            using var signals = new TerminationSignals();
            return Sweep(parsed, signals.Token);
        });
        return command;
    }

    /// <summary>Reads a matrix.</summary>
    /// <exception cref="UsageException">The file is missing or does not hold a matrix.</exception>
    internal static ExperimentMatrix Load(string path, string? runs)
    {
        try
        {
            return ExperimentMatrix.Load(path, Options.RunsFolder(runs));
        }
        catch (Exception problem)
            when (problem is FileNotFoundException or DirectoryNotFoundException or InvalidDataException)
        {
            throw new UsageException(problem.Message);
        }
    }

    private static int Sweep(ParseResult parsed, CancellationToken cancellation)
    {
        var path = parsed.GetRequiredValue(Matrix);
        var matrix = Load(path, parsed.GetValue(Runs));
        var cells = matrix.Runs;
        var speed = parsed.GetValue(Speed);
        if (speed is not null && !parsed.GetValue(List))
            throw new UsageException("--speed says what the cells of --list cost; give both, or neither.");
        if (speed is not null and not (> 0 and < double.PositiveInfinity))
            throw new UsageException($"--speed {Number(speed.Value)}: expected a number above 0.");
        var task = parsed.GetValue(Task);
        bool[] ways = [parsed.GetValue(List), task is not null, parsed.GetValue(Slurm) is not null];
        if (ways.Count(given => given) > 1)
            throw new UsageException("--list, --task and --slurm exclude each other; give one of them.");
        if (parsed.GetValue(List)) return Print(matrix, speed);
        if (task < 0 || task >= cells.Count)
            throw new UsageException($"--task {task}: the matrix has cells 0 to {cells.Count - 1}.");
        var problems = matrix.Problems();
        if (problems.Count > 0)
            throw new UsageException($"{path} cannot be run:\n  {string.Join("\n  ", problems)}");
        if (parsed.GetValue(Slurm) is { } folder)
            return WriteScript(matrix, path, Options.RunsFolder(parsed.GetValue(Runs)), folder);
        LibtorchPackage.Load();
        // a task does all that needs its network, so that no two tasks train one
        return Run(task is { } only ? [.. cells.Where(cell => cell.Folder.FullPath == cells[only].Folder.FullPath)]
            : cells, cancellation);
    }

    private static int Print(ExperimentMatrix matrix, double? speed)
    {
        var (cells, each) = (matrix.Runs, matrix.Seeds.Count * matrix.Defences.Count);
        string[] names = [.. matrix.Experiments.Keys];
        try
        {
            if (speed is not null) LibtorchPackage.Load();
            var costs = new Dictionary<string, ComputeEstimate>(); // by result, for cells share runs
            for (var i = 0; i < cells.Count; i++)
                Console.WriteLine(string.Join('\t',
                [
                    Text(i), cells[i].State(), cells[i].ToString(),
                    .. speed is { } known ? [Cost(cells[i], known, costs)] : Array.Empty<string>(),
                    cells[i].Folder.ToString(), names[i / each],
                ]));
            if (speed is { } given) PrintTotal(cells, given, costs);
            return ExitCode.Fine;
        }
        catch (ArgumentException problem) // settings that name no run
        {
            throw UsageException.From(problem);
        }
    }

    private static string Cost(SweepRun cell, double speed, Dictionary<string, ComputeEstimate> costs)
    {
        if (!costs.TryGetValue(cell.ResultPath, out var cost)) costs[cell.ResultPath] = cost = cell.Estimate();
        return $"{Power(cost.Training)} FLOP to train, at most {Power(cost.Evaluation)} to evaluate: "
            + $"{Hours(cost.Hours(speed))}, {Gibibytes(cost.Memory)}{Measured(cell, cost)}";
    }

    private static string Measured(SweepRun cell, ComputeEstimate cost)
    {
        try
        {
            return cell.Teraflops(cost) is { } speed ? $"; trained at {Number(speed)} TFLOP/s" : "";
        }
        catch (InvalidDataException damaged)
        {
            return $"; {damaged.Message}";
        }
    }

    // what cells share counts once
    private static void PrintTotal(
        IReadOnlyList<SweepRun> cells, double speed, Dictionary<string, ComputeEstimate> costs)
    {
        var missing = cells.Where(cell => !cell.IsEvaluated).DistinctBy(cell => cell.ResultPath)
            .ToList();
        if (missing.Count == 0) return;
        var all = new ComputeEstimate(
            missing.DistinctBy(cell => cell.Folder.FullPath).Sum(cell => costs[cell.ResultPath].Training),
            missing.Sum(cell => costs[cell.ResultPath].Evaluation),
            missing.Max(cell => costs[cell.ResultPath].Memory));
        Console.WriteLine($"{(missing.Count == 1 ? "1 run is" : $"{missing.Count} runs are")} missing: "
            + $"{Power(all.Training + all.Evaluation)} FLOP, {Hours(all.Hours(speed))} at {Number(speed)} TFLOP/s, "
            + $"at least {Gibibytes(all.Memory)} of memory. Evaluation is counted to the last step of every attack; "
            + "most of it ends earlier.");
    }

    private static string Hours(double hours) =>
        hours < 0.95 ? $"{Number(60 * hours)} minutes" : $"{Number(hours)} hours";

    private static string Gibibytes(double bytes) => $"{Number(bytes / (1L << 30))} GiB";

    private static string Power(double value) => value.ToString("0.0e0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("G2", CultureInfo.InvariantCulture) is var text
        && text.Contains('E', StringComparison.Ordinal) ? value.ToString("#,0", CultureInfo.InvariantCulture) : text;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // A run that diverges, or whose folder is damaged or in use, does not keep the others from being made.
    private static int Run(IReadOnlyList<SweepRun> cells, CancellationToken cancellation)
    {
        var code = ExitCode.Fine;
        foreach (var cell in cells)
        {
            try
            {
                Console.WriteLine($"{cell}: {cell.State()}");
                var progress = new Lines(cell);
                Console.WriteLine($"{cell}: {Result(cell.Run(progress, progress, cancellation))}");
            }
            catch (Exception problem) when (problem is TrainingDivergedException or InvalidOperationException
                or InvalidDataException or IOException)
            {
                Console.Error.WriteLine($"adr: {cell}: {problem.Message}");
                code = ExitCode.Failed;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                Console.Error.WriteLine($"adr: stopped during {cell}; the same command resumes there.");
                return ExitCode.Interrupted;
            }
        }
        return code;
    }

    private static string Result(ModelResult row)
    {
        var last = row.Report.Attacks[^1];
        var text = $"natural {Percent(row.Report.Natural)}, {last.Attack} {Percent(last.RobustAccuracy)}";
        return row.AutoAttack is { } auto
            ? $"{text}, {auto.Attack} {Percent(auto.RobustAccuracy)} of the first {auto.Robust.Length}"
            : text;
    }

    private static string Percent(Proportion share) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * share.Value:0.0}");

    private static int WriteScript(ExperimentMatrix matrix, string path, string runs, string folder)
    {
        // Experiments that differ only in what a defence does not use share its training, so that one task makes them.
        var missing = Enumerable.Range(0, matrix.Runs.Count)
            .Where(i => matrix.Runs[i].Result() is null)
            .DistinctBy(i => matrix.Runs[i].Folder.FullPath)
            .ToList();
        if (missing.Count == 0)
        {
            Console.WriteLine("All cells are done; nothing is left to run.");
            return ExitCode.Fine;
        }
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(Path.Combine(folder, "logs"));
        // A copy, so that later changes of the file do not change the numbers of the cells.
        var copy = Path.Combine(folder, "matrix.json");
        if (!RealPath.AreSame(path, copy)) AtomicFile.Write(copy, File.ReadAllBytes(path));
        var script = Path.Combine(folder, "sweep.sbatch");
        AtomicFile.Write(script, Script(folder, copy, runs, missing));
        Console.WriteLine($"sbatch {script}");
        return ExitCode.Fine;
    }

    private static string Script(string folder, string matrix, string runs, IEnumerable<int> cells) => $"""
        #!/usr/bin/env bash
        # Written by ./adr sweep --slurm. Give sbatch what the cluster needs: partition, account, time, --gres=gpu:1.
        #SBATCH --job-name=adr-sweep
        #SBATCH --array={string.Join(",", cells)}
        #SBATCH --cpus-per-task=2
        #SBATCH --requeue
        #SBATCH --output={folder}/logs/%a.txt
        #SBATCH --open-mode=append
        set -euo pipefail
        cd {Quoted(Repository.Root)}
        exec ./adr sweep {Quoted(matrix)} --runs {Quoted(runs)} --task "$SLURM_ARRAY_TASK_ID"

        """;

    private static string Quoted(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private sealed class Lines(SweepRun cell) : IProgress<TrainingProgress>, IProgress<EvaluationProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step != value.Steps) return;
            var (epoch, seconds) = ($"epoch {value.Epoch} of {value.Epochs}", $"{value.SecondsElapsed:0} s");
            Console.WriteLine($"{cell}: {epoch} trained, loss {value.Loss:0.000}, {seconds}");
        }

        public void Report(EvaluationProgress value)
        {
            if (value.Done == value.Total) Console.WriteLine($"{cell}: {value.Attack} on {value.Total} examples");
        }
    }
}
