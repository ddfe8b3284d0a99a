using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Adr.Kernel.Engine;
using Adr.Kernel.Jupyter;
using Adr.Robustness.Damage;
using NetMQ;
using NetMQ.Sockets;

namespace Adr.Robustness.Parsers;

/// <summary>Messages to a kernel, through its sockets: signed anew after the damage, or as they are. After each, the
/// kernel must still answer.</summary>
internal sealed class MessageParser() : Parser("message")
{
    private const string Key = "key", Signed = ".signed", AsTheyAre = ".unsigned";
    private const int FramesToSign = 4;

    private static readonly Form SignedForm = new FramesForm(), UnsignedForm = new ByteForm();
    private static readonly MessageCodec Codec = new(Key);

    private KernelUnderTest? kernel;

    internal override string Named(string file) => ""; // there is none

    internal override IReadOnlyList<Sample> MakeSamples(string folder)
    {
        List<(string Channel, string Type, string Content)> requests =
        [
            ("shell", "execute_request", """
                {"code":"1 + 1","silent":false,"store_history":true,"user_expressions":{"a":"1"},"allow_stdin":true,
                "stop_on_error":true}
                """),
            ("shell", "complete_request", """{"code":"Console.🙂","cursor_pos":9}"""),
            ("shell", "inspect_request", """{"code":"Console","cursor_pos":3,"detail_level":0}"""),
            ("shell", "is_complete_request", """{"code":"if (a) {"}"""),
            ("shell", "history_request", """
                {"hist_access_type":"range","session":0,"start":0,"stop":5,"n":3,"pattern":"*","unique":true,
                "output":false,"raw":true}
                """),
            ("shell", "comm_open", """{"comm_id":"c","target_name":"t","data":{"a":[1,2]}}"""),
            ("shell", "comm_info_request", """{"target_name":"t"}"""),
            ("control", "kernel_info_request", "{}"),
            ("control", "interrupt_request", "{}"),
            ("control", "shutdown_request", """{"restart":false}"""),
            ("stdin", "input_reply", """{"value":"5"}"""),
        ];
        return
        [
            .. requests.Select(one => new Sample(one.Channel + Signed, Frames(one.Type, one.Content), SignedForm)),
            .. requests.Take(1).Select(one => new Sample(one.Channel + AsTheyAre, Frames(one.Type, one.Content),
                UnsignedForm)),
        ];
    }

    // Its identities, before the signature, are nothing that anyone reads.
    internal override bool IsCovered(Sample sample, Damaged damaged) => sample.File.EndsWith(AsTheyAre);

    internal override void Begin(string folder) => kernel = new KernelUnderTest(Key);

    internal override string Read(string path)
    {
        var frames = FramesForm.Split(File.ReadAllBytes(path));
        if (path.EndsWith(Signed, StringComparison.Ordinal)) Sign(frames);
        var decoded = Try(frames);
        kernel!.Take(Path.GetFileNameWithoutExtension(path), frames, ends: decoded is not null && IsShutdown(decoded));
        if (decoded is null) Codec.Decode(frames); // throws what it threw before
        return $"{decoded!.Header.ToJsonString()} {decoded.Parent.ToJsonString()} {decoded.Metadata.ToJsonString()} "
            + decoded.Content.ToJsonString();
    }

    internal override bool Refuses(Exception error) => error is BadMessageException;

    // One with another "restart" than true or false is refused, and the kernel goes on.
    private static bool IsShutdown(JupyterMessage message)
    {
        try
        {
            JupyterMessage.Flag(message.Content, "restart", false);
            return message.Type == "shutdown_request";
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static JupyterMessage? Try(List<byte[]> frames)
    {
        try
        {
            return Codec.Decode(frames);
        }
        catch (BadMessageException)
        {
            return null;
        }
    }

    private static byte[] Frames(string type, string content)
    {
        var header = new JsonObject
        {
            ["msg_id"] = "1", ["msg_type"] = type, ["session"] = "s", ["username"] = "ä", ["version"] = "5.3",
            ["date"] = "2026-01-01T00:00:00.000000Z",
        };
        return FramesForm.Join(Codec.Encode(
            new JupyterMessage(header, [], JsonNode.Parse(content)!.AsObject()) { Metadata = new() { ["a"] = 1 } }));
    }

    private static void Sign(List<byte[]> frames)
    {
        var delimiter = frames.FindIndex(frame => frame.AsSpan().SequenceEqual(MessageCodec.Delimiter));
        if (delimiter < 0 || frames.Count < delimiter + 2 + FramesToSign) return;
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(Key));
        foreach (var frame in frames.Skip(delimiter + 2).Take(FramesToSign)) hmac.AppendData(frame);
        frames[delimiter + 1] = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hmac.GetHashAndReset()));
    }

    /// <summary>Frames one after the other, each after its length.</summary>
    private sealed class FramesForm : Form
    {
        internal override Damaged Damage(byte[] sample, byte[] other, Random random)
        {
            var frames = Split(sample);
            switch (random.Next(8))
            {
                case 0:
                    frames.RemoveAt(random.Next(frames.Count));
                    break;
                case 1:
                    frames.Insert(random.Next(frames.Count + 1), frames[random.Next(frames.Count)]);
                    break;
                default:
                    var at = frames.Count - 1 - random.Next(FramesToSign);
                    var others = Split(other);
                    frames[at] = random.Next(3) == 0
                        ? ByteForm.Change(frames[at], others[^1], random)
                        : JsonForm.Change(frames[at], random);
                    break;
            }
            return new(Join(frames));
        }

        internal static byte[] Join(IReadOnlyList<byte[]> frames) =>
            [.. frames.SelectMany(frame => BitConverter.GetBytes(frame.Length).Concat(frame))];

        // A length beyond the end takes what there is, so that every text of bytes is some list of frames.
        internal static List<byte[]> Split(byte[] bytes)
        {
            var frames = new List<byte[]>();
            for (var at = 0; at + 4 <= bytes.Length;)
            {
                var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
                var end = (int)Math.Min(bytes.Length, at + 4 + (long)length);
                frames.Add(bytes[(at + 4)..end]);
                at = end;
            }
            return frames.Count > 0 ? frames : [bytes];
        }
    }
}

