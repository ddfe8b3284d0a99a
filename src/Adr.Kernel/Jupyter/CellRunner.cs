using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Adr.Kernel.Engine;

namespace Adr.Kernel.Jupyter;

/// <summary>
/// Runs the cells of clients and broadcasts what they show, under the request that each output belongs to. If the
/// engine ends, a new one replaces it.
/// </summary>
internal sealed class CellRunner : IAsyncDisposable
{
    private const string Lost = "Variables are lost; the next cell runs in a new engine.";

    private readonly Func<Task<IEngine>> start;
    private readonly Broadcast broadcast;
    private readonly Func<JupyterMessage, InputWanted, ValueTask> ask;
    private readonly KernelLimits limits;
    private readonly ConcurrentDictionary<int, RequestedCell> cells = new();
    private readonly Lock gate = new();
    private Task<CellSession> session;
    private RequestedCell? running;
    private int lastCell;
    private volatile bool isClosing;

    /// <summary>Starts an engine.</summary>
    /// <param name="start">Starts an engine.</param>
    /// <param name="broadcast">Broadcasts to all clients.</param>
    /// <param name="ask">Asks the client that sent a request for input.</param>
    /// <param name="limits">How long to wait for what.</param>
    internal CellRunner(
        Func<Task<IEngine>> start, Broadcast broadcast, Func<JupyterMessage, InputWanted, ValueTask> ask,
        KernelLimits limits)
    {
        (this.start, this.broadcast, this.ask, this.limits) = (start, broadcast, ask, limits);
        session = StartAsync();
    }

