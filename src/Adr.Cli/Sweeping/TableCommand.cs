using System.CommandLine;
using Adr.Experiments;

namespace Adr.Cli.Sweeping;

/// <summary><c>adr table</c>: what of a matrix is there, and what is missing.</summary>
public static class TableCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var matrix = MatrixArgument.Create();
        var runs = RunsFolder.Option();
        var command = new Command("table", "Prints a matrix' tables in Markdown: means over the seeds that are there, and what is missing.") { matrix, runs };
        command.SetAction(parsed =>
        {
            foreach (var table in MatrixTable.Of(MatrixArgument.Load(parsed.GetRequiredValue(matrix), parsed.GetValue(runs)))) Console.WriteLine(table.ToMarkdown());
            return ExitCode.Fine;
        });
        return command;
    }
}
