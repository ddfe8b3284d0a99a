using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetMQ;

namespace Adr.Kernel.Jupyter;

/// <summary>The memory of NetMQ's frames: it bounds those that come, and tells when one that goes was sent.</summary>
/// <remarks>
/// <para>
/// NetMQ limits a frame, and not a message, which it gathers until the last frame has come. So a stranger could fill
/// the memory with a message of many frames. When the frames that have come and were not read yet take
/// <see cref="Most"/> bytes, all further ones share one buffer. Their content is lost, and the message is dropped as
/// soon as it is whole. Other messages go on, since small frames have as much room again for themselves.
/// </para>
/// <para>There is one such object for the process, as NetMQ has one pool of buffers.</para>
/// </remarks>
internal sealed class FrameBuffers : IBufferPool
{
    /// <summary>The longest frame that any socket may allow, in bytes.</summary>
    internal const int LongestFrame = 64 << 20;

    /// <summary>How many bytes may have come without having been read.</summary>
    internal const long Most = 2L * LongestFrame;

    private const int Small = 64 << 10; // A small frame finds room longer than a large one.
    private const int Tiny = 256; // Such a frame takes as much beside its bytes, and counting it would cost more.

    private static readonly FrameBuffers Instance = new();
    [ThreadStatic] private static bool isSending;

    private readonly ConcurrentDictionary<byte[], Action<byte[]>> watched = new();
    // Weak, because NetMQ does not return the buffer of a frame whose sender disconnects in the middle of it.
    private readonly ConditionalWeakTable<byte[], Counted> unread = [];
    private readonly WeakReference<byte[]?> shared = new(null);
    private readonly Lock gate = new();
    private long unreadBytes;
    private long lastCollection = -1000;

    private FrameBuffers()
    {
    }

    /// <summary>Makes NetMQ use this memory.</summary>
    internal static void Install() => BufferPool.SetCustomBufferPool(Instance);

    /// <summary>Makes a frame to send.</summary>
    /// <param name="content">Its content, which is copied.</param>
    /// <param name="sent">Called on some thread when NetMQ needs the frame no more.</param>
    /// <param name="buffer">Identifies the frame in that call.</param>
    internal static Msg Sending(byte[] content, Action<byte[]> sent, out byte[] buffer)
    {
        var frame = new Msg();
        isSending = true;
        frame.InitPool(content.Length);
        isSending = false;
        content.CopyTo(frame.Slice());
        buffer = BufferOf(frame);
        Instance.watched[buffer] = sent;
        return frame;
    }

    /// <summary>Whether the content of a frame that came was lost, because there was no room for it.</summary>
    internal static bool IsLost(in Msg frame) =>
        frame.Size >= Tiny && Instance.shared.TryGetTarget(out var buffer) && BufferOf(frame) == buffer;

    // NetMQ looks at the first byte of a command even if it is empty, and would end the process.
    byte[] IBufferPool.Take(int size)
    {
        if (isSending || size < Tiny || size > LongestFrame) return new byte[Math.Max(size, 1)];
        if (!HasRoom(size)) return Shared();
        var buffer = new byte[size];
        Interlocked.Add(ref unreadBytes, size);
        unread.Add(buffer, new Counted(size));
        return buffer;
    }

    void IBufferPool.Return(byte[] buffer)
    {
        if (watched.TryRemove(buffer, out var sent)) sent(buffer);
        else if (buffer.Length >= Tiny && unread.TryGetValue(buffer, out var counted)) counted.Forget();
    }

    void IDisposable.Dispose()
    {
        // It holds nothing.
    }

    private static byte[] BufferOf(in Msg frame)
    {
        MemoryMarshal.TryGetArray<byte>(frame.SliceAsMemory(), out var buffer);
        return buffer.Array!;
    }

    private bool HasRoom(int size)
    {
        var most = size <= Small ? 2 * Most : Most;
        if (Interlocked.Read(ref unreadBytes) + size <= most) return true;
        lock (gate)
        {
            // What disconnected senders left behind may be all that takes the room.
            if (Environment.TickCount64 - lastCollection >= 1000)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                lastCollection = Environment.TickCount64;
            }
        }
        return Interlocked.Read(ref unreadBytes) + size <= most;
    }

    private byte[] Shared()
    {
        lock (gate)
        {
            if (!shared.TryGetTarget(out var buffer)) shared.SetTarget(buffer = new byte[LongestFrame]);
            return buffer;
        }
    }

    /// <summary>The size of a buffer, counted until the buffer is returned or nobody has it any more.</summary>
    private sealed class Counted(int size)
    {
        private int isForgotten;

        ~Counted() => Forget();

        internal void Forget()
        {
            if (Interlocked.Exchange(ref isForgotten, 1) == 0) Interlocked.Add(ref Instance.unreadBytes, -size);
            GC.SuppressFinalize(this);
        }
    }
}
