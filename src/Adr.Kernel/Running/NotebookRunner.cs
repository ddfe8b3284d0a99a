using System.Diagnostics;
using System.Globalization;
using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>
/// Runs a notebook from its first code cell to its last, without a front end, and saves it during the run.
/// </summary>
/// <remarks>
/// Cells run in a child process. A cell that hangs can therefore be stopped, and if one crashes, the notebook keeps the
/// outputs so far. Parameters, tags and metadata follow papermill and nbclient.
/// </remarks>
public static class NotebookRunner
{
    /// <summary>Runs a notebook.</summary>
    /// <param name="options">The notebook, and how to run it.</param>
    /// <param name="cancellationToken">
    /// Stops the run: the cell is asked to end, then killed, and the notebook is saved. See
    /// <see cref="TerminationSignals"/>.
    /// </param>
    /// <returns>How the run ended. Failures of the notebook are returned and not thrown.</returns>
    /// <exception cref="IOException">
    /// The output cannot be written before the first cell or after the last one.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">The output may not be written.</exception>
    public static async Task<RunResult> RunAsync(RunOptions options, CancellationToken cancellationToken = default)
    {
        var clock = Stopwatch.StartNew();
        Notebook? notebook = null;
        IReadOnlyList<Cell> cells;
        try
        {
            (notebook, cells) = Prepare(options);
        }
        catch (Exception error) when (IsProblem(error))
        {
            return NothingRan(RunOutcome.Usage, error.Message);
        }

        IEngine engine;
        try
        {
            engine = await StartEngineAsync().ConfigureAwait(false);
        }
        catch (EngineStartException error)
        {
            return NothingRan(RunOutcome.EngineDied, error.Message);
        }
        catch (OperationCanceledException)
        {
            return NothingRan(RunOutcome.Interrupted, "Stopped before the first cell.");
        }

        var output = Path.GetFullPath(options.OutputPath ?? options.NotebookPath);
        var run = new RunningNotebook(options, notebook, cells, engine, StartEngineAsync, output);
        await using var closing = run.ConfigureAwait(false);
        var outcome = await run.RunAsync(cancellationToken).ConfigureAwait(false);
        var message = Describe(outcome, run, clock.Elapsed);
        return new RunResult(outcome, message, output, notebook, run.CellsRun, run.Failures, clock.Elapsed);

        async Task<IEngine> StartEngineAsync()
        {
            var process = await EngineProcess.StartAsync(
                options.Engine, WorkingDirectory(options), [.. options.ReferencePaths.Select(Path.GetFullPath)],
                options.StartTimeout, cancellationToken).ConfigureAwait(false);
            options.Progress?.Invoke(new EngineStarted(process.Id));
            return process;
        }

        RunResult NothingRan(RunOutcome outcome, string message) =>
            new(outcome, message, null, notebook, 0, [], clock.Elapsed);
    }

    /// <summary>What would keep a notebook from running; null if nothing would. Nothing runs.</summary>
    public static string? Problem(RunOptions options)
    {
        try
        {
            Prepare(options);
            return null;
        }
        catch (Exception error) when (IsProblem(error))
        {
            return error.Message;
        }
    }

    /// <summary>The parameters of a notebook in the order of their declaration.</summary>
    /// <exception cref="RunUsageException">Their cell is nested too deeply to be read.</exception>
    public static IReadOnlyList<NotebookParameter> ParametersOf(Notebook notebook) => NotebookParameter.Of(notebook);

    private static bool IsProblem(Exception error) =>
        error is RunUsageException or NotebookFormatException or FileNotFoundException;

    private static (Notebook Notebook, IReadOnlyList<Cell> Cells) Prepare(RunOptions options)
    {
        Check(options);
        var notebook = Notebook.Load(options.NotebookPath);
        NotebookParameter.Inject(notebook, options.Parameters, options.TextParameters);
        var cells = RunPlan.Of(notebook, options.AllowErrors);
        CheckRange(options, cells.Count);
        return (notebook, cells);
    }

    private static void Check(RunOptions options)
    {
        var output = options.OutputPath ?? options.NotebookPath;
        if (options.CellTimeout <= TimeSpan.Zero)
            throw new RunUsageException("The timeout of a cell must be longer than 0 s.");
        if (options.Timeout <= TimeSpan.Zero)
            throw new RunUsageException("The timeout of the run must be longer than 0 s.");
        if (!File.Exists(options.NotebookPath))
            throw new RunUsageException($"There is no notebook '{options.NotebookPath}'.");
        if (Notebook.IsDib(output))
        {
            throw new RunUsageException(
                "A .dib holds no outputs and is not written. Name an output that ends in .ipynb.");
        }
        if (Directory.Exists(options.OutputPath))
            throw new RunUsageException($"The output '{options.OutputPath}' is a folder. Name a file in it.");
        if (!Directory.Exists(WorkingDirectory(options)))
            throw new RunUsageException($"There is no folder '{options.WorkingDirectory}' to run in.");
    }

    private static void CheckRange(RunOptions options, int cells)
    {
        var last = Math.Max(cells, 1);
        var (from, to) = (options.From ?? 1, options.To ?? last);
        if (from < 1 || from > last)
        {
            throw new RunUsageException($"The first cell to run cannot be {from}: the notebook has {cells} code " +
                "cells that run, counted from 1.");
        }
        if (to < from || to > last)
            throw new RunUsageException($"The last cell to run cannot be {to}: expected {from} to {cells}.");
    }

    private static string WorkingDirectory(RunOptions options) =>
        Path.GetFullPath(options.WorkingDirectory ?? Path.GetDirectoryName(Path.GetFullPath(options.NotebookPath))!);

    private static string Describe(RunOutcome outcome, RunningNotebook run, TimeSpan elapsed)
    {
        var cells = run.CellsRun == 1 ? "1 cell" : $"{run.CellsRun} cells";
        var ran = string.Create(CultureInfo.InvariantCulture, $"{cells} ran in {elapsed.TotalSeconds:0.0} s");
        // If the time of the run ended between two cells, no cell is to blame.
        var blamed = outcome == RunOutcome.CellFailed
            ? run.Failures.FirstOrDefault(failure => !failure.Expected)
            : run.Failures.FirstOrDefault(failure => failure.Name is "CellTimeout" or "RunTimeout" or "EngineDied");
        return outcome switch
        {
            RunOutcome.Ok => ran + ".",
            RunOutcome.CellFailed => $"Cell [{blamed!.Number}] failed: {blamed.Name}: {blamed.Value} ({ran})",
            RunOutcome.Interrupted => $"Stopped; {ran}.",
            _ when blamed is null => $"The time for the run was over; {ran}.",
            _ => $"Cell [{blamed.Number}]: {blamed.Value} ({ran})",
        };
    }
}
