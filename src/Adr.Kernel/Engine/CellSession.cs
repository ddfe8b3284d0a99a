using System.Collections.Concurrent;
using System.Text.Json;

namespace Adr.Kernel.Engine;

/// <summary>
/// Runs cells in one engine, one at a time. The notebook runner and the Jupyter kernel both build on it.
/// </summary>
/// <remarks>
/// The session reads everything that the engine sends. It passes on what cells show and ask, it hands out the answers
/// to questions about code, and it reports how each cell ended: by itself, or together with the engine.
/// </remarks>
internal sealed class CellSession : IAsyncDisposable
{
    private readonly IEngine engine;
    private readonly Func<CellEvent, ValueTask> listener;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<Answer?>> questions = new();
    private readonly Lock gate = new();
    private Execution? running;
    private int lastCell, lastQuestion;
    private string? endReason;
    private Exception? failure;
    private volatile bool isClosing;

    /// <summary>Takes over a running engine.</summary>
    /// <param name="engine">The engine. The session disposes it.</param>
    /// <param name="listener">
    /// Receives the events of all cells, one at a time and in order. The next event waits until it is done.
    /// </param>
    internal CellSession(IEngine engine, Func<CellEvent, ValueTask> listener)
    {
        (this.engine, this.listener) = (engine, listener);
        Ended = Task.Run(ReadAsync);
    }

    /// <summary>Completes when the engine is gone and everything it sent has been handled.</summary>
    internal Task Ended { get; }

    /// <summary>Why the engine ended, as the end of a sentence; null while it runs.</summary>
    internal string? EndReason
    {
        get { lock (gate) return endReason; }
    }

    /// <summary>
    /// Whether the engine ended in the middle of a cell. Valid once <see cref="Ended"/> has completed.
    /// </summary>
    internal bool EndedInCell { get; private set; }

    /// <summary>Runs a cell to its end. The request is sent before this method returns its task.</summary>
    internal Task<CellEnd> ExecuteAsync(ExecuteRequest request)
    {
        lock (gate)
        {
            lastCell = request.Cell;
            if (failure is not null) return Task.FromException<CellEnd>(failure);
            if (endReason is not null) return Task.FromResult(new CellEnd(null, endReason));
            running = new Execution(request.Cell);
            engine.Send(request);
            return running.End.Task;
        }
    }

    /// <summary>
    /// Asks the running cell to stop, and kills the engine if the cell is still running after a while.
    /// </summary>
    /// <param name="grace">How long the cell may take to stop.</param>
    internal void Interrupt(TimeSpan grace)
    {
        Execution? cell;
        lock (gate) cell = running;
        if (cell is null) return;
        engine.Send(new CancelRequest(cell.Number));
        _ = KillAfterAsync(cell, grace);
    }

    /// <summary>Ends the running cell by killing the engine.</summary>
    internal void Kill()
    {
        lock (gate) Kill(running);
    }

    /// <summary>Gives the running cell the input that it waits for.</summary>
    /// <param name="text">The text; null if nobody will type any.</param>
    /// <param name="problem">Why the answer cannot be used, as the end of a sentence; null if it can.</param>
    internal void GiveInput(string? text, string? problem = null) => engine.Send(new InputGiven(text, problem));

    /// <summary>Asks the engine a question about code.</summary>
    /// <param name="question">Makes the question from its id.</param>
    /// <param name="limit">How long to wait.</param>
    /// <returns>The answer; null if the engine gives none in time.</returns>
    internal async Task<T?> AskAsync<T>(Func<int, Question> question, TimeSpan limit) where T : Answer
    {
        var id = Interlocked.Increment(ref lastQuestion);
        var answer = questions[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            engine.Send(question(id));
            return await answer.Task.WaitAsync(limit).ConfigureAwait(false) as T;
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            questions.TryRemove(id, out _);
        }
    }

    /// <summary>Ends the engine. A cell that is still running never reports its end.</summary>
    public async ValueTask DisposeAsync()
    {
        isClosing = true;
        await engine.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        Exception? error = null;
        string reason;
        try
        {
            await foreach (var message in engine.Messages.ReadAllAsync().ConfigureAwait(false))
                await TakeAsync(message).ConfigureAwait(false);
            reason = ExitReason.Describe(engine.ExitCode);
        }
        catch (Exception problem) when (problem is IOException or JsonException or InvalidDataException)
        {
            reason = $"its messages could not be read: {problem.Message}";
            engine.Kill();
        }
        catch (Exception problem) // the listener failed
        {
            (error, reason) = (problem, problem.Message);
            engine.Kill();
        }
        if (isClosing) return;
        await engine.DisposeAsync().ConfigureAwait(false);
        Execution? cell;
        lock (gate)
        {
            (endReason, failure) = (reason, error);
            cell = running;
            running = null;
        }
        EndedInCell = cell is not null;
        foreach (var question in questions.Values) question.TrySetResult(null);
        if (error is not null) cell?.End.TrySetException(error);
        else cell?.End.TrySetResult(new CellEnd(null, reason, cell.IsKilled));
    }

    private async ValueTask TakeAsync(EngineMessage message)
    {
        switch (message)
        {
            case CellEvent { Cell: CellEvent.WithoutCell } fromNativeCode:
                await listener(fromNativeCode with { Cell = lastCell }).ConfigureAwait(false);
                break;
            case CellEvent fromCell:
                await listener(fromCell).ConfigureAwait(false);
                break;
            case CellDone done:
                Finish(done);
                break;
            case Answer answer:
                if (questions.TryGetValue(answer.Id, out var question)) question.TrySetResult(answer);
                break;
        }
    }

    private void Finish(CellDone done)
    {
        Execution cell;
        lock (gate)
        {
            if (running is null || running.Number != done.Cell) return;
            cell = running;
            running = null;
        }
        cell.End.TrySetResult(new CellEnd(done));
    }

    private async Task KillAfterAsync(Execution cell, TimeSpan grace)
    {
        await ((Task)cell.End.Task).WaitAsync(grace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (gate)
        {
            if (running == cell) Kill(cell);
        }
    }

    private void Kill(Execution? cell)
    {
        if (cell is null) return;
        cell.IsKilled = true;
        engine.Kill();
    }

    private sealed class Execution(int number)
    {
        internal int Number => number;

        internal TaskCompletionSource<CellEnd> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal bool IsKilled { get; set; }
    }
}

/// <summary>How a cell ended.</summary>
/// <param name="Done">The engine's report; null if the engine ended before the cell did.</param>
/// <param name="EndReason">Why the engine ended with the cell, as the end of a sentence; null if it lives.</param>
/// <param name="WasKilled">Whether the engine was killed because the cell did not stop.</param>
internal sealed record CellEnd(CellDone? Done, string? EndReason = null, bool WasKilled = false);
