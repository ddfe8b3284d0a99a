using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Adr.Kernel.Jupyter;
using NetMQ;
using NetMQ.Sockets;

namespace Adr.Kernel.Tests.Jupyter;

/// <summary>Tests with no other beside them: one counts sockets, others fill buffers.</summary>
[CollectionDefinition(nameof(NetMqTransportTests), DisableParallelization = true)]
public sealed class Alone;

/// <summary>The kernel's sockets, as clients in this process see them.</summary>
[Collection(nameof(NetMqTransportTests))]
public sealed class NetMqTransportTests : IDisposable
{
    private const long Largest = 1 << 20;

    // What a client says first in ZeroMQ's protocol.
    private const string Greeting = "\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" + Zeros;
    private const string Ready = "\x04\x19\x05READY\x0bSocket-Type\0\0\0\x03REQ";
    private const string Zeros = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60); // of a test, for what must come
    private static readonly TimeSpan Endless = TimeSpan.FromHours(1);
    private static readonly MessageCodec Codec = new("key");

    private readonly List<IDisposable> opened = [];
    private readonly List<string> log = [];

    public void Dispose()
    {
        foreach (var one in Enumerable.Reverse(opened)) one.Dispose();
        opened.Clear();
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("::1", "::1")]
    public void It_listens_on_loopback_alone_and_takes_free_ports(string ip, string where)
    {
        if (ip == "::1" && !CanListen(IPAddress.IPv6Loopback, 0)) return; // a machine without IPv6
        var at = Open(ip: ip).At;
        int[] ports = [at.Shell, at.Control, at.Stdin, at.Heartbeat, at.IoPub];
        Assert.Equal(5, ports.Distinct().Count());
        var listening = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();
        foreach (var port in ports)
        {
            // another program may have the same port of the other loopback address
            Assert.Contains(new IPEndPoint(IPAddress.Parse(where), port), listening);
            Assert.All(listening.Where(one => one.Port == port), one => Assert.True(IPAddress.IsLoopback(one.Address)));
        }
    }

    [Fact]
    public void A_port_that_is_taken_is_named_and_the_others_are_given_back()
    {
        var taken = Open().At.IoPub;
        var ended = Open();
        var at = ended.At with { IoPub = taken };
        Dispose(ended);
        int[] others = [at.Shell, at.Control, at.Stdin, at.Heartbeat];
        AreFree();
        var why = new SocketException((int)SocketError.AddressAlreadyInUse).Message;
        var problem = Assert.Throws<IOException>(() => Open(at));
        Assert.Equal($"The kernel cannot listen on port {taken} of 127.0.0.1: {why}", problem.Message);
        AreFree();

        void AreFree() => Assert.All(others, port => Assert.True(Comes(() => CanListen(IPAddress.Loopback, port))));
    }

    [Theory]
    [InlineData("Shell")]
    [InlineData("Control")]
    [InlineData("Stdin")]
    public async Task A_request_comes_in_and_its_reply_goes_to_who_asked(string name)
    {
        var transport = Open();
        var (channel, port, requests) = name switch
        {
            "Shell" => (ChannelName.Shell, transport.At.Shell, transport.Shell),
            "Control" => (ChannelName.Control, transport.At.Control, transport.Control),
            _ => (ChannelName.Stdin, transport.At.Stdin, transport.Stdin),
        };
        var (asking, other) = (Client(port), Client(port));
        await AskAsync(other, requests);
        var request = await AskAsync(asking, requests);
        await transport.SendAsync(channel, Message("reply", request.Identities));
        Assert.Equal("reply", Receive(asking).Type);
        Assert.False(other.HasIn);
    }

    [Fact]
    public async Task A_client_that_comes_again_under_its_name_is_the_same_client()
    {
        var transport = Open();
        var request = await AskAsync(Client(transport.At.Shell, "name"), transport.Shell);
        var again = Client(transport.At.Shell, "name"); // while its first connection still stands
        await AskAsync(again, transport.Shell);
        await transport.SendAsync(ChannelName.Shell, Message("reply to the first", request.Identities));
        Assert.Equal("reply to the first", Receive(again).Type);
    }

    [Fact]
    public async Task Who_listens_is_noticed_and_hears_everything_in_order()
    {
        var transport = Open();
        await TellAsync(transport, 0, 5); // nobody
        Assert.False(transport.Subscribed.IsCompleted);
        var listener = await ListenAsync(transport);
        await TellAsync(transport, 5, 5_000);
        Assert.Equal(Enumerable.Range(5, 5_000), Numbers(listener, 5_000));
    }

    [Fact]
    public async Task A_reply_comes_with_the_broadcasts_before_it()
    {
        var transport = Open();
        var listener = await ListenAsync(transport);
        var client = Client(transport.At.Shell);
        var request = await AskAsync(client, transport.Shell);
        for (var round = 0; round < 50; round++)
        {
            await TellAsync(transport, 0, 100);
            await transport.SendAsync(ChannelName.Shell, Message("reply", request.Identities));
            Receive(client);
            Assert.Equal(Enumerable.Range(0, 100), Numbers(listener, 100));
        }
    }

    [Fact]
    public async Task What_is_none_of_this_connections_is_dropped_and_said()
    {
        var transport = Open();
        var client = Client(transport.At.Shell);
        client.SendMultipartBytes(new MessageCodec("another key").Encode(Message("forged", [])));
        client.SendMultipartBytes([[]]);
        client.SendMultipartBytes([.. Codec.Encode(Message("cut off", [])).Take(3)]);
        await AskAsync(client, transport.Shell);
        Assert.Equal(3, log.Count);
        Assert.Equal("dropped a message: its signature is not that of this connection (1 dropped so far)", log[0]);
    }

    [Theory]
    [InlineData("{\"msg_type\":\"x\",\"msg_type\":\"x\"}", "{}", false)]
    [InlineData("{\"msg_type\":\"x\",\"session\":1,\"session\":2}", "{}", false)]
    [InlineData("{\"msg_type\":5}", "{}", false)]
    [InlineData("{\"msg_type\":\"\\ud800\"}", "{}", true)]
    [InlineData("{\"msg_type\":\"x\"}", "{\"value\":5,\"value\":\"a\"}", true)]
    [InlineData("{\"msg_type\":\"x\"}", "\u00e9", true)] // in Latin-1
    [InlineData("{\"msg_type\":\"x\"}", "deep", true)]
    public async Task What_is_signed_and_cannot_be_read_stops_no_socket(string header, string content, bool isKnown)
    {
        if (content == "deep") content = $"{{\"a\":{new string('[', 10_000)}{new string(']', 10_000)}}}";
        var transport = Open();
        var at = transport.At;
        foreach (var (port, requests) in new[]
                 {
                     (at.Shell, transport.Shell), (at.Control, transport.Control), (at.Stdin, transport.Stdin),
                 })
        {
            var client = Client(port);
            client.SendMultipartBytes(Signed(port, header, "{}", "{}", content));
            if (isKnown)
            {
                var came = await requests.ReadAsync().AsTask().WaitAsync(Patience);
                Assert.Equal(content != "{}", came.Problem is not null);
            }
            await AskAsync(client, requests);
        }
        Assert.Equal(isKnown ? 0 : 3, log.Count);
    }

    [Fact]
    public async Task What_was_recorded_and_comes_again_is_dropped_on_every_channel()
    {
        var transport = Open();
        var recorded = Codec.Encode(Message("execute_request", [], new JsonObject { ["code"] = "money -= 100;" }));
        var (client, thief, other) =
            (Client(transport.At.Shell), Client(transport.At.Shell), Client(transport.At.Control));
        client.SendMultipartBytes(recorded);
        Assert.Equal("execute_request", (await transport.Shell.ReadAsync().AsTask().WaitAsync(Patience)).Type);
        thief.SendMultipartBytes(recorded);
        other.SendMultipartBytes(recorded);
        await AskAsync(thief, transport.Shell); // nothing else came before it
        await AskAsync(other, transport.Control);
        Assert.Equal(2, log.Count);
        Assert.All(log, line => Assert.Contains("it came before, and a repeated message does not run again", line));
    }

    [Theory]
    [InlineData(3, 400_000, "it has 1,200,000 bytes in 4 frames; expected at most 1,048,576 bytes")]
    [InlineData(20_000, 1, "it has 20,000 bytes in 20,001 frames; expected at most 1,048,576 bytes and 10,000 frames")]
    public async Task A_message_that_is_too_long_is_dropped_and_said(int frames, int size, string why)
    {
        var transport = Open();
        var client = Client(transport.At.Shell, "i");
        client.SendMultipartBytes(Enumerable.Repeat(new byte[size], frames - 1).Append(new byte[size - 1]));
        await AskAsync(client, transport.Shell);
        Assert.StartsWith($"dropped a message: {why}", Assert.Single(log));
    }

    /// <summary>It may gather in memory until its last frame comes, which never happens.</summary>
    [Fact]
    public async Task A_message_of_frames_without_end_takes_bounded_memory_and_others_come_through()
    {
        const int Frames = 600; // of a MiB each
        var transport = Open();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var stranger = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await stranger.ConnectAsync(IPAddress.Loopback, transport.At.Shell);
        await stranger.SendAsync(Encoding.Latin1.GetBytes(Greeting + Ready));
        byte[] frame = [3, 0, 0, 0, 0, 0, 0x10, 0, 0, .. new byte[Largest]]; // more to come, and a long length
        for (var i = 0; i < Frames; i++)
            for (var sent = 0; sent < frame.Length;) sent += await stranger.SendAsync(frame.AsMemory(sent));
        await AskAsync(Client(transport.At.Shell), transport.Shell);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 300L << 20);
        frame[0] = 2; // the last frame
        for (var sent = 0; sent < frame.Length;) sent += await stranger.SendAsync(frame.AsMemory(sent));
        Assert.True(Comes(() => log.Count > 0));
        Assert.Contains($"{(Frames + 1) * Largest + 5:N0} bytes in {Frames + 2:N0} frames", log[0]);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 100L << 20);
        // There is room again.
        await AskAsync(Client(transport.At.Shell), transport.Shell, new string('a', (int)Largest / 2));
    }

    [Fact]
    public async Task Senders_that_leave_in_the_middle_of_a_frame_leave_their_room()
    {
        var transport = Open();
        for (var i = 0; i < 300; i++)
        {
            using var stranger = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await stranger.ConnectAsync(IPAddress.Loopback, transport.At.Shell);
            await stranger.SendAsync(Encoding.Latin1.GetBytes(Greeting + Ready + "\x03\0\0\0\0\0\x10\0\0 begun"));
        }
        await AskAsync(Client(transport.At.Shell), transport.Shell, new string('a', (int)Largest / 2));
        Assert.Empty(log);
    }

    /// <summary>NetMQ follows a topic by a call for each byte, so that a long one would exhaust the stack.</summary>
    [Theory]
    [InlineData(3_000, true)]
    [InlineData(1_000_000, false)]
    public async Task A_subscription_of_a_long_topic_does_no_harm(int length, bool isHeard)
    {
        var transport = Open();
        using var stranger = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await stranger.ConnectAsync(IPAddress.Loopback, transport.At.IoPub);
        var size = BitConverter.GetBytes(IPAddress.HostToNetworkOrder((long)length + 1));
        var ready = Ready.Replace("REQ", "SUB", StringComparison.Ordinal);
        byte[] topic = [2, .. size, 1, .. Enumerable.Repeat((byte)'a', length)];
        try
        {
            await stranger.SendAsync((byte[])[.. Encoding.Latin1.GetBytes(Greeting + ready), .. topic]);
        }
        catch (SocketException)
        {
            // it hung up without reading to the end
        }
        if (isHeard) await transport.Subscribed.WaitAsync(Patience);
        var listener = await ListenAsync(transport);
        await TellAsync(transport, 0, 10);
        Assert.Equal(Enumerable.Range(0, 10), Numbers(listener, 10));
    }

    [Fact]
    public async Task A_heartbeat_that_is_too_long_is_not_sent_back()
    {
        var transport = Open();
        var heart = Client(transport.At.Heartbeat);
        heart.SendFrame(new byte[Largest]);
        Assert.True(Beats(Heart(transport.At.Heartbeat)));
        Assert.False(heart.HasIn);
        await AskAsync(Client(transport.At.Shell), transport.Shell);
    }

    [Fact]
    public async Task Who_sends_a_frame_that_is_too_long_is_disconnected()
    {
        var transport = Open();
        Client(transport.At.Shell).SendFrame(new byte[Largest + 1]);
        await AskAsync(Client(transport.At.Shell), transport.Shell);
        Assert.Empty(log); // it never came so far
    }

    /// <summary>A stranger knows no key, and perhaps not even the protocol.</summary>
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03")] // TLS
    [InlineData(Zeros)]
    [InlineData("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")]
    [InlineData(Greeting)]
    [InlineData(Greeting + Ready)]
    [InlineData(Greeting + Ready + Ready)]
    [InlineData(Greeting + Ready + "\x04\x00")] // an empty command
    [InlineData(Greeting + Ready + "\x04\x03\x04PI")] // one shorter than its name
    [InlineData(Greeting + "\x04\x07\x05READY\x7f")] // a property that is cut off
    [InlineData(Greeting + Ready + "\x02\x7f\xff\xff\xff\xff\xff\xff\xff")] // a frame of more bytes than there are
    public async Task Strangers_bytes_do_no_harm(string bytes)
    {
        var transport = Open();
        var at = transport.At;
        foreach (var port in new[] { at.Shell, at.Control, at.Stdin, at.Heartbeat, at.IoPub })
        {
            using var stranger = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await stranger.ConnectAsync(IPAddress.Loopback, port);
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                await stranger.SendAsync(Encoding.Latin1.GetBytes(bytes), patience.Token);
                stranger.Shutdown(SocketShutdown.Send);
                while (await stranger.ReceiveAsync(new byte[1 << 10], patience.Token) > 0) { } // until it hangs up
            }
            catch (SocketException)
            {
                // it hung up without reading to the end
            }
        }
        await AskAsync(Client(at.Shell), transport.Shell);
        Assert.True(Beats(Heart(at.Heartbeat)));
    }

    [Fact]
    public void The_heart_beats_whatever_else_happens()
    {
        using var done = new ManualResetEventSlim();
        using var busy = new ManualResetEventSlim();
        var transport = Open(log: _ =>
        {
            busy.Set();
            done.Wait(Patience); // the thread of the sockets waits
        });
        Client(transport.At.Shell).SendFrame("no message");
        Assert.True(busy.Wait(Patience));
        var heart = Heart(transport.At.Heartbeat);
        var beats = Enumerable.Range(0, 3).Select(_ => Beats(heart)).ToArray();
        done.Set();
        Assert.Equal([true, true, true], beats);
    }

    [Fact]
    public async Task A_request_is_answered_while_a_cell_writes_without_end()
    {
        var transport = Open();
        using var listener = new Reader(await ListenAsync(transport), opened);
        using var stop = new CancellationTokenSource();
        var cell = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await TellAsync(transport, 0, 1);
        });
        var client = Client(transport.At.Control);
        for (var i = 0; i < 20; i++)
        {
            var request = await AskAsync(client, transport.Control);
            await transport.SendAsync(ChannelName.Control, Message("interrupted", request.Identities));
            Assert.Equal("interrupted", Receive(client).Type);
        }
        Assert.False(cell.IsCompleted);
        await stop.CancelAsync();
        await cell.WaitAsync(Patience);
    }

    /// <summary>Who writes faster than a listener reads is held up, fills no memory, and loses nothing.</summary>
    [Fact]
    public async Task A_slow_listener_slows_who_writes_and_hears_everything()
    {
        var transport = Open();
        var listener = await ListenAsync(transport, ahead: 1);
        var before = Environment.WorkingSet;
        var (sent, last) = await FillAsync(transport);
        Assert.InRange(sent, 1, 2_000); // of the 10,000 that wanted to
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 500L << 20); // of a gigabyte, and two as text
        var rest = Task.Run(async () =>
        {
            await last;
            await TellAsync(transport, sent, 500, size: 100_000);
        });
        Assert.Equal(Enumerable.Range(0, sent + 500), Numbers(listener, sent + 500));
        await rest;
        Assert.Empty(log);
    }

    [Fact]
    public async Task A_listener_that_leaves_holds_nobody_up()
    {
        var transport = Open();
        var deaf = await ListenAsync(transport, ahead: 1);
        var (sent, last) = await FillAsync(transport);
        Assert.False(last.IsCompleted);
        Dispose(deaf);
        await last.WaitAsync(Patience);
        await TellAsync(transport, sent, 1_000).WaitAsync(Patience);
        Assert.Empty(log);
    }

    [Fact]
    public async Task A_listener_that_reads_nothing_is_given_up_and_the_others_hear_everything()
    {
        var transport = Open(patience: TimeSpan.FromSeconds(1));
        using var reader = new Reader(await ListenAsync(transport), opened);
        var deaf = await ListenAsync(transport, ahead: 1);
        await TellAsync(transport, 0, 4_000, size: 10_000).WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(0, 4_000), reader.Take(4_000));
        Assert.StartsWith("a client that listens to the broadcasts has read none for 1 s", Assert.Single(log));
        const int Room = BroadcastWindow.Room;
        Assert.Equal(Enumerable.Range(0, Room), Numbers(deaf, Room)); // it has what it had room for
    }

    [Fact]
    public async Task The_last_words_come_through()
    {
        var transport = Open();
        using var listener = new Reader(await ListenAsync(transport), opened);
        var client = Client(transport.At.Control);
        var request = await AskAsync(client, transport.Control);
        await TellAsync(transport, 0, 150, size: 100_000); // more than fits on the way
        await transport.SendAsync(ChannelName.Control, Message("goodbye", request.Identities));
        Dispose(transport);
        Assert.Equal(Enumerable.Range(0, 150), listener.Take(150));
        Assert.Equal("goodbye", Receive(client).Type);
        Assert.True(transport.Shell.Completion.IsCompleted);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TellAsync(transport, 0, 1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => transport.SendAsync(ChannelName.Shell, Message("reply", request.Identities)).AsTask());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_ends_while_cells_write_without_end(bool isRead)
    {
        var transport = Open();
        var listener = await ListenAsync(transport, ahead: 1);
        using var reader = isRead ? new Reader(listener, opened) : null;
        Task Cell() => Task.Run(() => TellAsync(transport, 0, int.MaxValue, size: 10_000));
        Task[] cells = [Cell(), Cell(), Cell(), Cell()];
        await Task.Delay(300);
        await Task.Run(() => Dispose(transport)).WaitAsync(Patience);
        foreach (var cell in cells)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cell.WaitAsync(Patience));
    }

    [Fact]
    public async Task Twenty_starts_and_stops_leave_no_thread_and_no_socket()
    {
        if (!OperatingSystem.IsLinux()) return; // which tells both
        var before = Sockets();
        for (var i = 0; i < 20; i++)
        {
            var transport = Open();
            var listener = await ListenAsync(transport);
            await AskAsync(Client(transport.At.Shell), transport.Shell);
            Assert.Equal(2, Threads());
            Dispose();
            Assert.True(Comes(() => Threads() == 0));
        }
        // NetMQ closes behind our back, and keeps a few for all that may come.
        Assert.True(Comes(() => Sockets() < before + 10), $"{Sockets()} sockets, {before} before");

        static int Sockets() => Directory.GetFiles("/proc/self/fd")
            .Count(file => new FileInfo(file).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

        static int Threads() => Directory.GetDirectories("/proc/self/task").Select(NameOf)
            .Count(name => name.StartsWith("jupyter", StringComparison.Ordinal));

        static string NameOf(string task)
        {
            try
            {
                return File.ReadAllText(Path.Combine(task, "comm"));
            }
            catch (IOException)
            {
                return ""; // one that ended meanwhile
            }
        }
    }

    private static bool Comes(Func<bool> what) => SpinWait.SpinUntil(what, Patience);

    private static bool CanListen(IPAddress address, int port)
    {
        using var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static JupyterMessage Message(string type, IReadOnlyList<byte[]> to, JsonObject? content = null) =>
        new(new JsonObject { ["msg_type"] = type }, [], content ?? []) { Identities = [.. to] };

    /// <summary>Broadcasts numbers, with so many spaces each.</summary>
    private static async Task TellAsync(NetMqTransport transport, int first, int count, int size = 0)
    {
        for (var i = 0; i < count; i++)
        {
            var content = new JsonObject { ["number"] = first + i, ["spaces"] = new string(' ', size) };
            await transport.SendAsync(ChannelName.IoPub, Message("stream", [], content));
        }
    }

    /// <summary>Broadcasts numbers until one has to wait.</summary>
    /// <returns>How many, with the one that waits.</returns>
    private static async Task<(int Sent, Task Last)> FillAsync(NetMqTransport transport)
    {
        var sent = 0;
        Task last;
        do last = TellAsync(transport, sent++, 1, size: 100_000);
        while (sent < 10_000 && await Task.WhenAny(last, Task.Delay(500)) == last);
        return (sent, last);
    }

    /// <summary>The frames of a message of these texts in Latin-1, with the right signature.</summary>
    private static List<byte[]> Signed(int salt, params string[] parts)
    {
        // The signatures of equal messages would be equal too.
        parts[2] = $"{{\"salt\":{salt}}}";
        byte[][] bytes = [.. parts.Select(Encoding.Latin1.GetBytes)];
        var signature = HMACSHA256.HashData("key"u8, [.. bytes.SelectMany(one => one)]);
        var hex = Convert.ToHexStringLower(signature);
        return [MessageCodec.Delimiter.ToArray(), Encoding.ASCII.GetBytes(hex), .. bytes];
    }

    private static async Task<JupyterMessage> AskAsync(
        DealerSocket client, ChannelReader<JupyterMessage> requests, string code = "")
    {
        var type = Guid.NewGuid().ToString();
        client.SendMultipartBytes(Codec.Encode(Message(type, [], new JsonObject { ["code"] = code })));
        var request = await requests.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.Equal(type, request.Type);
        return request;
    }

    private static JupyterMessage Receive(NetMQSocket from)
    {
        var frames = new List<byte[]>();
        Assert.True(from.TryReceiveMultipartBytes(Patience, ref frames), "nothing came");
        return Codec.Decode(frames);
    }

    private static int Number(NetMQSocket from) => (int)Receive(from).Content["number"]!;

    // Those below 0 are from the start, see ListenAsync.
    private static int[] Numbers(NetMQSocket from, int count) =>
        [.. Enumerable.Repeat(from, int.MaxValue).Select(Number).Where(number => number >= 0).Take(count)];

    private static bool HasNews(SubscriberSocket listener) =>
        listener.Poll(PollEvents.PollIn, TimeSpan.FromMilliseconds(20)) == PollEvents.PollIn;

    private static bool Beats(RequestSocket heart)
    {
        heart.SendFrame("ping");
        return heart.TryReceiveFrameString(Patience, out var pong) && pong == "ping";
    }

    private NetMqTransport Open(
        ConnectionFile? at = null, string ip = "127.0.0.1", TimeSpan? patience = null, Action<string>? log = null)
    {
        at ??= new ConnectionFile(ip, 0, 0, 0, 0, 0, "key");
        var transport = new NetMqTransport(at, Largest, patience ?? Endless, log ?? this.log.Add);
        opened.Add(transport);
        return transport;
    }

    private void Dispose(IDisposable one)
    {
        opened.Remove(one);
        one.Dispose();
    }

    private DealerSocket Client(int port, string? name = null)
    {
        var client = new DealerSocket();
        opened.Add(client);
        if (name is not null) client.Options.Identity = Encoding.ASCII.GetBytes(name);
        client.Connect($"tcp://127.0.0.1:{port}");
        return client;
    }

    private RequestSocket Heart(int port)
    {
        var heart = new RequestSocket();
        opened.Add(heart);
        heart.Connect($"tcp://127.0.0.1:{port}");
        return heart;
    }

    /// <summary>Somebody who listens for certain: -1 was told until it was heard.</summary>
    private async Task<SubscriberSocket> ListenAsync(NetMqTransport transport, int ahead = 1000)
    {
        var listener = new SubscriberSocket();
        opened.Add(listener);
        listener.Options.ReceiveHighWatermark = ahead;
        listener.SubscribeToAnyTopic();
        listener.Connect($"tcp://127.0.0.1:{transport.At.IoPub}");
        while (!HasNews(listener)) await TellAsync(transport, -1, 1);
        Assert.True(transport.Subscribed.IsCompleted);
        return listener;
    }

    /// <summary>A listener that reads, on a thread of its own.</summary>
    private sealed class Reader : IDisposable
    {
        private readonly System.Collections.Concurrent.BlockingCollection<int> numbers = [];
        private readonly Thread thread;
        private volatile bool ended;

        internal Reader(SubscriberSocket listener, List<IDisposable> opened)
        {
            opened.Remove(listener); // the thread's alone
            thread = new Thread(() =>
            {
                while (!ended)
                {
                    if (!HasNews(listener)) continue;
                    if (Number(listener) is var number and >= 0) numbers.Add(number);
                }
                listener.Dispose();
            });
            thread.Start();
        }

        internal int[] Take(int count)
        {
            using var patience = new CancellationTokenSource(Patience);
            return [.. numbers.GetConsumingEnumerable(patience.Token).Take(count)];
        }

        public void Dispose()
        {
            ended = true;
            thread.Join();
        }
    }
}
