using System.Diagnostics;
using System.Globalization;
using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>Runs a notebook from its first code cell to its last, without a front end, and saves it as it goes.</summary>
/// <remarks>
/// Cells run in a child process, so that one that hangs or crashes can be stopped and the notebook keeps what came
/// before. A notebook's parameters, tags and metadata are papermill's and nbclient's.
/// </remarks>
public static class NotebookRunner
{
    /// <summary>Runs a notebook.</summary>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops the run: the cell is asked to end, then killed, and the notebook is saved. See <see cref="TerminationSignals"/>.</param>
    /// <returns>How it ended; failures of the notebook are told here and not thrown.</returns>
    /// <exception cref="IOException">The output cannot be written, before the first cell or after the last one.</exception>
    /// <exception cref="UnauthorizedAccessException">The output may not be written.</exception>
    public static async Task<RunResult> RunAsync(RunOptions options, CancellationToken cancellationToken = default)
    {
        var clock = Stopwatch.StartNew();
        Notebook notebook;
        IReadOnlyList<Cell> cells;
        try
        {
            (notebook, cells) = Prepare(options);
        }
        catch (Exception error) when (error is RunUsageException or NotebookFormatException or FileNotFoundException)
        {
            return new RunResult(ExitCode.Usage, error.Message, null, null, 0, [], clock.Elapsed);
        }

        var output = Path.GetFullPath(options.OutputPath ?? options.NotebookPath);
        EngineProcess engine;
        try
        {
            engine = await EngineProcess.StartAsync(
                options.Engine, WorkingDirectory(options), [.. options.ReferencePaths.Select(Path.GetFullPath)], options.StartTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (EngineStartException error)
        {
            return new RunResult(ExitCode.EngineDied, error.Message, null, notebook, 0, [], clock.Elapsed);
        }
        catch (OperationCanceledException)
        {
            return new RunResult(ExitCode.Interrupted, "Stopped before the first cell.", null, notebook, 0, [], clock.Elapsed);
        }

        await using var ending = engine.ConfigureAwait(false);
        var run = new NotebookRun(options, notebook, cells, engine, output);
        var end = await run.ToEndAsync(cancellationToken).ConfigureAwait(false);
        return new RunResult(end, Say(end, run, clock.Elapsed), output, notebook, run.CellsRun, run.Failures, clock.Elapsed);
    }

    /// <summary>Says what would keep a notebook from running, before anything runs; null where nothing would.</summary>
    public static string? Problem(RunOptions options)
    {
        try
        {
            Prepare(options);
            return null;
        }
        catch (Exception error) when (error is RunUsageException or NotebookFormatException or FileNotFoundException)
        {
            return error.Message;
        }
    }

    /// <summary>The parameters that a notebook takes, in the order of their declaration.</summary>
    public static IReadOnlyList<NotebookParameter> ParametersOf(Notebook notebook) => ParametersCell.Describe(notebook);

    private static (Notebook Notebook, IReadOnlyList<Cell> Cells) Prepare(RunOptions options)
    {
        Check(options);
        var notebook = Notebook.Load(options.NotebookPath);
        ParametersCell.Inject(notebook, options.Parameters, options.TextParameters);
        var cells = RunPlan.Of(notebook);
        CheckRange(options, cells.Count);
        return (notebook, cells);
    }

    private static void Check(RunOptions options)
    {
        if (options.CellTimeout <= TimeSpan.Zero) throw new RunUsageException("A cell's timeout must be longer than 0 s.");
        if (options.Timeout <= TimeSpan.Zero) throw new RunUsageException("The run's timeout must be longer than 0 s.");
        if (!File.Exists(options.NotebookPath)) throw new RunUsageException($"There is no notebook '{options.NotebookPath}'.");
        if (Notebook.IsDib(options.OutputPath ?? options.NotebookPath)) throw new RunUsageException("A .dib holds no outputs and is not written. Name an output that ends in .ipynb.");
        if (Directory.Exists(options.OutputPath)) throw new RunUsageException($"The output '{options.OutputPath}' is a folder; name a file in it.");
        if (!Directory.Exists(WorkingDirectory(options))) throw new RunUsageException($"There is no folder '{options.WorkingDirectory}' to run in.");
    }

    private static void CheckRange(RunOptions options, int cells)
    {
        var (from, to) = (options.From ?? 1, options.To ?? Math.Max(cells, 1));
        if (from < 1 || from > Math.Max(cells, 1)) throw new RunUsageException($"The first cell to run cannot be {from}: the notebook has {cells} code cells that run, counted from 1.");
        if (to < from || to > Math.Max(cells, 1)) throw new RunUsageException($"The last cell to run cannot be {to}: expected {from} to {cells}.");
    }

    private static string WorkingDirectory(RunOptions options) =>
        Path.GetFullPath(options.WorkingDirectory ?? Path.GetDirectoryName(Path.GetFullPath(options.NotebookPath))!);

    private static string Say(ExitCode end, NotebookRun run, TimeSpan elapsed)
    {
        var cells = run.CellsRun == 1 ? "1 cell" : $"{run.CellsRun} cells";
        var took = string.Create(CultureInfo.InvariantCulture, $"{cells} ran in {elapsed.TotalSeconds:0.0} s");
        var blame = end == ExitCode.CellFailed ? run.Failures.FirstOrDefault(failure => !failure.Expected)
            : run.Failures.LastOrDefault(failure => failure.Name is "CellTimeout" or "RunTimeout" or "EngineDied"); // none when time ran out between two cells
        return end switch
        {
            ExitCode.Ok => took + ".",
            ExitCode.CellFailed => $"Cell [{blame!.Number}] failed: {blame.Name}: {blame.Value} ({took})",
            ExitCode.Interrupted => $"Stopped; {took}.",
            _ => blame is null ? $"The time for the run was over; {took}." : $"Cell [{blame.Number}]: {blame.Value} ({took})",
        };
    }
}
