using System.CommandLine;
using Adr.Experiments;

namespace Adr.Cli;

/// <summary><c>adr table</c>: the results of a matrix, and what is missing; or a file for each model as RobustBench has
/// it.</summary>
public static class TableCommand
{
    private static readonly Option<string?> RobustBenchFolder = new("--robustbench")
    {
        Description = "Writes a JSON file in RobustBench's form for each model that Auto-Attack has evaluated to this "
            + "folder; prints no table.",
        HelpName = "DIR",
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var (matrix, runs) = (Options.Matrix(), Options.Runs());
        var together = new Option<bool>("--together")
        {
            Description = "Prints one table with a row for each experiment and defence, as for an ablation.",
        };
        var command = new Command("table",
            "Prints the tables of a matrix in Markdown: means over the seeds that are done, and what is missing.")
        {
            matrix, runs, together, RobustBenchFolder,
        };
        command.SetAction(parsed =>
        {
            var experiments = SweepCommand.Load(parsed.GetRequiredValue(matrix), parsed.GetValue(runs));
            try
            {
                if (parsed.GetValue(RobustBenchFolder) is { } folder)
                    return parsed.GetValue(together)
                        ? throw new UsageException(
                            "--together prints a table, and --robustbench writes files; give one.")
                        : Write(experiments, folder);
                if (parsed.GetValue(together)) Console.WriteLine(MatrixOverview.ToMarkdown(experiments));
                else foreach (var table in MatrixTable.Of(experiments)) Console.WriteLine(table.ToMarkdown());
                return ExitCode.Fine;
            }
            catch (ArgumentException problem) // settings that name no run
            {
                throw UsageException.From(problem);
            }
        });
        return command;
    }

    private static int Write(ExperimentMatrix matrix, string folder)
    {
        if (File.Exists(folder)) throw new UsageException($"--robustbench {folder} is a file; expected a folder.");
        var (files, leftOut) = RobustBench.Write(matrix, folder);
        foreach (var file in files) Console.WriteLine(file);
        foreach (var run in leftOut) Console.Error.WriteLine($"adr: left out {run}");
        return ExitCode.Fine;
    }
}
