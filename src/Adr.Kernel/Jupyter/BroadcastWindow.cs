using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using NetMQ;

namespace Adr.Kernel.Jupyter;

/// <summary>How many broadcasts may be under way: it slows who broadcasts faster than the listeners read.</summary>
/// <remarks>
/// NetMQ's publisher drops without a word what a listener has no room for. But it gives a message's buffer back when
/// the last listener has taken the message, and so this knows what is under way. It lets in so little that a listener
/// who reads always has room. Where nothing comes back for a while, some listener reads nothing: what is under way is
/// written off and the others go on, until NetMQ has no room left for the one that is deaf and drops what comes for it.
/// </remarks>
/// <param name="patience">How long a listener may read nothing while a broadcast waits for it.</param>
/// <param name="log">Told when one is given up.</param>
internal sealed class BroadcastWindow(TimeSpan patience, Action<string> log)
{
    /// <summary>How many broadcasts NetMQ keeps for one listener.</summary>
    internal const int Room = 1000;

    /// <summary>After how many that a listener took NetMQ notices.</summary>
    internal const int Step = 100;

    private const int Size = 200; // with a step, and what comes before NetMQ looks, far less than the room
    private static readonly TimeSpan DeafPatience = TimeSpan.FromMilliseconds(100); // while a deaf one's room fills
    private static readonly ConcurrentDictionary<byte[], BroadcastWindow> Watched = new();

    private readonly SemaphoreSlim free = new(Size);
    private readonly HashSet<byte[]> underWay = []; // the buffers themselves; also the lock
    private long taken;
    private bool deaf; // whether some listener was given up, and what was sent since is still held for it

    static BroadcastWindow() => BufferPool.SetCustomBufferPool(new Buffers()); // the whole process has one

    /// <summary>Waits until one more broadcast may be sent.</summary>
    /// <param name="end">Ends the wait.</param>
    internal async ValueTask EnterAsync(CancellationToken end)
    {
        while (true)
        {
            long before;
            TimeSpan wait;
            lock (underWay) (before, wait) = (taken, deaf ? DeafPatience : patience);
            if (await free.WaitAsync(wait, end).ConfigureAwait(false)) return;
            WriteOff(before);
        }
    }

    /// <summary>The last frame of a broadcast that was let in: it is under way until every listener has it.</summary>
    internal Msg Watch(byte[] content)
    {
        var frame = new Msg();
        frame.InitPool(content.Length);
        content.CopyTo(frame.Slice());
        MemoryMarshal.TryGetArray<byte>(frame.SliceAsMemory(), out var buffer);
        lock (underWay) underWay.Add(buffer.Array!);
        Watched[buffer.Array!] = this;
        return frame;
    }

    /// <summary>Waits until nothing is under way, or until the limit.</summary>
    internal void Wait(TimeSpan limit) => SpinWait.SpinUntil(
        () =>
        {
            lock (underWay) return underWay.Count == 0;
        },
        limit);

    private void Leave(byte[] buffer)
    {
        lock (underWay)
        {
            if (!underWay.Remove(buffer)) return; // written off
            taken++;
            deaf = false;
        }
        free.Release();
    }

    private void WriteOff(long before)
    {
        int count;
        lock (underWay)
        {
            if (taken != before) return; // somebody reads, slowly
            if (!deaf)
            {
                log("a client that listens to the broadcasts has read none for " +
                    $"{patience.TotalSeconds:0} s; it loses what it has no room for");
            }
            deaf = true;
            count = underWay.Count;
            underWay.Clear();
        }
        if (count > 0) free.Release(count);
    }

    private sealed class Buffers : IBufferPool
    {
        // At least one byte: NetMQ looks at the first of a command that has none, and would end the process.
        public byte[] Take(int size) => new byte[Math.Max(size, 1)];

        public void Return(byte[] buffer)
        {
            if (Watched.TryRemove(buffer, out var window)) window.Leave(buffer);
        }

        public void Dispose()
        {
            // holds nothing
        }
    }
}
