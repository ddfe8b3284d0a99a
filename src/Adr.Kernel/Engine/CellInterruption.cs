using System.Runtime;

namespace Adr.Kernel.Engine;

/// <summary>Stops the code of one cell, by stronger means the longer it does not obey.</summary>
/// <remarks>
/// <para>
/// First the cell's cancellation token is cancelled, to which the cell may react in its own way. Then the cell is woken
/// if it waits, and it ends where it displays or writes something. Finally its thread is aborted, which ends a loop
/// that does none of these. The variables of earlier cells survive, except in the rare case that the runtime itself
/// does not survive the abort. A library that watches the token, as training does, gets the time to end a step before
/// anything stronger comes.
/// </para>
/// <para>
/// Some code cannot be reached in any of these ways, such as a native call that does not return. To end it, the owner
/// of the engine kills the process.
/// </para>
/// </remarks>
internal sealed class CellInterruption
{
    /// <summary>A library that watches the token of the running cell says so under this name in the data of
    /// <see cref="AppContext"/>.</summary>
    internal const string WatchedName = "Notebook.CancellationToken.IsWatched";

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400); // before each stronger means

    // A step of training takes seconds with a large network. The kernel kills an engine after ten.
    private static readonly TimeSpan WatchedPatience = TimeSpan.FromSeconds(8);

    private readonly CancellationTokenSource asked = new();
    private readonly CancellationTokenSource pressed = new();
    private readonly CancellationTokenSource aborted = new();
    private readonly ManualResetEventSlim ended = new();
    private readonly Lock gate = new();
    private readonly Thread thread = Thread.CurrentThread;

    /// <summary>The token that the cell's own code can watch.</summary>
    internal CancellationToken Token => asked.Token;

    /// <summary>
    /// Cancelled if the cell does not obey <see cref="Token"/>. Its next call of this library then ends it.
    /// </summary>
    internal CancellationToken Pressed => pressed.Token;

    /// <summary>Whether the cell was asked to stop.</summary>
    internal bool IsAsked => asked.IsCancellationRequested;

    /// <summary>
    /// Whether the code was aborted. The runtime cannot abort two pieces of code on one thread, so the next cell needs
    /// another thread.
    /// </summary>
    internal bool IsAborted => aborted.IsCancellationRequested;

    /// <summary>Runs the code of a cell on this thread.</summary>
    /// <exception cref="OperationCanceledException">The code was aborted.</exception>
    internal void Run(Action code)
    {
        try
        {
#pragma warning disable SYSLIB0046 // What the code was writing may be left half written. The user asked for it.
            ControlledExecution.Run(code, aborted.Token);
#pragma warning restore SYSLIB0046
        }
        finally
        {
            lock (gate) ended.Set();
            ForgetWakeUp();
        }
    }

    /// <summary>
    /// Asks, wakes and aborts. Returns once the code has ended or nothing more can be done inside the process.
    /// </summary>
    internal void Stop()
    {
        asked.Cancel();
        if (ended.Wait(AppContext.GetData(WatchedName) is true ? WatchedPatience : Patience)) return;
        pressed.Cancel();
        lock (gate)
        {
            if (ended.IsSet) return;
            thread.Interrupt(); // Before the abort, after which a thread can no longer be woken.
        }
        if (!ended.Wait(Patience)) aborted.Cancel();
    }

    // If the thread did not wait when it was woken, it would be woken in the next cell instead.
    private void ForgetWakeUp()
    {
        try
        {
            if (IsAsked && !IsAborted) Thread.Sleep(1);
        }
        catch (ThreadInterruptedException)
        {
            // This was the wake-up.
        }
    }
}
