using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Adr.Kernel.Engine;
using Adr.Kernel.Running;

namespace Adr.Kernel.Jupyter;

/// <summary>Runs cells in an engine, in a new one where the old one is gone, and tells what they say under the request that they belong to.</summary>
internal sealed class CellRunner : IAsyncDisposable
{
    private readonly Func<Task<IEngine>> start;
    private readonly Broadcast broadcast;
    private readonly Func<JupyterMessage, InputWanted, ValueTask> ask;
    private readonly KernelLimits limits;
    private readonly ConcurrentDictionary<int, Cell> cells = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<EngineMessage?>> questions = new();
    private readonly Lock gate = new();
    private Task<IEngine> engine;
    private Cell? running;
    private int cellNumber, questionNumber;
    private volatile bool ending;

    /// <summary>Starts an engine.</summary>
    /// <param name="start">Starts one.</param>
    /// <param name="broadcast">Tells clients.</param>
    /// <param name="ask">Asks the client of a request for input.</param>
    /// <param name="limits">How patient it is.</param>
    internal CellRunner(Func<Task<IEngine>> start, Broadcast broadcast, Func<JupyterMessage, InputWanted, ValueTask> ask, KernelLimits limits)
    {
        (this.start, this.broadcast, this.ask, this.limits) = (start, broadcast, ask, limits);
        engine = StartAsync();
    }

    /// <summary>Runs a cell to its end.</summary>
    /// <param name="request">The client's request.</param>
    /// <param name="count">The cell's number for people.</param>
    /// <param name="silent">Whether nobody is told of what it shows.</param>
    /// <param name="make">The engine's request, from the cell's number for the engine.</param>
    /// <returns>How it ended, whatever happened.</returns>
    internal async Task<CellDone> RunAsync(JupyterMessage request, int count, bool silent, Func<int, ExecuteRequest> make)
    {
        var cell = new Cell(++cellNumber, request, count, silent);
        cells[cell.Number] = cell;
        lock (gate) running = cell;
        try
        {
            var alive = await EngineAsync().ConfigureAwait(false);
            lock (gate)
            {
                if (cell.Interrupted is not null) return Failed(cell, "Interrupted", "The cell was stopped before it began.");
                alive.Send(make(cell.Number));
                cell.IsSent = true;
            }
            return await cell.Done.Task.ConfigureAwait(false);
        }
        catch (EngineStartException error)
        {
            return Failed(cell, "EngineStartError", error.Message);
        }
        finally
        {
            lock (gate) running = null;
        }
    }

    /// <summary>Asks the engine something about code; null where it does not answer.</summary>
    internal async Task<T?> AskAsync<T>(Func<int, EngineMessage> make) where T : EngineMessage
    {
        var id = Interlocked.Increment(ref questionNumber);
        var answer = questions[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            (await EngineAsync().ConfigureAwait(false)).Send(make(id));
            return await answer.Task.WaitAsync(limits.Answer).ConfigureAwait(false) as T;
        }
        catch (Exception error) when (error is EngineStartException or TimeoutException)
        {
            return null;
        }
        finally
        {
            questions.TryRemove(id, out _);
        }
    }

    /// <summary>Gives the running cell what somebody typed.</summary>
    internal void Give(string? text) => Alive?.Send(new InputGiven(text));

    /// <summary>Stops the running cell, and the engine with it where the cell does not obey.</summary>
    internal void Interrupt()
    {
        Cell? cell;
        bool isFirst;
        lock (gate)
        {
            cell = running;
            if (cell is null) return;
            isFirst = cell.Interrupted is null;
            cell.Interrupted ??= Clock.Now;
            if (!cell.IsSent) return; // it will not be
        }
        if (Alive is not { } alive) return; // gone, and its end is being told
        if (isFirst)
        {
            alive.Send(new CancelRequest(cell.Number));
            _ = WarnAndKillAsync(cell, alive);
        }
        else if (Clock.Now - cell.Interrupted >= limits.Warning) // an impatient click is no wish to lose everything
        {
            Kill(cell, alive);
        }
    }

    /// <summary>Ends the engine.</summary>
    public async ValueTask DisposeAsync()
    {
        ending = true;
        try
        {
            var last = await engine.ConfigureAwait(false);
            await last.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is EngineStartException or OperationCanceledException)
        {
            // there is none to end
        }
    }

    private IEngine? Alive => engine is { IsCompletedSuccessfully: true } started ? started.Result : null;

    private Task<IEngine> EngineAsync()
    {
        lock (gate)
        {
            if (engine.IsFaulted && !ending) engine = StartAsync(); // perhaps it can now
            return engine;
        }
    }

    private async Task<IEngine> StartAsync()
    {
        var started = await start().ConfigureAwait(false);
        _ = PumpAsync(started);
        return started;
    }