/// <summary>A kernel with its sockets, and a client of it. Its engine answers everything at once.</summary>
internal sealed class KernelUnderTest(string key)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2); // the test's own limit is shorter

    private readonly MessageCodec codec = new(key);
    private NetMqTransport? transport;
    private KernelServer? server;
    private Task running = Task.CompletedTask;
    private Dictionary<string, DealerSocket> sockets = [];
    private SubscriberSocket? listener;
    private int asked;

    /// <summary>Gives frames to the kernel, and makes sure that it answers afterwards.</summary>
    /// <param name="channel">"shell", "control" or "stdin".</param>
    /// <param name="frames">The frames.</param>
    /// <param name="ends">Whether they ask the kernel to end.</param>
    internal void Take(string channel, IReadOnlyList<byte[]> frames, bool ends)
    {
        if (transport is null) Start();
        var goesOn = false;
        try
        {
            sockets[channel].SendMultipartBytes(frames);
            if (ends && channel != "stdin") running.WaitAsync(Patience).GetAwaiter().GetResult();
            else
            {
                foreach (var asking in new[] { "shell", "control" }) Ask(asking);
                if (channel == "stdin") running.Wait(TimeSpan.FromMilliseconds(20)); // nothing there is answered
                goesOn = !running.IsCompleted;
                if (!goesOn) throw new InvalidOperationException("The kernel ended.", running.Exception);
            }
        }
        finally
        {
            if (!goesOn) Stop();
        }
    }

    private void Start()
    {
        transport = new NetMqTransport(
            new ConnectionFile("127.0.0.1", 0, 0, 0, 0, 0, key), 64 << 20, TimeSpan.FromSeconds(10), _ => { });
        server = new KernelServer(transport, () => Task.FromResult<IEngine>(new ReadyEngine()), new KernelLimits(),
            _ => { });
        var at = transport.At;
        sockets = new[] { ("shell", at.Shell), ("control", at.Control), ("stdin", at.Stdin) }.ToDictionary(
            one => one.Item1, one => new DealerSocket($">tcp://127.0.0.1:{one.Item2}"));
        listener = new SubscriberSocket($">tcp://127.0.0.1:{at.IoPub}");
        listener.SubscribeToAnyTopic();
        running = server.RunAsync(default);
    }

    private void Stop()
    {
        foreach (var socket in sockets.Values) socket.Dispose();
        listener!.Dispose();
        server!.DisposeAsync().AsTask().WaitAsync(Patience).GetAwaiter().GetResult();
        transport!.Dispose();
        transport = null;
    }

    private void Ask(string channel)
    {
        var id = (++asked).ToString(CultureInfo.InvariantCulture);
        var header = new JsonObject { ["msg_id"] = id, ["msg_type"] = "kernel_info_request" };
        sockets[channel].SendMultipartBytes(codec.Encode(new JupyterMessage(header, [], [])));
        var frames = new List<byte[]>();
        do
        {
            while (listener!.TryReceiveMultipartBytes(ref frames))
            {
                // Broadcasts are read so that the kernel does not wait for this client.
            }
            if (!sockets[channel].TryReceiveMultipartBytes(Patience, ref frames))
                throw new TimeoutException($"The kernel does not answer on {channel}.");
        }
        while (codec.Decode(frames).Parent["msg_id"]?.ToString() != id); // those before it answer the damaged message
    }

    private sealed class ReadyEngine : IEngine
    {
        private readonly Channel<EngineMessage> messages = Channel.CreateUnbounded<EngineMessage>();

        public ChannelReader<EngineMessage> Messages => messages.Reader;

        public int ExitCode => 0;

        public void Send(EngineMessage request)
        {
            EngineMessage? answer = request switch
            {
                ExecuteRequest cell => new CellDone(cell.Cell, null),
                CompletionRequest asked => new Completions(asked.Id, asked.Position, asked.Position, []),
                InspectionRequest asked => new Inspection(asked.Id, []),
                CompletenessRequest asked => new Completeness(asked.Id, "incomplete", "  "),
                _ => null,
            };
            if (answer is not null) messages.Writer.TryWrite(answer);
        }

        public void Kill() => messages.Writer.TryComplete();

        public ValueTask DisposeAsync()
        {
            messages.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }
    }
}
