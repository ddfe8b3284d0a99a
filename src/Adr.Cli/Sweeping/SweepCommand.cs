using System.CommandLine;
using System.Globalization;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Kernel.Running;
using Adr.Native;
using Adr.Training;

namespace Adr.Cli.Sweeping;

/// <summary><c>adr sweep</c>: runs what a matrix of experiments still lacks, or writes it out as a Slurm job array.</summary>
public static class SweepCommand
{
    private static readonly Argument<string> Matrix = MatrixArgument.Create();
    private static readonly Option<string?> Runs = RunsFolder.Option();
    private static readonly Option<int?> Task = new("--task") { Description = "Runs this one cell only, by its number in --list; an array task of Slurm does so." };
    private static readonly Option<bool> List = new("--list") { Description = "Prints the cells with their numbers and how far each is; runs nothing." };
    private static readonly Option<string?> Slurm = new("--slurm") { Description = "A folder for a Slurm script, one array task for each missing cell; runs nothing." };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("sweep", "Trains and judges every model of a matrix that is not there yet.") { Matrix, Runs, Task, List, Slurm };
        command.SetAction(parsed =>
        {
            using var signals = new TerminationSignals();
            return Sweep(parsed, signals.Token);
        });
        return command;
    }

    private static int Sweep(ParseResult parsed, CancellationToken cancellation)
    {
        var matrix = MatrixArgument.Load(parsed.GetRequiredValue(Matrix), parsed.GetValue(Runs));
        var cells = matrix.Cells;
        if (parsed.GetValue(List))
        {
            for (var i = 0; i < cells.Count; i++) Console.WriteLine($"{i}\t{cells[i].State()}\t{cells[i]}\t{cells[i].Folder}");
            return ExitCode.Fine;
        }
        if (parsed.GetValue(Task) is { } task && (task < 0 || task >= cells.Count)) throw new UsageException($"--task {task}: the matrix has cells 0 to {cells.Count - 1}.");
        var problems = matrix.Problems();
        if (problems.Count > 0) throw new UsageException($"{parsed.GetRequiredValue(Matrix)} cannot be run:\n  {string.Join("\n  ", problems)}");
        if (parsed.GetValue(Slurm) is { } folder) return WriteScript(parsed, matrix, folder);
        NativeTorch.Load();
        return parsed.GetValue(Task) is { } only ? Run([cells[only]], cancellation) : Run(cells, cancellation);
    }

    private static int WriteScript(ParseResult parsed, ExperimentMatrix matrix, string folder)
    {
        // experiments that differ in what one defence does not look at share its run: one task makes it
        var missing = Enumerable.Range(0, matrix.Cells.Count).Where(i => matrix.Cells[i].Row() is null).DistinctBy(i => matrix.Cells[i].Folder.FullPath).ToList();
        if (missing.Count == 0)
        {
            Console.WriteLine("Every cell is there; nothing is left to run.");
            return ExitCode.Fine;
        }
        var script = new SlurmScript(parsed.GetRequiredValue(Matrix), RunsFolder.Of(parsed.GetValue(Runs)), missing);
        Console.WriteLine($"sbatch {script.Write(folder)}");
        return ExitCode.Fine;
    }

    // one after another; a run that diverges does not keep the others from being made
    private static int Run(IReadOnlyList<MatrixCell> cells, CancellationToken cancellation)
    {
        var code = ExitCode.Fine;
        foreach (var cell in cells)
        {
            try
            {
                Console.WriteLine($"{cell}: {cell.State()}");
                var row = cell.Run(new EpochLines(cell), new AttackLines(cell), cancellation);
                Console.WriteLine($"{cell}: natural {Percent(row.Report.Natural)}, {row.Report.Attacks[^1].Attack} {Percent(row.Report.Attacks[^1].RobustAccuracy)}{(row.AutoAttack is { } auto ? $", {auto.Attack} {Percent(auto.RobustAccuracy)} of the first {auto.Robust.Length}" : "")}");
            }
            catch (TrainingDivergedException diverged)
            {
                Console.Error.WriteLine($"adr: {cell}: {diverged.Message}");
                code = ExitCode.Failed;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                Console.Error.WriteLine($"adr: stopped within {cell}; the same command goes on from there.");
                return ExitCode.Interrupted;
            }
        }
        return code;
    }

    private static string Percent(Proportion share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share.Value:0.0}");

    private sealed class EpochLines(MatrixCell cell) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == value.Steps) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cell}: epoch {value.Epoch} of {value.Epochs} trained, loss {value.Loss:0.000}, {value.SecondsElapsed:0} s"));
        }
    }

    private sealed class AttackLines(MatrixCell cell) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value)
        {
            if (value.Done == value.Total) Console.WriteLine($"{cell}: {value.Attack} on {value.Total} points");
        }
    }
}
