using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Adr.Kernel.Jupyter.Zmq;

/// <summary>Jupyter's five channels as sockets on this machine's loopback.</summary>
/// <remarks>
/// One thread owns all sockets but the heartbeat's, which has its own, so that it beats whatever else happens. What
/// others send waits in queues; that of the broadcast channel is bounded, so that a cell which writes faster than its
/// listeners read is slowed and neither loses output nor fills the memory. A listener that reads nothing at all does not hold
/// the others up for ever: after a while it loses what it has no room for.
/// </remarks>
internal sealed class ZmqTransport : ITransport, IDisposable
{
    private const int BroadcastsAhead = 1000; // messages that wait here, and as many for each listener in libzmq
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DeafPatience = TimeSpan.FromMilliseconds(10); // for the others to make room, once one is known to read nothing

    private readonly nint context;
    private readonly ZmqSocket shell, control, stdin, iopub, heartbeat, wakeIn, wakeOut;
    private readonly MessageCodec codec;
    private readonly Channel<JupyterMessage> shellRequests = Channel.CreateUnbounded<JupyterMessage>(), controlRequests = Channel.CreateUnbounded<JupyterMessage>(), answers = Channel.CreateUnbounded<JupyterMessage>();
    private readonly ConcurrentQueue<(ZmqSocket Socket, List<byte[]> Frames, long After)> replies = new(); // each after so many broadcasts
    private readonly ConcurrentQueue<List<byte[]>> urgent = new(); // for the control channel
    private readonly Channel<List<byte[]>> broadcasts = Channel.CreateBounded<List<byte[]>>(BroadcastsAhead);
    private readonly TaskCompletionSource subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock wakeGate = new();
    private readonly Action<string> log;
    private readonly TimeSpan patience;
    private readonly System.Diagnostics.Stopwatch waiting = new(); // of the broadcast that has no room
    private readonly Thread sockets, beats;
    private long told;
    private bool deaf; // whether some listener was given up
    private int awake;
    private volatile bool ending;

    /// <summary>Listens.</summary>
    /// <param name="at">Where. Ports 0 take free ones, see <see cref="At"/>.</param>
    /// <param name="largest">The longest frame that is read, in bytes: who sends a longer one is disconnected.</param>
    /// <param name="patience">How long a listener may read nothing while a broadcast waits for it.</param>
    /// <param name="log">Told of messages that are dropped.</param>
    /// <exception cref="ZmqException">A port is taken.</exception>
    /// <exception cref="ZmqMissingException">The machine has no libzmq.</exception>
    internal ZmqTransport(ConnectionFile at, long largest, TimeSpan patience, Action<string> log)
    {
        (this.patience, this.log) = (patience, log);
        codec = new MessageCodec(at.Key);
        context = LibZmq.ContextNew();
        try
        {
            string To(int port) => $"tcp://{at.Ip}:{(port == 0 ? "*" : port)}";
            void Limit(ZmqSocket socket) => socket.Set(LibZmq.MaxMessageSize, largest);
            void Router(ZmqSocket socket)
            {
                Limit(socket);
                socket.Set(LibZmq.SendHighWaterMark, 0); // a reply is never dropped
                socket.Set(LibZmq.RouterHandover, 1); // a client that comes again under its name is the same client
            }
            shell = ZmqSocket.Bind(context, LibZmq.RouterType, To(at.Shell), Router);
            control = ZmqSocket.Bind(context, LibZmq.RouterType, To(at.Control), Router);
            stdin = ZmqSocket.Bind(context, LibZmq.RouterType, To(at.Stdin), Router);
            heartbeat = ZmqSocket.Bind(context, LibZmq.RepType, To(at.Heartbeat), Limit);
            iopub = ZmqSocket.Bind(context, LibZmq.XPubType, To(at.IoPub), socket =>
            {
                Limit(socket);
                socket.Set(LibZmq.XPubNoDrop, 1);
            });
            wakeIn = ZmqSocket.Bind(context, LibZmq.PairType, "inproc://wake");
            wakeOut = ZmqSocket.Connect(context, LibZmq.PairType, "inproc://wake");
        }
        catch
        {
            // Closed by the process's end: a kernel that cannot listen has nothing else to do.
            LibZmq.ContextShutdown(context);
            throw;
        }
        At = at with { Shell = PortOf(shell), Control = PortOf(control), Stdin = PortOf(stdin), Heartbeat = PortOf(heartbeat), IoPub = PortOf(iopub) };
        sockets = new Thread(Serve) { Name = "jupyter sockets", IsBackground = true };
        beats = new Thread(Beat) { Name = "jupyter heartbeat", IsBackground = true };
        sockets.Start();
        beats.Start();
    }

    /// <summary>Where it listens.</summary>
    internal ConnectionFile At { get; }

    /// <summary>How many messages were dropped because they were none of this connection's.</summary>
    internal int Dropped { get; private set; }

    public ChannelReader<JupyterMessage> Shell => shellRequests.Reader;

    public ChannelReader<JupyterMessage> Control => controlRequests.Reader;

    public ChannelReader<JupyterMessage> Stdin => answers.Reader;

    public Task Subscribed => subscribed.Task;

