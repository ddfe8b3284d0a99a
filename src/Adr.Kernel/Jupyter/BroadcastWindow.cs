using NetMQ;

namespace Adr.Kernel.Jupyter;

/// <summary>Limits how many broadcasts are on their way, so that output waits for listeners that read slowly.</summary>
/// <remarks>
/// <para>
/// NetMQ's publisher silently drops a message if it has no room for a listener. But it returns the buffer of a message
/// when the last listener has taken it, and from this the window knows how many are on their way. It admits so few that
/// there is always room for a listener that reads.
/// </para>
/// <para>
/// If no buffer returns for a while, some listener reads nothing. The broadcasts on their way are then written off, and
/// the others continue, until NetMQ has no room left for that listener and drops its messages.
/// </para>
/// </remarks>
/// <param name="patience">How long a listener may read nothing while a broadcast waits for it.</param>
/// <param name="log">Receives a line when a listener is given up.</param>
internal sealed class BroadcastWindow(TimeSpan patience, Action<string> log)
{
    /// <summary>The number of broadcasts that NetMQ keeps for one listener.</summary>
    internal const int Room = 1000;

    /// <summary>The number of broadcasts that a listener has to take before NetMQ notices it.</summary>
    internal const int Step = 100;

    private const int Size = 200; // with a step, and what arrives before NetMQ looks, far below the room
    private static readonly TimeSpan DeafPatience = TimeSpan.FromMilliseconds(100); // while its room fills up

    private readonly SemaphoreSlim free = new(Size);
    private readonly HashSet<byte[]> underWay = []; // the buffers; also the lock
    private long taken;
    private bool isDeaf; // whether a listener was given up, and everything sent since is still held for it

    /// <summary>Waits until another broadcast may be sent.</summary>
    /// <param name="end">Ends the wait.</param>
    internal async ValueTask EnterAsync(CancellationToken end)
    {
        while (true)
        {
            long before;
            TimeSpan wait;
            lock (underWay) (before, wait) = (taken, isDeaf ? DeafPatience : patience);
            if (await free.WaitAsync(wait, end).ConfigureAwait(false)) return;
            WriteOff(before);
        }
    }

    /// <summary>
    /// Makes the last frame of an admitted broadcast, which is on its way until every listener has it.
    /// </summary>
    internal Msg Watch(byte[] content)
    {
        var frame = FrameBuffers.Sending(content, Leave, out var buffer);
        lock (underWay) underWay.Add(buffer);
        return frame;
    }

    /// <summary>Waits until no broadcast is on its way, or until the limit.</summary>
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
            if (!underWay.Remove(buffer)) return; // It was written off.
            taken++;
            isDeaf = false;
        }
        free.Release();
    }

    private void WriteOff(long before)
    {
        int count;
        lock (underWay)
        {
            if (taken != before) return; // Somebody reads, if slowly.
            if (!isDeaf)
            {
                log("a client that listens to the broadcasts has read none for " +
                    $"{patience.TotalSeconds:0} s; it loses those for which it has no room");
            }
            isDeaf = true;
            count = underWay.Count;
            underWay.Clear();
        }
        if (count > 0) free.Release(count);
    }
}
