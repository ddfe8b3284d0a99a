using System.Globalization;
using System.Threading.Channels;
using NetMQ;
using NetMQ.Sockets;

namespace Adr.Kernel.Jupyter;

/// <summary>Jupyter's five channels as ZeroMQ sockets, which listen on this machine only.</summary>
/// <remarks>
/// One thread owns all sockets except that of the heartbeat, which has a thread of its own and so beats whatever else
/// happens. Messages from other threads wait in one queue and are sent in order. A client that has received the reply
/// to a cell has therefore received the cell's outputs. A message that cannot be used is dropped with a line in the
/// log, whatever is wrong with it, and the sockets go on.
/// </remarks>
internal sealed class NetMqTransport : ITransport, IDisposable
{
    private const int Turn = 100; // messages of one socket before it is the turn of the others
    private const int MostFrames = 10_000; // of a message. Those of our clients have ten, and as many as they attach.
    private const int LongestNote = 4096; // bytes of a subscription or a heartbeat, which anybody may send
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OnTheWire = TimeSpan.FromMilliseconds(100);

    private readonly RouterSocket shell = new(), control = new(), stdin = new(), heartbeat = new();
    private readonly XPublisherSocket iopub = new();
    private readonly NetMQQueue<(NetMQSocket? To, List<byte[]> Frames)> outbox = new(); // no receiver: the end
    private readonly NetMQPoller poller, beats;
    private readonly Thread sockets, heart;
    private readonly MessageCodec codec;
    private readonly TakenMessages taken = new();
    private readonly BroadcastWindow window;
    private readonly Channel<JupyterMessage> shellRequests = Channel.CreateUnbounded<JupyterMessage>();
    private readonly Channel<JupyterMessage> controlRequests = Channel.CreateUnbounded<JupyterMessage>();
    private readonly Channel<JupyterMessage> answers = Channel.CreateUnbounded<JupyterMessage>();
    private readonly TaskCompletionSource subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new(); // Nothing enters the outbox after the end.
    private readonly Action<string> log;
    private int dropped;

    static NetMqTransport() => FrameBuffers.Install();

