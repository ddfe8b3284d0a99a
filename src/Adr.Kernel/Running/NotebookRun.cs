using System.Diagnostics;
using System.Globalization;
using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>One run: gives the engine a cell at a time and puts what comes back where it belongs.</summary>
internal sealed class NotebookRun
{
    // So that a cell that floods its streams does not keep its deadline from being looked at.
    private const int MessagesAtOnce = 256;

    private readonly RunOptions options;
    private readonly Notebook notebook;
    private readonly IReadOnlyList<Cell> cells;
    private readonly EngineProcess engine;
    private readonly CellOutputs[] outputs; // of cell i + 1
    private readonly Dictionary<string, Output> displays = [];
    private readonly List<CellFailure> failures = [];
    private readonly Autosave save;
    private readonly DateTimeOffset started = DateTimeOffset.UtcNow;
    private readonly TimeSpan? deadline;
    private readonly string outputPath;

    internal NotebookRun(RunOptions options, Notebook notebook, IReadOnlyList<Cell> cells, EngineProcess engine, string outputPath)
    {
        this.options = options;
        this.notebook = notebook;
        this.cells = cells;
        this.engine = engine;
        this.outputPath = outputPath;
        deadline = Clock.Now + options.Timeout;
        outputs = [.. cells.Select(cell => new CellOutputs(cell, options.MaxStreamCharacters))];
        save = new Autosave(options.SaveInterval, TrySave);
    }

    internal IReadOnlyList<CellFailure> Failures => failures;

    internal int CellsRun { get; private set; }

    internal async Task<ExitCode> ToEndAsync(CancellationToken stop)
    {
        // An earlier run's outputs beside this run's would tell of something that never was.
        var (first, last) = (options.From ?? 1, Math.Min(options.To ?? cells.Count, cells.Count));
        foreach (var (cell, output) in cells.Zip(outputs).Skip(first - 1).Take(last - first + 1))
        {
            cell.ExecutionCount = null;
            output.Attach();
            if (options.RecordTiming) Timing.Forget(cell);
        }
        options.Progress?.Invoke(new RunStarted(cells.Count));
        Save(); // an output that cannot be written is better known before the work than after it
        var end = ExitCode.Ok;
        for (var number = first; number <= last && end == ExitCode.Ok; number++)
        {
            end = await RunCellAsync(number, stop).ConfigureAwait(false);
            if (end == ExitCode.CellFailed && options.AllowErrors) end = ExitCode.Ok;
            if (number < last) save.AfterCell();
        }
        if (end == ExitCode.Ok && failures.Any(failure => !failure.Expected)) end = ExitCode.CellFailed;
        if (options.RecordTiming) Timing.Record(notebook, options, started, DateTimeOffset.UtcNow, end != ExitCode.Ok);
        Save();
        return end;
    }

    private async Task<ExitCode> RunCellAsync(int number, CancellationToken stop)
    {
        var cell = cells[number - 1];
        if (stop.IsCancellationRequested) return ExitCode.Interrupted;
        if (Clock.Now >= deadline) return ExitCode.Timeout;
        var (begin, clock) = (DateTimeOffset.UtcNow, Stopwatch.StartNew());
        options.Progress?.Invoke(new CellStarted(number, cells.Count, cell));
        cell.ExecutionCount = number;
        CellsRun++;
        engine.Send(new ExecuteRequest(number, cell.Source, cell.KernelName ?? "csharp") { HasInput = options.Inputs.Count > 0 });
        var (end, failure) = await ListenAsync(number, new CellClock(Clock.Now, options, deadline), stop).ConfigureAwait(false);
        if (failure is not null) Fail(failure);
        if (options.RecordTiming) Timing.Record(cell, begin, begin + clock.Elapsed);
        options.Progress?.Invoke(new CellFinished(number, failure, clock.Elapsed));
        return end == ExitCode.CellFailed && failure is { Expected: true } ? ExitCode.Ok : end;
    }

    /// <summary>Takes what the engine says until the cell is over, one way or another.</summary>
    private async Task<(ExitCode End, CellFailure? Failure)> ListenAsync(int number, CellClock clock, CancellationToken stop)
    {
        while (true)
        {
            if (!await WaitAsync(clock.Next(save.Due), clock.Stopping is null ? stop : default).ConfigureAwait(false))
                return clock.Stopping is { } reason ? Stopped(number, reason, null) : Died(number);
            for (var taken = 0; taken < MessagesAtOnce && engine.Messages.TryRead(out var message); taken++)
            {
                if (message is CellDone done && done.Cell == number)
                    return clock.Stopping is { } reason ? Stopped(number, reason, done) : Ended(number, done.Error);
                Take(message, number);
            }
            save.IfDue();
            switch (clock.Look(stop.IsCancellationRequested))
            {
                case CellClock.Act.Ask: engine.Send(new CancelRequest(number)); break;
                case CellClock.Act.Kill: engine.Kill(); break;
            }
        }
    }

