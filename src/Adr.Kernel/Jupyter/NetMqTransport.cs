using System.Globalization;
using System.Threading.Channels;
using NetMQ;
using NetMQ.Sockets;

namespace Adr.Kernel.Jupyter;

/// <summary>Jupyter's five channels as ZeroMQ sockets, which listen on this machine only.</summary>
/// <remarks>
/// One thread owns all sockets except that of the heartbeat, which has a thread of its own and so beats whatever else
/// happens. Messages from other threads wait in one queue and are sent in order. A client that has received the reply
/// to a cell has therefore received the cell's outputs.
/// </remarks>
internal sealed class NetMqTransport : ITransport, IDisposable
{
    private const int Turn = 100; // messages of one socket before it is the turn of the others
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OnTheWire = TimeSpan.FromMilliseconds(100);

    private readonly RouterSocket shell = new(), control = new(), stdin = new(), heartbeat = new();
    private readonly XPublisherSocket iopub = new();
    private readonly NetMQQueue<(NetMQSocket? To, List<byte[]> Frames)> outbox = new(); // no receiver: the end
    private readonly NetMQPoller poller, beats;
    private readonly Thread sockets, heart;
    private readonly MessageCodec codec;
    private readonly BroadcastWindow window;
    private readonly Channel<JupyterMessage> shellRequests = Channel.CreateUnbounded<JupyterMessage>();
    private readonly Channel<JupyterMessage> controlRequests = Channel.CreateUnbounded<JupyterMessage>();
    private readonly Channel<JupyterMessage> answers = Channel.CreateUnbounded<JupyterMessage>();
    private readonly TaskCompletionSource subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new(); // Nothing enters the outbox after the end.
    private readonly Action<string> log;
    private int dropped;

    /// <summary>Opens the sockets.</summary>
    /// <param name="at">Where to listen. Port 0 stands for any free port; see <see cref="At"/>.</param>
    /// <param name="largest">The longest frame in bytes. A client that sends a longer one is disconnected.</param>
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
        iopub.Options.SendHighWatermark = BroadcastWindow.Room;
        iopub.Options.SendLowWatermark = BroadcastWindow.Step;
        try
        {
            At = at with
            {
                Shell = Bind(shell, at.Shell),
                Control = Bind(control, at.Control),
                Stdin = Bind(stdin, at.Stdin),
                Heartbeat = Bind(heartbeat, at.Heartbeat),
                IoPub = Bind(iopub, at.IoPub),
            };
        }
        catch (IOException)
        {
            Close();
            throw;
        }
        Receive(shell, frames => Take(frames, shellRequests.Writer));
        Receive(control, frames => Take(frames, controlRequests.Writer));
        Receive(stdin, frames => Take(frames, answers.Writer));
        Receive(iopub, Subscription);
        Receive(heartbeat, frames => Send(heartbeat, frames)); // back to the sender
        outbox.ReceiveReady += (_, _) => SendWaiting();
        poller = [control, stdin, shell, iopub, outbox];
        beats = [heartbeat];
        sockets = Start(poller, "jupyter sockets");
        heart = Start(beats, "jupyter heartbeat");

        int Bind(NetMQSocket socket, int port)
        {
            var host = at.Ip == "localhost" ? "127.0.0.1" : at.Ip.Contains(':') ? $"[{at.Ip}]" : at.Ip;
            socket.Options.MaxMsgSize = largest;
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

    private static void Receive(NetMQSocket from, Action<List<byte[]>> take) => from.ReceiveReady += (_, _) =>
    {
        var frames = new List<byte[]>();
        for (var turn = 0; turn < Turn && from.TryReceiveMultipartBytes(ref frames); turn++) take(frames);
    };

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
            catch (Exception error) // Any error ends the kernel in an orderly way and does not crash the process.
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
            to.TryWrite(codec.Decode(frames));
        }
        catch (BadMessageException bad)
        {
            log($"dropped a message: {bad.Message} ({++dropped} dropped so far)");
        }
    }

    // The first byte is 1 if a client begins to listen.
    private void Subscription(List<byte[]> frames)
    {
        if (frames is [[1, ..], ..]) subscribed.TrySetResult();
    }
}
