using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>A thread that stays for later batches, with its own number of libtorch's threads: each change of that number makes libtorch build its thread pools anew.</summary>
internal sealed class Worker
{
    private static readonly ConcurrentBag<Worker> Idle = [];

    private readonly BlockingCollection<Action> _tasks = [];
    private int _threads; // of libtorch, as this thread set them; 0 at first

    private Worker() => new Thread(() =>
    {
        foreach (var task in _tasks.GetConsumingEnumerable()) task();
    }) { IsBackground = true, Name = nameof(Worker) }.Start();

    /// <summary>One that nobody uses.</summary>
    internal static Worker Rent() => Idle.TryTake(out var worker) ? worker : new Worker();

    /// <summary>Gives it back.</summary>
    internal void Return() => Idle.Add(this);

    /// <summary>Begins a task, which must not throw.</summary>
    internal void Begin(Action task) => _tasks.Add(task);

    /// <summary>Within a task: how many of libtorch's threads its operators take. Threads that are new to libtorch take over the latest number that anyone has set.</summary>
    internal void Take(int threads)
    {
        if (_threads != threads) set_num_threads(threads);
        _threads = threads;
    }

    /// <summary>Whether it has taken so many before.</summary>
    internal bool Has(int threads) => _threads == threads;
}