    /// <summary>Opens the sockets.</summary>
    /// <param name="at">Where to listen. Port 0 stands for any free port; see <see cref="At"/>.</param>
    /// <param name="largest">
    /// The longest message in bytes, at most <see cref="FrameBuffers.LongestFrame"/>. A longer one is dropped, and a
    /// client that sends a longer frame is disconnected.
    /// </param>
    /// <param name="patience">How long a listener may read nothing while a broadcast waits for it.</param>
    /// <param name="log">Receives a line about each dropped message and each listener that is given up.</param>
    /// <exception cref="IOException">Another program uses one of the ports.</exception>
    internal NetMqTransport(ConnectionFile at, long largest, TimeSpan patience, Action<string> log)
    {
        this.log = log;
        codec = new MessageCodec(at.Key);
        window = new BroadcastWindow(patience, log);
        foreach (var router in new[] { shell, control, stdin })
        {
            router.Options.RouterHandover = true; // A client that reconnects under its name is the same.
            router.Options.SendHighWatermark = 0; // Replies are never dropped.
        }
        // Everybody hears everything, and clients choose from it. NetMQ would follow a topic a stack frame for a byte.
        iopub.Options.ManualPublisher = true;
        iopub.Options.SendHighWatermark = BroadcastWindow.Room;
        iopub.Options.SendLowWatermark = BroadcastWindow.Step;
        try
        {
            At = at with
            {
                Shell = Bind(shell, at.Shell, largest),
                Control = Bind(control, at.Control, largest),
                Stdin = Bind(stdin, at.Stdin, largest),
                Heartbeat = Bind(heartbeat, at.Heartbeat, LongestNote),
                IoPub = Bind(iopub, at.IoPub, LongestNote),
            };
        }
        catch (IOException)
        {
            Close();
            throw;
        }
        Receive(shell, largest, frames => Take(frames, shellRequests.Writer));
        Receive(control, largest, frames => Take(frames, controlRequests.Writer));
        Receive(stdin, largest, frames => Take(frames, answers.Writer));
        Receive(iopub, LongestNote, Subscription);
        Receive(heartbeat, LongestNote, frames => Send(heartbeat, frames)); // back to the sender
        outbox.ReceiveReady += (_, _) => SendWaiting();
        poller = [control, stdin, shell, iopub, outbox];
        beats = [heartbeat];
        sockets = Start(poller, "jupyter sockets");
        heart = Start(beats, "jupyter heartbeat");

        int Bind(NetMQSocket socket, int port, long longest)
        {
            var host = at.Ip == "localhost" ? "127.0.0.1" : at.Ip.Contains(':') ? $"[{at.Ip}]" : at.Ip;
            socket.Options.MaxMsgSize = longest;
            socket.Options.Linger = CloseLimit;
            try
            {
                socket.Bind($"tcp://{host}:{port}");
            }
            catch (NetMQException error)
            {
                var why = (error.InnerException ?? error).Message;
                throw new IOException($"The kernel cannot listen on port {port} of {at.Ip}: {why}", error);
            }
            var endpoint = socket.Options.LastEndpoint!;
            return int.Parse(endpoint.AsSpan(endpoint.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Where the sockets listen.</summary>
    internal ConnectionFile At { get; }

    public ChannelReader<JupyterMessage> Shell => shellRequests.Reader;

    public ChannelReader<JupyterMessage> Control => controlRequests.Reader;

    public ChannelReader<JupyterMessage> Stdin => answers.Reader;

    public Task Subscribed => subscribed.Task;

    /// <inheritdoc/>
    /// <exception cref="OperationCanceledException">The transport has been closed.</exception>
    public async ValueTask SendAsync(ChannelName channel, JupyterMessage message)
    {
        var frames = codec.Encode(message);
        if (channel == ChannelName.IoPub) await window.EnterAsync(ending.Token).ConfigureAwait(false);
        lock (gate)
        {
            ending.Token.ThrowIfCancellationRequested();
            NetMQSocket to = channel switch
            {
                ChannelName.IoPub => iopub,
                ChannelName.Control => control,
                ChannelName.Stdin => stdin,
                _ => shell,
            };
            outbox.Enqueue((to, frames));
        }
    }

    /// <summary>Sends the waiting messages and closes the sockets.</summary>
    /// <remarks>
    /// Messages that clients have not received by then are kept for a while, for which
    /// <see cref="NetMQConfig.Cleanup"/> waits.
    /// </remarks>
    public void Dispose()
    {
        ending.Cancel();
        lock (gate) outbox.Enqueue((null, []));
        sockets.Join();
        beats.Stop();
        heart.Join();
        window.Wait(CloseLimit);
        Thread.Sleep(OnTheWire); // .NET resets a connection when it closes it, and what has not arrived is lost.
        poller.Dispose();
        beats.Dispose();
        Close();
    }

    private void Receive(NetMQSocket from, long longest, Action<List<byte[]>> take) => from.ReceiveReady += (_, _) =>
    {
        for (var turn = 0; turn < Turn; turn++)
        {
            try
            {
                if (!TryReceive(from, longest, out var frames)) return;
                take(frames);
            }
            catch (BadMessageException bad)
            {
                Drop(bad.Message);
            }
            catch (Exception error) when (error is not TerminatingException) // No message may end the kernel.
            {
                Drop($"it could not be read: {error}");
            }
        }
    };

    /// <summary>The frames of the next message; false if there is none.</summary>
    /// <exception cref="BadMessageException">The message is too long. It was taken out of the socket.</exception>
    private static bool TryReceive(NetMQSocket from, long longest, out List<byte[]> frames)
    {
        frames = [];
        var (bytes, count, isLost) = (0L, 0, false);
        var frame = new Msg();
        frame.InitEmpty();
        try
        {
            if (!from.TryReceive(ref frame, TimeSpan.Zero)) return false;
            while (true)
            {
                (bytes, count, isLost) = (bytes + frame.Size, count + 1, isLost || FrameBuffers.IsLost(frame));
                if (isLost || bytes > longest || count > MostFrames) frames.Clear();
                else frames.Add(frame.CloneData());
                if (!frame.HasMore) break;
                from.Receive(ref frame); // All of the message is there.
            }
        }
        finally
        {
            frame.Close();
        }
        if (bytes > longest || count > MostFrames)
        {
            throw new BadMessageException(string.Create(CultureInfo.InvariantCulture,
                $"it has {bytes:N0} bytes in {count:N0} frames; expected at most {longest:N0} bytes and " +
                $"{MostFrames:N0} frames"));
        }
        if (isLost) throw new BadMessageException("there was no room for it beside other long messages");
        return true;
    }

    private void SendWaiting()
    {
        for (var turn = 0; turn < Turn && outbox.TryDequeue(out var next, TimeSpan.Zero); turn++)
        {
            if (next.To is null) poller.Stop();
            else Send(next.To, next.Frames);
        }
    }

    private void Send(NetMQSocket to, List<byte[]> frames)
    {
        for (var i = 0; i < frames.Count; i++)
        {
            var isLast = i == frames.Count - 1;
            var frame = new Msg();
            if (isLast && to == iopub) frame = window.Watch(frames[i]);
            else frame.InitGC(frames[i], frames[i].Length);
            to.Send(ref frame, more: !isLast);
            frame.Close();
        }
    }

    private Thread Start(NetMQPoller poller, string name)
    {
        var thread = new Thread(() =>
        {
            try
            {
                poller.Run();
            }
            catch (Exception error) // An error of NetMQ ends the kernel in an orderly way and does not crash it.
            {
                log($"the {name} ended: {error}");
            }
            finally
            {
                shellRequests.Writer.TryComplete();
                controlRequests.Writer.TryComplete();
                answers.Writer.TryComplete();
            }
        }) { Name = name, IsBackground = true };
        thread.Start();
        // A poller that is told to stop before it runs would forget it.
        SpinWait.SpinUntil(() => poller.IsRunning || !thread.IsAlive);
        return thread;
    }

    private void Close()
    {
        foreach (var socket in new NetMQSocket[] { shell, control, stdin, heartbeat, iopub }) socket.Dispose();
        outbox.Dispose();
    }

    private void Take(List<byte[]> frames, ChannelWriter<JupyterMessage> to)
    {
        try
        {
            Take(codec.Decode(frames), to);
        }
        catch (BadMessageException bad) when (bad.Request is { } request)
        {
            Take(request, to); // The sender hears what is wrong.
        }
    }

    private void Take(JupyterMessage message, ChannelWriter<JupyterMessage> to)
    {
        if (!taken.Add(message))
            throw new BadMessageException("it came before, and a repeated message does not run again");
        to.TryWrite(message);
    }

    private void Drop(string why) =>
        log($"dropped a message: {why} ({Interlocked.Increment(ref dropped)} dropped so far)");

    // The first byte is 1 if a client begins to listen.
    private void Subscription(List<byte[]> frames)
    {
        if (frames is not [[1, ..], ..]) return;
        iopub.Subscribe(""); // the client that this message came from
        subscribed.TrySetResult();
    }
}
