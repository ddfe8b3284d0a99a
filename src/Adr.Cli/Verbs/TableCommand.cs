using System.CommandLine;
using Adr.Experiments;

namespace Adr.Cli;

/// <summary><c>adr table</c>: the results of a matrix, and what is missing.</summary>
public static class TableCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var (matrix, runs) = (Options.Matrix(), Options.Runs());
        var command = new Command("table",
            "Prints the tables of a matrix in Markdown: means over the seeds that are done, and what is missing.")
        {
            matrix, runs,
        };
        command.SetAction(parsed =>
        {
            var experiments = SweepCommand.Load(parsed.GetRequiredValue(matrix), parsed.GetValue(runs));
            try
            {
                foreach (var table in MatrixTable.Of(experiments)) Console.WriteLine(table.ToMarkdown());
                return ExitCode.Fine;
            }
            catch (ArgumentException problem) // settings that name no run
            {
                throw UsageException.From(problem);
            }
        });
        return command;
    }
}
