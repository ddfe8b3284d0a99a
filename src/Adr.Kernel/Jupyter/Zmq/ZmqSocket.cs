using System.Runtime.InteropServices;
using System.Text;

namespace Adr.Kernel.Jupyter.Zmq;

/// <summary>A socket of libzmq. It belongs to one thread at a time.</summary>
internal sealed class ZmqSocket : IDisposable
{
    private ZmqSocket(nint handle) => Handle = handle;

    internal nint Handle { get; private set; }

    /// <summary>A socket that listens.</summary>
    /// <param name="context">Of <see cref="LibZmq.ContextNew"/>.</param>
    /// <param name="type">Such as <see cref="LibZmq.RouterType"/>.</param>
    /// <param name="endpoint">Such as <c>tcp://127.0.0.1:5555</c>; port 0 takes a free one.</param>
    /// <param name="prepare">Sets options before it listens.</param>
    internal static ZmqSocket Bind(nint context, int type, string endpoint, Action<ZmqSocket>? prepare = null)
    {
        var socket = Create(context, type);
        prepare?.Invoke(socket);
        try
        {
            LibZmq.Check(LibZmq.Bind(socket.Handle, endpoint), $"The kernel cannot listen on {endpoint}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        return socket;
    }

    /// <summary>A socket that connects to one that listens.</summary>
    internal static ZmqSocket Connect(nint context, int type, string endpoint)
    {
        var socket = Create(context, type);
        LibZmq.Check(LibZmq.Connect(socket.Handle, endpoint), $"Cannot connect to {endpoint}");
        return socket;
    }

    /// <summary>Where it listens, with the port that it took.</summary>
    internal string Endpoint
    {
        get
        {
            Span<byte> text = stackalloc byte[256];
            var size = (nuint)text.Length;
            LibZmq.Check(LibZmq.GetOption(Handle, LibZmq.LastEndpoint, text, ref size), "Cannot ask a socket for its endpoint");
            return Encoding.UTF8.GetString(text[..((int)size - 1)]); // a zero ends it
        }
    }

    internal void Set(int option, int value) => LibZmq.Check(LibZmq.SetOption(Handle, option, value, sizeof(int)), $"Cannot set option {option} of a socket");

    internal void Set(int option, long value) => LibZmq.Check(LibZmq.SetOption(Handle, option, value, sizeof(long)), $"Cannot set option {option} of a socket");

    /// <summary>All frames of the next message; null where there is none yet.</summary>
    internal List<byte[]>? TryReceive()
    {
        var frames = new List<byte[]>();
        var message = default(LibZmq.Message);
        var more = true;
        while (more)
        {
            LibZmq.MessageInit(ref message);
            try
            {
                if (LibZmq.MessageReceive(ref message, Handle, LibZmq.DontWait) < 0)
                {
                    var error = LibZmq.Errno();
                    if (error == LibZmq.Interrupted) continue;
                    if (error == LibZmq.Again && frames.Count == 0) return null;
                    throw ZmqException.Of("Cannot receive");
                }
                var bytes = new byte[(int)LibZmq.MessageSize(ref message)];
                if (bytes.Length > 0) Marshal.Copy(LibZmq.MessageData(ref message), bytes, 0, bytes.Length);
                frames.Add(bytes);
                more = LibZmq.MessageMore(ref message) != 0;
            }
            finally
            {
                LibZmq.MessageClose(ref message);
            }
        }
        return frames;
    }

    /// <summary>Sends all frames; false where listeners are too far behind, and nothing was sent.</summary>
    internal bool TrySend(IReadOnlyList<byte[]> frames)
    {
        for (var i = 0; i < frames.Count; i++)
        {
            var flags = LibZmq.DontWait | (i + 1 < frames.Count ? LibZmq.SendMore : 0);
            while (LibZmq.Send(Handle, frames[i], (nuint)frames[i].Length, flags) < 0)
            {
                var error = LibZmq.Errno();
                if (error == LibZmq.Interrupted) continue;
                if (error == LibZmq.Again && i == 0) return false;
                throw ZmqException.Of("Cannot send");
            }
        }
        return true;
    }

    public void Dispose()
    {
        if (Handle != 0) LibZmq.Close(Handle);
        Handle = 0;
    }

    private static ZmqSocket Create(nint context, int type)
    {
        var handle = LibZmq.Socket(context, type);
        if (handle == 0) throw ZmqException.Of("Cannot make a socket");
        var socket = new ZmqSocket(handle);
        socket.Set(LibZmq.Linger, 1000);
        return socket;
    }
}