    /// <summary>Runs a cell to its end.</summary>
    /// <param name="request">The client's request.</param>
    /// <param name="count">The cell's number as users see it.</param>
    /// <param name="silent">Whether the outputs of the cell are not broadcast.</param>
    /// <param name="make">Makes the engine's request from the engine's number for the cell.</param>
    /// <returns>How the cell ended, whatever happened.</returns>
    internal async Task<CellDone> RunAsync(
        JupyterMessage request, int count, bool silent, Func<int, ExecuteRequest> make)
    {
        // The request's content, which has the code, is not needed any more.
        var cell = new RequestedCell(++lastCell, request with { Content = [] }, count, silent);
        cells[cell.Number] = cell;
        lock (gate) running = cell;
        try
        {
            var present = await SessionAsync().ConfigureAwait(false);
            Task<CellEnd> ending;
            lock (gate)
            {
                if (cell.InterruptedAt is not null)
                    return Failed(cell, "Interrupted", "The cell was stopped before it began.");
                ending = present.ExecuteAsync(make(cell.Number));
                cell.Execution = (present, ending);
            }
            var end = await ending.ConfigureAwait(false);
            return end.Done ?? (end.WasKilled
                ? Failed(cell, "Interrupted",
                    $"The cell did not stop when it was asked to, so its engine was killed. {Lost}")
                : Failed(cell, "EngineDied", $"The engine ended while the cell ran: {end.EndReason} {Lost}"));
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

    /// <summary>Asks the engine a question about code; null if it does not answer.</summary>
    internal async Task<T?> AskAsync<T>(Func<int, Question> question) where T : Answer
    {
        try
        {
            var present = await SessionAsync().ConfigureAwait(false);
            return await present.AskAsync<T>(question, limits.Answer).ConfigureAwait(false);
        }
        catch (EngineStartException)
        {
            return null;
        }
    }

    /// <summary>Gives the running cell the input that the user typed.</summary>
    /// <param name="text">The text; null if there is none.</param>
    /// <param name="problem">Why the answer cannot be used, as the end of a sentence; null if it can.</param>
    internal void GiveInput(string? text, string? problem)
    {
        if (session.IsCompletedSuccessfully) session.Result.GiveInput(text, problem);
    }

    /// <summary>Stops the running cell, and the engine with it if the cell does not obey.</summary>
    internal void Interrupt()
    {
        RequestedCell cell;
        bool isFirst;
        lock (gate)
        {
            if (running is null) return;
            cell = running;
            isFirst = cell.InterruptedAt is null;
            cell.InterruptedAt ??= Stopwatch.GetTimestamp();
        }
        if (cell.Execution is not var (present, ending)) return; // It has not begun, and it will not.
        if (isFirst)
        {
            present.Interrupt(limits.Stop);
            _ = WarnAsync(cell, ending);
        }
        else if (Stopwatch.GetElapsedTime(cell.InterruptedAt.Value) >= limits.Warning)
        {
            present.Kill(); // An earlier second interrupt may be an impatient click.
        }
    }

    /// <summary>Ends the engine.</summary>
    public async ValueTask DisposeAsync()
    {
        isClosing = true;
        try
        {
            var present = await session.ConfigureAwait(false);
            await present.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is EngineStartException or OperationCanceledException)
        {
            // No engine was started.
        }
    }

    /// <summary>The session of a living engine. Starts a new engine if the last one ended or could not start.</summary>
    private Task<CellSession> SessionAsync()
    {
        lock (gate)
        {
            var isGone = session.IsFaulted || session is { IsCompletedSuccessfully: true, Result.EndReason: not null };
            if (isGone && !isClosing) session = StartAsync();
            return session;
        }
    }

    private async Task<CellSession> StartAsync()
    {
        var started = new CellSession(await start().ConfigureAwait(false), TellAsync);
        _ = ReplaceAsync(started);
        return started;
    }

    private async Task ReplaceAsync(CellSession ended)
    {
        await ended.Ended.ConfigureAwait(false);
        if (isClosing) return;
        _ = SessionAsync(); // The new engine starts now and not only with the next cell.
        if (ended.EndedInCell || !cells.TryGetValue(lastCell, out var cell)) return;
        var text = $"The engine ended between two cells: {ended.EndReason} {Lost}\n";
        await broadcast.TellAsync(cell.Request.Header, "stream", Stream("stderr", text)).ConfigureAwait(false);
    }

    private async ValueTask TellAsync(CellEvent happened)
    {
        if (!cells.TryGetValue(happened.Cell, out var cell)) return;
        switch (happened)
        {
            case InputWanted wanted:
                await ask(cell.Request, wanted).ConfigureAwait(false);
                break;
            case StreamWritten stream:
                await TellAsync(cell, "stream", Stream(stream.Name, stream.Text)).ConfigureAwait(false);
                break;
            case ValueDisplayed shown:
                await TellAsync(cell, "display_data", Value(shown.Data, shown.DisplayId)).ConfigureAwait(false);
                break;
            case ValueUpdated update:
                await TellAsync(cell, "update_display_data", Value(update.Data, update.DisplayId))
                    .ConfigureAwait(false);
                break;
            case ValueReturned result:
                var content = new JsonObject
                {
                    ["execution_count"] = cell.Count,
                    ["data"] = Broadcast.Bundle(result.Data),
                    ["metadata"] = new JsonObject(),
                };
                await TellAsync(cell, "execute_result", content).ConfigureAwait(false);
                break;
            case OutputsCleared cleared:
                await TellAsync(cell, "clear_output", new JsonObject { ["wait"] = cleared.Wait }).ConfigureAwait(false);
                break;
        }
    }

    private ValueTask TellAsync(RequestedCell cell, string type, JsonObject content) =>
        cell.IsSilent ? default : broadcast.TellAsync(cell.Request.Header, type, content);

    private async Task WarnAsync(RequestedCell cell, Task ending)
    {
        await ending.WaitAsync(limits.Warning).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ending.IsCompleted) return;
        var left = limits.Stop - limits.Warning;
        var text = $"The cell has not stopped yet. In {left.TotalSeconds:0} s its engine will be killed, and " +
            "variables will be lost. A second interrupt kills it now.\n";
        await TellAsync(cell, "stream", Stream("stderr", text)).ConfigureAwait(false);
    }

    private static CellDone Failed(RequestedCell cell, string name, string value) =>
        new(cell.Number, new CellError(name, value, [$"{name}: {value}"]));

    /// <summary>The content of a message about a stream.</summary>
    internal static JsonObject Stream(string name, string text) => new() { ["name"] = name, ["text"] = text };

    private static JsonObject Value(Dictionary<string, string> data, string displayId) => new()
    {
        ["data"] = Broadcast.Bundle(data),
        ["metadata"] = new JsonObject(),
        ["transient"] = new JsonObject { ["display_id"] = displayId },
    };

    private sealed class RequestedCell(int number, JupyterMessage request, int count, bool silent)
    {
        internal int Number => number;

        internal JupyterMessage Request => request;

        internal int Count => count;

        internal bool IsSilent => silent;

        internal long? InterruptedAt { get; set; }

        /// <summary>Where the cell runs, and its end; null until it begins.</summary>
        internal (CellSession Session, Task Ending)? Execution { get; set; }
    }
}
