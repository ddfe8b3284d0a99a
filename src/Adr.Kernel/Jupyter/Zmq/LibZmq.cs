using System.Runtime.InteropServices;

namespace Adr.Kernel.Jupyter.Zmq;

/// <summary>The functions of the machine's libzmq that a kernel needs.</summary>
internal static partial class LibZmq
{
    internal const int PairType = 0, RepType = 4, RouterType = 6, XPubType = 9;
    internal const int Linger = 17, MaxMessageSize = 22, SendHighWaterMark = 23, LastEndpoint = 32, RouterHandover = 56, XPubNoDrop = 69;
    internal const int DontWait = 1, SendMore = 2;
    internal const short PollIn = 1;
    internal const int Interrupted = 4, Terminated = 156384765; // EINTR, ETERM
    private const string Name = "zmq";

    internal static readonly int Again = OperatingSystem.IsMacOS() ? 35 : 11; // EAGAIN

    static LibZmq() => NativeLibrary.SetDllImportResolver(typeof(LibZmq).Assembly, Resolve);

    [LibraryImport(Name, EntryPoint = "zmq_ctx_new", SetLastError = true)]
    internal static partial nint ContextNew();

    [LibraryImport(Name, EntryPoint = "zmq_ctx_term")]
    internal static partial int ContextTerm(nint context);

    [LibraryImport(Name, EntryPoint = "zmq_ctx_shutdown")]
    internal static partial int ContextShutdown(nint context);

    [LibraryImport(Name, EntryPoint = "zmq_socket", SetLastError = true)]
    internal static partial nint Socket(nint context, int type);

    [LibraryImport(Name, EntryPoint = "zmq_close")]
    internal static partial int Close(nint socket);

    [LibraryImport(Name, EntryPoint = "zmq_bind", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Bind(nint socket, string endpoint);

    [LibraryImport(Name, EntryPoint = "zmq_connect", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Connect(nint socket, string endpoint);

    [LibraryImport(Name, EntryPoint = "zmq_setsockopt", SetLastError = true)]
    internal static partial int SetOption(nint socket, int option, in int value, nuint size);

    [LibraryImport(Name, EntryPoint = "zmq_setsockopt", SetLastError = true)]
    internal static partial int SetOption(nint socket, int option, in long value, nuint size);

    [LibraryImport(Name, EntryPoint = "zmq_getsockopt", SetLastError = true)]
    internal static partial int GetOption(nint socket, int option, Span<byte> value, ref nuint size);

    [LibraryImport(Name, EntryPoint = "zmq_send", SetLastError = true)]
    internal static partial int Send(nint socket, ReadOnlySpan<byte> bytes, nuint length, int flags);

    [LibraryImport(Name, EntryPoint = "zmq_msg_init")]
    internal static partial int MessageInit(ref Message message);

    [LibraryImport(Name, EntryPoint = "zmq_msg_recv", SetLastError = true)]
    internal static partial int MessageReceive(ref Message message, nint socket, int flags);

    [LibraryImport(Name, EntryPoint = "zmq_msg_data")]
    internal static partial nint MessageData(ref Message message);

    [LibraryImport(Name, EntryPoint = "zmq_msg_size")]
    internal static partial nuint MessageSize(ref Message message);

    [LibraryImport(Name, EntryPoint = "zmq_msg_more")]
    internal static partial int MessageMore(ref Message message);

    [LibraryImport(Name, EntryPoint = "zmq_msg_close")]
    internal static partial int MessageClose(ref Message message);

    [LibraryImport(Name, EntryPoint = "zmq_poll", SetLastError = true)]
    internal static partial int Poll([In, Out] PollItem[] items, int count, long timeoutMilliseconds);

    /// <summary>Why the last call of this thread failed. libzmq leaves it in errno, which the runtime keeps.</summary>
    internal static int Errno() => Marshal.GetLastPInvokeError();

    [LibraryImport(Name, EntryPoint = "zmq_strerror")]
    internal static partial nint ErrorText(int error);

    /// <summary>Throws where a call failed.</summary>
    /// <exception cref="ZmqException">It did; the message says why.</exception>
    internal static int Check(int result, string what) => result >= 0 ? result : throw ZmqException.Of(what);

    // The library's file carries its version; the bare name is a developer's package's.
    private static nint Resolve(string name, System.Reflection.Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Name) return 0;
        if (OperatingSystem.IsWindows()) throw new ZmqMissingException("On Windows the Jupyter kernel runs in WSL: install it there.");
        string[] files = OperatingSystem.IsMacOS() ? ["libzmq.5.dylib", "libzmq.dylib", "/opt/homebrew/lib/libzmq.5.dylib", "/usr/local/lib/libzmq.5.dylib"] : ["libzmq.so.5", "libzmq.so"];
        foreach (var file in files)
            if (NativeLibrary.TryLoad(file, assembly, path, out var handle)) return handle;
        throw new ZmqMissingException($"A Jupyter kernel needs libzmq, and this machine has none ({string.Join(", ", files)}). Install it: apt install libzmq5, dnf install zeromq, brew install zeromq.");
    }

    /// <summary>A <c>zmq_msg_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    internal struct Message;

    /// <summary>A <c>zmq_pollitem_t</c>, as it is everywhere but on Windows.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollItem
    {
        internal nint Socket;
        internal int FileDescriptor;
        internal short Events;
        internal short Returned;
    }
}

/// <summary>A call to libzmq failed.</summary>
internal sealed class ZmqException(string message, int error) : Exception(message)
{
    internal int Error => error;

    internal static ZmqException Of(string what)
    {
        var error = LibZmq.Errno();
        return new ZmqException($"{what}: {Marshal.PtrToStringUTF8(LibZmq.ErrorText(error))}", error);
    }
}

/// <summary>The machine has no libzmq.</summary>
public sealed class ZmqMissingException(string message) : Exception(message);
