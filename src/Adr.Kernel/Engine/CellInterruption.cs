using System.Runtime;

namespace Adr.Kernel.Engine;

/// <summary>Stops one cell's code, by harder means the longer it does not listen.</summary>
/// <remarks>
/// First its cancellation token, which it may obey in its own way. Then it is woken where it waits, and ends where it
/// shows or writes something. Last its thread is aborted, which ends a loop that does nothing of all that. Variables of
/// earlier cells survive this, but for rare times when the runtime itself does not survive the abort. What nothing
/// reaches, such as a native call that does not return, is for the runner to kill, with the engine's process.
/// </remarks>
internal sealed class CellInterruption
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400); // before each harder means

    private readonly CancellationTokenSource asked = new();
    private readonly CancellationTokenSource pressed = new();
    private readonly CancellationTokenSource aborted = new();
    private readonly ManualResetEventSlim ended = new();
    private readonly Lock gate = new();
    private readonly Thread thread = Thread.CurrentThread;

    /// <summary>What the cell's own code should look at.</summary>
    internal CancellationToken Token => asked.Token;

    /// <summary>Cancelled when the cell did not obey <see cref="Token"/>: what it calls of this library then ends it.</summary>
    internal CancellationToken Pressed => pressed.Token;

    /// <summary>Whether anybody asked the cell to stop.</summary>
    internal bool IsAsked => asked.IsCancellationRequested;

    /// <summary>Whether the code was made to end. The runtime cannot do that twice to one thread: the next cell needs another.</summary>
    internal bool IsAborted => aborted.IsCancellationRequested;

    /// <summary>Runs a cell's code on this thread.</summary>
    /// <exception cref="OperationCanceledException">It was made to end.</exception>
    internal void Run(Action code)
    {
        try
        {
#pragma warning disable SYSLIB0046 // may leave what the loop was writing half written; a notebook's author asked for just that
            ControlledExecution.Run(code, aborted.Token);
#pragma warning restore SYSLIB0046
        }
        finally
        {
            lock (gate) ended.Set();
            ForgetWakeUp();
        }
    }

    /// <summary>Asks, wakes and aborts; returns once the code ended or nothing more can be done from within.</summary>
    internal void Stop()
    {
        asked.Cancel();
        if (ended.Wait(Patience)) return;
        pressed.Cancel();
        lock (gate)
        {
            if (ended.IsSet) return;
            thread.Interrupt(); // before the abort: a thread that is to be aborted is not woken any more
        }
        if (!ended.Wait(Patience)) aborted.Cancel();
    }

    // A wake-up that found nobody waiting would wake the next cell.
    private void ForgetWakeUp()
    {
        try
        {
            if (IsAsked && !IsAborted) Thread.Sleep(1);
        }
        catch (ThreadInterruptedException)
        {
            // that was it
        }
    }
}
