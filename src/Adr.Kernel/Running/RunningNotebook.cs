using System.Diagnostics;
using System.Globalization;
using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>Executes the cells of one notebook, puts their outputs into it and saves it.</summary>
internal sealed class RunningNotebook : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly RunOptions options;
    private readonly Notebook notebook;
    private readonly IReadOnlyList<Cell> cells;
    private readonly string outputPath;
    private readonly Func<Task<IEngine>> start;
    private readonly CellOutputs[] outputs; // of cell i + 1
    private readonly Dictionary<string, Output> displays = [];
    private readonly List<CellFailure> failures = [];
    private readonly List<int> succeeded = [];
    private readonly Autosave autosave;
    private readonly DateTimeOffset started = DateTimeOffset.UtcNow;
    private readonly Stopwatch runClock = Stopwatch.StartNew();
    private readonly int first, last;
    // The session reports events on a thread of its own, while this class saves and reports progress on another.
    private readonly Lock gate = new();
    private CellSession session;
    private int firstOfEngine; // the first cell that the present engine ran
    private bool isEngineGone, isOver, isRepeating;

    internal RunningNotebook(
        RunOptions options, Notebook notebook, IReadOnlyList<Cell> cells, IEngine engine, Func<Task<IEngine>> start,
        string outputPath)
    {
        this.options = options;
        this.notebook = notebook;
        this.cells = cells;
        this.start = start;
        this.outputPath = outputPath;
        (first, last) = (options.From ?? 1, Math.Min(options.To ?? cells.Count, cells.Count));
        firstOfEngine = first;
        outputs = [.. cells.Select(cell => new CellOutputs(cell, options.MaxStreamCharacters))];
        autosave = new Autosave(options.SaveInterval, TrySave);
        session = new CellSession(engine, Take);
    }

    private enum StopReason { Interrupt, CellTimeout, RunTimeout }

    internal IReadOnlyList<CellFailure> Failures => failures;

    internal int CellsRun { get; private set; }

    // What a cell that ends its engine means for the cells after it.
    private string Loss => !options.AllowErrors ? ""
        : options.RunsAgain is null
            ? " The cells after it run in a new engine, without the variables of the cells so far."
            : " The cells after it run in a new engine, in which others of the cells so far ran again.";

    internal async Task<RunOutcome> RunAsync(CancellationToken stop)
    {
        // Outputs of an earlier run must not stand beside those of this one.
        foreach (var (cell, output) in cells.Zip(outputs).Skip(first - 1).Take(last - first + 1))
        {
            cell.ExecutionCount = null;
            output.Attach();
            if (options.RecordTiming) Timing.Forget(cell);
        }
        Tell(new RunStarted(cells.Count));
        Save(); // If the output cannot be written, the user should know before the work and not after it.
        var (outcome, tolerated) = (RunOutcome.Ok, RunOutcome.Ok); // tolerated: the first failure that did not end it
        for (var number = first; number <= last && outcome == RunOutcome.Ok; number++)
        {
            outcome = await RunCellAsync(number, stop).ConfigureAwait(false);
            if (CanGoOn(outcome))
            {
                if (tolerated == RunOutcome.Ok) tolerated = outcome;
                outcome = RunOutcome.Ok;
            }
            lock (gate)
            {
                if (number < last) autosave.AfterCell();
            }
        }
        if (outcome == RunOutcome.Ok) outcome = tolerated;
        if (options.RecordTiming)
            Timing.Record(notebook, options, started, DateTimeOffset.UtcNow, failed: outcome != RunOutcome.Ok);
        lock (gate)
        {
            isOver = true;
            Save();
        }
        return outcome;
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();

    private bool CanGoOn(RunOutcome outcome) => options.AllowErrors && outcome switch
    {
        RunOutcome.CellFailed or RunOutcome.EngineDied => true,
        RunOutcome.Timeout => options.Timeout is null || runClock.Elapsed < options.Timeout, // that of the cell
        _ => false,
    };

    private async Task<RunOutcome> RunCellAsync(int number, CancellationToken stop)
    {
        if (stop.IsCancellationRequested) return RunOutcome.Interrupted;
        if (runClock.Elapsed >= options.Timeout) return RunOutcome.Timeout;
        while (isEngineGone)
            if (await ReplaceEngineAsync(number, stop).ConfigureAwait(false) is { } problem) return problem;
        var cell = cells[number - 1];
        var (begin, clock) = (DateTimeOffset.UtcNow, Stopwatch.StartNew());
        Tell(new CellStarted(number, cells.Count, cell));
        cell.ExecutionCount = number;
        CellsRun++;
        var ending = session.ExecuteAsync(new ExecuteRequest(number, cell.Source, cell.KernelName ?? "csharp")
        {
            HasInput = options.Inputs.Count > 0,
        });
        var reason = await SuperviseAsync(ending, clock, stop).ConfigureAwait(false);
        var end = await ending.ConfigureAwait(false);
        isEngineGone = end.Done is null;
        var (outcome, failure) = reason is null ? Ended(number, end) : Stopped(number, reason.Value, end.Done);
        if (failure is not null) Fail(failure);
        else succeeded.Add(number);
        if (options.RecordTiming) Timing.Record(cell, begin, begin + clock.Elapsed);
        Tell(new CellFinished(number, failure, clock.Elapsed));
        return outcome == RunOutcome.CellFailed && failure is { Expected: true } ? RunOutcome.Ok : outcome;
    }

    /// <summary>Starts a new engine after the last one ended in a cell, and runs in it what is to run
    /// again.</summary>
    /// <returns>The outcome of the next cell if that is not possible; otherwise null.</returns>
    private async Task<RunOutcome?> ReplaceEngineAsync(int next, CancellationToken stop)
    {
        await session.DisposeAsync().ConfigureAwait(false);
        try
        {
            var engine = await start().ConfigureAwait(false);
            lock (gate) (firstOfEngine, session) = (next, new CellSession(engine, Take));
            isEngineGone = false;
            return await RepeatAsync(stop).ConfigureAwait(false);
        }
        catch (EngineStartException error)
        {
            Fail(Failure(next, "EngineDied", error.Message));
            return RunOutcome.EngineDied;
        }
        catch (OperationCanceledException)
        {
            return RunOutcome.Interrupted;
        }
    }

    /// <summary>Runs again, in a new engine, what the cells to come may need.</summary>
    /// <returns>The outcome of the next cell if it cannot run; otherwise null.</returns>
    private async Task<RunOutcome?> RepeatAsync(CancellationToken stop)
    {
        lock (gate) isRepeating = true;
        foreach (var number in succeeded.FindAll(number => options.RunsAgain?.Invoke(cells[number - 1]) == true))
        {
            var (cell, clock) = (cells[number - 1], Stopwatch.StartNew());
            var ending = session.ExecuteAsync(new ExecuteRequest(number, cell.Source, cell.KernelName ?? "csharp"));
            if (await SuperviseAsync(ending, clock, stop).ConfigureAwait(false) is StopReason.Interrupt)
                return RunOutcome.Interrupted;
            isEngineGone = (await ending.ConfigureAwait(false)).Done is null;
            if (!isEngineGone) continue;
            succeeded.Remove(number); // It succeeded once. Without it there may be an engine for the next cell.
            break;
        }
        lock (gate) isRepeating = false;
        return null;
    }

    /// <summary>
    /// Waits until a cell has ended. Meanwhile saves the notebook, and stops the cell when its time is over.
    /// </summary>
    /// <returns>Why the cell was asked to stop; null if it was not.</returns>
    private async Task<StopReason?> SuperviseAsync(Task ending, Stopwatch clock, CancellationToken stop)
    {
        StopReason? reason = null;
        while (true)
        {
            TimeSpan?[] waits = reason is null
                ? [autosave.DueIn, options.CellTimeout - clock.Elapsed, options.Timeout - runClock.Elapsed, LongestWait]
                : [autosave.DueIn, LongestWait];
            var wait = waits.Min()!.Value;
            await ending.WaitAsync(wait < TimeSpan.Zero ? TimeSpan.Zero : wait, reason is null ? stop : default)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ending.IsCompleted) return reason;
            lock (gate) autosave.IfDue();
            if (reason is not null) continue;
            reason = stop.IsCancellationRequested ? StopReason.Interrupt
                : clock.Elapsed >= options.CellTimeout ? StopReason.CellTimeout
                : runClock.Elapsed >= options.Timeout ? StopReason.RunTimeout
                : null;
            if (reason is not null) session.Interrupt(options.StopGrace);
        }
    }

    private ValueTask Take(CellEvent happened)
    {
        lock (gate)
        {
            if (isOver || isRepeating || outputs.Length == 0) return default;
            var number = Math.Max(happened.Cell, firstOfEngine); // What an engine says before its first cell.
            var output = outputs[number - 1];
            switch (happened)
            {
                case StreamWritten stream:
                    output.AddStream(stream.Name, stream.Text);
                    Tell(new StreamText(number, stream.Name, stream.Text));
                    break;
                case ValueDisplayed display:
                    displays[display.DisplayId] = Output.DisplayData(Output.Bundle(display.Data));
                    output.Add(displays[display.DisplayId]);
                    TellValue(number, display.Data, display.DisplayId, isUpdate: false);
                    break;
                case ValueUpdated update:
                    var isKnown = displays.TryGetValue(update.DisplayId, out var shown);
                    if (isKnown) shown!.Json["data"] = Output.Bundle(update.Data);
                    // A cell may publish the update of a value that it never displayed.
                    else output.Add(displays[update.DisplayId] = Output.DisplayData(Output.Bundle(update.Data)));
                    TellValue(number, update.Data, update.DisplayId, isUpdate: isKnown);
                    break;
                case ValueReturned result:
                    output.Add(Output.ExecuteResult(Output.Bundle(result.Data), number));
                    TellValue(number, result.Data, displayId: null, isUpdate: false);
                    break;
                case OutputsCleared cleared:
                    output.Clear(cleared.Wait);
                    break;
                case InputWanted wanted:
                    session.GiveInput(options.Inputs.GetValueOrDefault(wanted.Prompt));
                    break;
            }
        }
        return default;
    }

    private void TellValue(int number, Dictionary<string, string> data, string? displayId, bool isUpdate) =>
        Tell(new ValueShown(number, data.GetValueOrDefault("text/plain"), displayId, isUpdate));

    private void Tell(RunEvent happened)
    {
        lock (gate) options.Progress?.Invoke(happened);
    }

    private (RunOutcome, CellFailure?) Ended(int number, CellEnd end)
    {
        if (end.Done is null)
        {
            var value = $"The engine's process ended in the middle of the cell: {end.EndReason}{Loss}";
            return (RunOutcome.EngineDied, Failure(number, "EngineDied", value));
        }
        if (end.Done.Error is not { } error) return (RunOutcome.Ok, null);
        var expected = cells[number - 1].HasTag(RunPlan.RaisesTag);
        return (RunOutcome.CellFailed, new CellFailure(number, error.Name, error.Value, error.Traceback, expected));
    }

    /// <summary>
    /// The outcome of a cell that was asked to stop; <paramref name="done"/> is null if it did not obey.
    /// </summary>
    private (RunOutcome, CellFailure?) Stopped(int number, StopReason reason, CellDone? done)
    {
        if (reason == StopReason.Interrupt && done is { Error: null }) return (RunOutcome.Interrupted, null);
        var how = done is null
            ? $"It did not stop when asked, so its process was killed.{Loss}"
            : "It stopped when asked.";
        var (outcome, name, value) = reason switch
        {
            StopReason.CellTimeout => (RunOutcome.Timeout, "CellTimeout",
                $"The cell ran longer than its {Seconds(options.CellTimeout)} s. {how}"),
            StopReason.RunTimeout => (RunOutcome.Timeout, "RunTimeout",
                $"The run took longer than its {Seconds(options.Timeout)} s. {how}"),
            _ => (RunOutcome.Interrupted, "Interrupted", $"The run was stopped. {how}"),
        };
        var failure = Failure(number, name, value);
        return (outcome, done?.Error is { } error ? failure with { Traceback = error.Traceback } : failure);
    }

    private static CellFailure Failure(int number, string name, string value) =>
        new(number, name, value, [$"{name}: {value}", $"   at Cell [{number}]"], Expected: false);

    private void Fail(CellFailure failure)
    {
        failures.Add(failure);
        lock (gate) outputs[failure.Number - 1].Add(Output.Error(failure.Name, failure.Value, failure.Traceback));
    }

    private void Save()
    {
        Write();
        Tell(new NotebookSaved(outputPath));
    }

    /// <summary>Saves during the run. If it fails, the run goes on; only the last save must succeed.</summary>
    private void TrySave()
    {
        RunEvent happened = new NotebookSaved(outputPath);
        try
        {
            Write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            happened = new NotebookNotSaved(outputPath, error.Message);
        }
        Tell(happened);
    }

    private void Write()
    {
        lock (gate)
        {
            foreach (var output in outputs) output.Flush();
            notebook.Save(outputPath);
        }
    }

    private static string Seconds(TimeSpan? time) =>
        time!.Value.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