    private async Task PumpAsync(IEngine from)
    {
        var how = "";
        try
        {
            while (await from.Messages.WaitToReadAsync().ConfigureAwait(false))
                while (from.Messages.TryRead(out var message)) await TakeAsync(message).ConfigureAwait(false);
            how = EngineEnd.Describe(from.ExitCode);
        }
        catch (Exception error) when (error is IOException or System.Text.Json.JsonException or InvalidDataException)
        {
            how = $"it could not be understood: {error.Message}";
            from.Kill();
        }
        if (ending) return; // who ended it waits for it
        await from.DisposeAsync().ConfigureAwait(false);
        Cell? cell;
        lock (gate)
        {
            engine = StartAsync(); // the next cell finds it ready
            cell = running;
        }
        foreach (var question in questions.Values) question.TrySetResult(null);
        const string Lost = "Variables are lost; the next cell runs in a new engine.";
        if (cell is { IsKilled: true }) cell.Done.TrySetResult(Failed(cell, "Interrupted", $"The cell did not stop when it was asked to, and was ended with its engine. {Lost}"));
        else if (cell is not null) cell.Done.TrySetResult(Failed(cell, "EngineDied", $"The engine ended while the cell ran: {how} {Lost}"));
        else if (!cells.IsEmpty) await broadcast.TellAsync(cells[cellNumber].Request.Header, "stream", Stream("stderr", $"The engine ended between two cells: {how} {Lost}\n")).ConfigureAwait(false);
    }

    private ValueTask TakeAsync(EngineMessage message)
    {
        switch (message)
        {
            case StreamWritten stream:
                return TellAsync(stream.Cell ?? cellNumber, "stream", _ => Stream(stream.Name, stream.Text));
            case ValueDisplayed shown:
                return TellAsync(shown.Cell, "display_data", _ => Shown(shown.Data, shown.DisplayId));
            case ValueUpdated updated:
                return TellAsync(updated.Cell, "update_display_data", _ => Shown(updated.Data, updated.DisplayId));
            case ValueReturned returned:
                return TellAsync(returned.Cell, "execute_result", cell => new JsonObject { ["execution_count"] = cell.Count, ["data"] = Broadcast.Bundle(returned.Data), ["metadata"] = new JsonObject() });
            case OutputsCleared cleared:
                return TellAsync(cleared.Cell, "clear_output", _ => new JsonObject { ["wait"] = cleared.Wait });
            case InputWanted wanted:
                return cells.TryGetValue(wanted.Cell, out var asking) ? ask(asking.Request, wanted) : default;
            case CellDone done:
                if (cells.TryGetValue(done.Cell, out var ended)) ended.Done.TrySetResult(done);
                return default;
            case Completions or Inspection or Completeness:
                var id = message switch { Completions c => c.Id, Inspection i => i.Id, Completeness c => c.Id, _ => 0 };
                if (questions.TryGetValue(id, out var question)) question.TrySetResult(message);
                return default;
            default:
                return default; // EngineReady was taken by who started it
        }
    }

    private ValueTask TellAsync(int number, string type, Func<Cell, JsonObject> content) =>
        cells.TryGetValue(number, out var cell) && !cell.IsSilent ? broadcast.TellAsync(cell.Request.Header, type, content(cell)) : default;

    private async Task WarnAndKillAsync(Cell cell, IEngine alive)
    {
        if (await EndsWithinAsync(cell, limits.Warning).ConfigureAwait(false)) return;
        var left = limits.Stop - limits.Warning;
        await TellAsync(cell.Number, "stream", _ => Stream("stderr", $"The cell has not stopped yet. In {left.TotalSeconds:0} s it is ended with its engine, and variables are lost; a second interrupt ends it now.\n")).ConfigureAwait(false);
        if (!await EndsWithinAsync(cell, left).ConfigureAwait(false)) Kill(cell, alive);
    }

    private static async Task<bool> EndsWithinAsync(Cell cell, TimeSpan limit) => await Task.WhenAny(cell.Done.Task, Task.Delay(limit)).ConfigureAwait(false) == cell.Done.Task;

    private static void Kill(Cell cell, IEngine alive)
    {
        cell.IsKilled = true;
        alive.Kill();
    }

    private static CellDone Failed(Cell cell, string name, string value) => new(cell.Number, new CellError(name, value, [$"{name}: {value}"]));

    private static JsonObject Stream(string name, string text) => new() { ["name"] = name, ["text"] = text };

    private static JsonObject Shown(Dictionary<string, string> data, string displayId) =>
        new() { ["data"] = Broadcast.Bundle(data), ["metadata"] = new JsonObject(), ["transient"] = new JsonObject { ["display_id"] = displayId } };

    private sealed class Cell(int number, JupyterMessage request, int count, bool silent)
    {
        internal int Number => number;

        internal JupyterMessage Request { get; } = request with { Content = [] }; // its code is not needed any more

        internal int Count => count;

        internal bool IsSilent => silent;

        internal TaskCompletionSource<CellDone> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal TimeSpan? Interrupted { get; set; }

        internal bool IsSent { get; set; }

        internal bool IsKilled { get; set; }
    }
}