    public async ValueTask SendAsync(ChannelName channel, JupyterMessage message)
    {
        var frames = codec.Encode(message);
        switch (channel)
        {
            case ChannelName.IoPub:
                await broadcasts.Writer.WriteAsync(frames).ConfigureAwait(false);
                Interlocked.Increment(ref told);
                break;
            case ChannelName.Control:
                urgent.Enqueue(frames);
                break;
            default: // who has read the reply to a cell has what the cell showed before it
                replies.Enqueue((channel == ChannelName.Shell ? shell : stdin, frames, Interlocked.Read(ref told)));
                break;
        }
        Wake();
    }

    /// <summary>Sends what waits, and closes.</summary>
    public void Dispose()
    {
        ending = true;
        broadcasts.Writer.TryComplete();
        Wake();
        sockets.Join(LastWords);
        LibZmq.ContextShutdown(context); // wakes whoever waits in a socket
        sockets.Join();
        beats.Join();
        foreach (var socket in new[] { shell, control, stdin, iopub, heartbeat, wakeIn, wakeOut }) socket.Dispose();
        LibZmq.ContextTerm(context);
    }

    private static int PortOf(ZmqSocket socket) => int.Parse(socket.Endpoint.AsSpan(socket.Endpoint.LastIndexOf(':') + 1), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Has the sockets' thread look at the queues.</summary>
    private void Wake()
    {
        if (Interlocked.Exchange(ref awake, 1) == 1) return; // it will look anyway
        lock (wakeGate) wakeOut.TrySend([[]]);
    }

    private void Serve()
    {
        (ZmqSocket Socket, Action<List<byte[]>> Take)[] readers =
        [
            (control, frames => Take(frames, controlRequests.Writer)),
            (stdin, frames => Take(frames, answers.Writer)),
            (shell, frames => Take(frames, shellRequests.Writer)),
            (iopub, Subscription),
        ];
        var items = readers.Select(reader => reader.Socket).Prepend(wakeIn).Select(socket => new LibZmq.PollItem { Socket = socket.Handle, Events = LibZmq.PollIn }).ToArray();
        List<byte[]>? late = null; // a broadcast that listeners have no room for yet
        var sent = 0L;
        try
        {
            while (true)
            {
                var wait = late is not null ? 2 : ending ? 50 : -1; // libzmq does not tell when a listener has room again
                if (LibZmq.Poll(items, items.Length, wait) < 0 && LibZmq.Errno() != LibZmq.Interrupted) throw ZmqException.Of("Cannot wait for messages");
                while (wakeIn.TryReceive() is not null) { }
                Interlocked.Exchange(ref awake, 0); // after that, and before the queues are read: what comes later wakes anew
                foreach (var (socket, take) in readers)
                    while (socket.TryReceive() is { } frames) take(frames);
                while (urgent.TryDequeue(out var reply)) control.TrySend(reply);
                while (late is not null || broadcasts.Reader.TryRead(out late))
                {
                    if (!TryBroadcast(late)) break;
                    late = null;
                    sent++;
                }
                while (replies.TryPeek(out var reply) && reply.After <= sent && replies.TryDequeue(out reply)) reply.Socket.TrySend(reply.Frames);
                if (ending && late is null && urgent.IsEmpty && replies.IsEmpty && broadcasts.Reader.Count == 0) return;
            }
        }
        catch (ZmqException error) when (error.Error == LibZmq.Terminated)
        {
            // closed
        }
        finally
        {
            shellRequests.Writer.TryComplete();
            controlRequests.Writer.TryComplete();
            answers.Writer.TryComplete();
        }
    }

    // False where it shall be tried again.
    private bool TryBroadcast(List<byte[]> frames)
    {
        if (iopub.TrySend(frames))
        {
            waiting.Reset();
            deaf = false;
            return true;
        }
        waiting.Start();
        if (waiting.Elapsed < (deaf ? DeafPatience : patience)) return false;
        if (!deaf) log(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a client that listens to the broadcasts has read none for {patience.TotalSeconds:0} s; it loses what it has no room for"));
        deaf = true;
        iopub.Set(LibZmq.XPubNoDrop, 0);
        iopub.TrySend(frames);
        iopub.Set(LibZmq.XPubNoDrop, 1);
        waiting.Reset();
        return true;
    }

    private void Beat()
    {
        var items = new[] { new LibZmq.PollItem { Socket = heartbeat.Handle, Events = LibZmq.PollIn } };
        while (LibZmq.Poll(items, 1, -1) >= 0 || LibZmq.Errno() == LibZmq.Interrupted)
        {
            try
            {
                if (heartbeat.TryReceive() is { } frames) heartbeat.TrySend(frames);
            }
            catch (ZmqException error) when (error.Error == LibZmq.Terminated)
            {
                return;
            }
        }
    }

    private void Take(List<byte[]> frames, ChannelWriter<JupyterMessage> to)
    {
        try
        {
            to.TryWrite(codec.Decode(frames));
        }
        catch (BadMessageException bad)
        {
            Dropped++;
            log($"dropped a message: {bad.Message} ({Dropped} dropped so far)");
        }
    }

    // A listener's first byte is 1 where it begins to listen.
    private void Subscription(List<byte[]> frames)
    {
        if (frames is [[1, ..], ..]) subscribed.TrySetResult();
    }
}