    /// <summary>False once the engine is gone; true when there is a message, or the time came.</summary>
    private async Task<bool> WaitAsync(TimeSpan until, CancellationToken stop)
    {
        if (engine.Messages.TryPeek(out _)) return true;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var left = until - Clock.Now;
        patience.CancelAfter(left < TimeSpan.Zero ? TimeSpan.Zero : left);
        try
        {
            return await engine.Messages.WaitToReadAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    private void Take(EngineMessage message, int running)
    {
        switch (message)
        {
            case StreamWritten stream:
                var writer = stream.Cell ?? running;
                outputs[writer - 1].AddStream(stream.Name, stream.Text);
                options.Progress?.Invoke(new StreamText(writer, stream.Name, stream.Text));
                break;
            case ValueDisplayed display:
                displays[display.DisplayId] = Output.DisplayData(Output.Bundle(display.Data));
                outputs[display.Cell - 1].Add(displays[display.DisplayId]);
                Show(display.Cell, display.Data, display.DisplayId, isUpdate: false);
                break;
            case ValueUpdated update:
                displays[update.DisplayId].Json["data"] = Output.Bundle(update.Data);
                Show(update.Cell, update.Data, update.DisplayId, isUpdate: true);
                break;
            case InputWanted wanted:
                engine.Send(new InputGiven(options.Inputs.GetValueOrDefault(wanted.Prompt)));
                break;
            case OutputsCleared cleared:
                outputs[cleared.Cell - 1].Clear(cleared.Wait);
                break;
            case ValueReturned result:
                outputs[result.Cell - 1].Add(Output.ExecuteResult(Output.Bundle(result.Data), result.Cell));
                Show(result.Cell, result.Data, null, isUpdate: false);
                break;
        }
    }

    private void Show(int number, Dictionary<string, string> data, string? displayId, bool isUpdate) =>
        options.Progress?.Invoke(new ValueShown(number, data.GetValueOrDefault("text/plain"), displayId, isUpdate));

    private (ExitCode, CellFailure?) Ended(int number, CellError? error)
    {
        if (error is null) return (ExitCode.Ok, null);
        var expected = cells[number - 1].HasTag(RunPlan.RaisesTag);
        return (ExitCode.CellFailed, new CellFailure(number, error.Name, error.Value, error.Traceback, expected));
    }

    /// <summary>The cell was stopped: by the engine's end, or because it obeyed when it was asked.</summary>
    private (ExitCode, CellFailure?) Stopped(int number, CellClock.Reason reason, CellDone? done)
    {
        if (reason == CellClock.Reason.Interrupt && done is { Error: null }) return (ExitCode.Interrupted, null);
        var how = done is null ? "It did not stop when asked, so its process was killed." : "It stopped when asked.";
        var (end, name, value) = reason switch
        {
            CellClock.Reason.CellTimeout => (ExitCode.Timeout, "CellTimeout", $"The cell ran longer than its {Seconds(options.CellTimeout)} s. {how}"),
            CellClock.Reason.RunTimeout => (ExitCode.Timeout, "RunTimeout", $"The run took longer than its {Seconds(options.Timeout)} s. {how}"),
            _ => (ExitCode.Interrupted, "Interrupted", $"The run was stopped. {how}"),
        };
        return (end, new CellFailure(number, name, value, done?.Error?.Traceback ?? [$"{name}: {value}", $"   at Cell [{number}]"], Expected: false));
    }

    private (ExitCode, CellFailure?) Died(int number)
    {
        var value = $"The engine's process ended in the middle of the cell: {EngineEnd.Describe(engine.ExitCode)}";
        return (ExitCode.EngineDied, new CellFailure(number, "EngineDied", value, [$"EngineDied: {value}", $"   at Cell [{number}]"], Expected: false));
    }

    private void Fail(CellFailure failure)
    {
        failures.Add(failure);
        outputs[failure.Number - 1].Add(Output.Error(failure.Name, failure.Value, failure.Traceback));
    }

    private void Save()
    {
        Write();
        options.Progress?.Invoke(new NotebookSaved(outputPath));
    }

    /// <summary>Saves on the way: a disk that is full for a while is no reason to lose a run, and the last save must succeed anyway.</summary>
    private void TrySave()
    {
        RunEvent told = new NotebookSaved(outputPath);
        try
        {
            Write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            told = new NotebookNotSaved(outputPath, error.Message);
        }
        options.Progress?.Invoke(told);
    }

    private void Write()
    {
        foreach (var output in outputs) output.Flush();
        notebook.Save(outputPath);
    }

    private static string Seconds(TimeSpan? time) => time!.Value.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
