using System.Diagnostics;
using System.Globalization;
using Adr.Kernel.Running;
using Spectre.Console;

namespace Adr.Cli.Running;

/// <summary>Runs notebooks one after the other, each in an engine of its own, and sums up how they went.</summary>
public static class RunSeries
{
    /// <summary>Runs them; one that fails does not stop the others.</summary>
    /// <returns>The first <see cref="ExitCode"/> that is not fine.</returns>
    /// <exception cref="UsageException">One of them cannot run as it is; none has run.</exception>
    public static async Task<int> RunAsync(IReadOnlyList<NotebookRun> runs)
    {
        if (runs.Count == 1) return await runs[0].RunAsync();
        var problems = runs.Select(run => NotebookRunner.Problem(run.Options) is { } problem ? $"{run.Options.NotebookPath}: {problem}" : null).OfType<string>().ToList();
        if (problems.Count > 0) throw new UsageException(string.Join('\n', problems));

        var summary = new Table().AddColumns("notebook", "ended", "seconds");
        var first = ExitCode.Fine;
        foreach (var run in runs)
        {
            Console.WriteLine(run.Options.NotebookPath);
            var clock = Stopwatch.StartNew();
            var code = await run.RunAsync();
            summary.AddRow(Markup.Escape(run.Options.NotebookPath), Say(code), clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture));
            if (first == ExitCode.Fine) first = code;
            if (code == ExitCode.Interrupted) break;
        }
        Terminal.Output().Write(summary);
        return first;
    }

    private static string Say(int code) => code switch
    {
        ExitCode.Fine => "fine",
        ExitCode.Failed => "failed",
        ExitCode.Interrupted => "interrupted",
        _ => $"exit code {code}",
    };
}
