using System.Text;
using System.Text.Json.Nodes;
using Adr.Kernel.Jupyter;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Jupyter;

public class MessageCodecTests
{
    private static readonly MessageCodec Codec = new("a key");

    private static JupyterMessage Message(string text = "1 + 1") => new(
        new JsonObject { ["msg_type"] = "execute_request", ["msg_id"] = "1" },
        new JsonObject { ["msg_id"] = "0" },
        new JsonObject { ["code"] = text })
    {
        Identities = [[1, 2, 0, 255], [7]],
    };

    /// <summary>A text with what JSON and the wire have a use for.</summary>
    public sealed record Code(string[] Pieces)
    {
        public static Arbitrary<Code> Any { get; } =
            Gen.Elements("a", "\"", "\\", "\n", "é", "🙂", "<IDS|MSG>", "\u0000", "\u2028").ToArbitrary().Array()
                .Convert(pieces => new Code(pieces), code => code.Pieces);

        public override string ToString() => string.Concat(Pieces);
    }

    [Law(MaxTest = 200, Arbitrary = [typeof(Code)])]
    public void What_is_encoded_is_decoded(Code code)
    {
        var text = code.ToString();
        var (sent, came) = (Message(text), Codec.Decode(Codec.Encode(Message(text))));
        Assert.Equal(text, JupyterMessage.Text(came.Content, "code"));
        Assert.Equal(sent.Identities, came.Identities);
        Assert.True(JsonNode.DeepEquals(sent.Header, came.Header));
        Assert.True(JsonNode.DeepEquals(sent.Parent, came.Parent));
        Assert.True(JsonNode.DeepEquals(sent.Metadata, came.Metadata));
    }

    [Fact]
    public void The_signature_is_that_of_jupyter_client()
    {
        // python3: hmac.new(b'a key', b'{"msg_type":"x"}' + b'{}' + b'{}' + b'{}', 'sha256').hexdigest()
        var frames = Codec.Encode(new JupyterMessage(new JsonObject { ["msg_type"] = "x" }, [], []));
        Assert.Equal(
            ["<IDS|MSG>", Expected, "{\"msg_type\":\"x\"}", "{}", "{}", "{}"], frames.Select(Encoding.UTF8.GetString));
    }

    private const string Expected = "2ff5953c8f9a7130ac5374c3023857aee7c8bc9812eb8c09477591dc5306a22f";

    /// <summary>One byte of a message: its frame, its place there, and what it is changed by.</summary>
    public sealed record Change(int Frame, int At, byte By)
    {
        public static Arbitrary<Change> Any { get; } = Arb.From(
            from frame in Gen.Choose(1, 5)
            from at in Gen.Choose(0, 10_000)
            from change in Gen.Choose(1, 255)
            select new Change(frame, at, (byte)change));
    }

    [Law(MaxTest = 300, Arbitrary = [typeof(Change)])]
    public void One_changed_byte_is_noticed(Change change)
    {
        var frames = Codec.Encode(Message());
        var frame = frames[2 + change.Frame]; // two identities before the delimiter
        if (frame.Length == 0) return;
        frame[change.At % frame.Length] ^= change.By;
        Assert.Throws<BadMessageException>(() => Codec.Decode(frames));
    }

    [Fact]
    public void Another_key_is_not_this_connections() =>
        Assert.Contains(
            "signature",
            Assert.Throws<BadMessageException>(
                () => Codec.Decode(new MessageCodec("another key").Encode(Message()))).Message);

    [Fact]
    public void Without_a_key_nothing_is_signed()
    {
        var open = new MessageCodec("");
        Assert.Empty(open.Encode(Message())[3]);
        Assert.Equal("execute_request", open.Decode(open.Encode(Message())).Type);
    }

    /// <summary>A frame that a message has, or just any bytes.</summary>
    public sealed record Frame(byte[] Bytes)
    {
        public static Arbitrary<Frame> Any { get; } = Gen.OneOf(
            Gen.Constant(MessageCodec.Delimiter.ToArray()),
            Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(),
            Gen.Elements("{}", "[]", "null", "{\"msg_type\":1}", "{\"msg_type\":\"x\"}", "\"", "")
                .Select(Encoding.UTF8.GetBytes))
            .Select(bytes => new Frame(bytes)).ToArbitrary();

        public override string ToString() => Encoding.Latin1.GetString(Bytes);
    }

    [Law(MaxTest = 500, Arbitrary = [typeof(Frame)])]
    public void Any_frames_are_a_message_or_a_BadMessageException(Frame[] frames)
    {
        try
        {
            Assert.NotEmpty(new MessageCodec("").Decode([.. frames.Select(frame => frame.Bytes)]).Type);
        }
        catch (BadMessageException bad)
        {
            Assert.NotEmpty(bad.Message);
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public void Deep_json_is_refused_and_not_followed(int depth)
    {
        var open = new MessageCodec("");
        var frames = open.Encode(Message());
        frames[^1] = Encoding.UTF8.GetBytes("{\"a\":" + new string('[', depth) + new string(']', depth) + "}");
        Assert.Contains("content", Assert.Throws<BadMessageException>(() => open.Decode(frames)).Message);
    }

    [Fact]
    public void Half_a_surrogate_pair_from_a_browser_is_text()
    {
        var open = new MessageCodec("");
        var frames = open.Encode(Message());
        frames[^1] = "{\"code\":\"a\\ud83d\"}"u8.ToArray();
        Assert.Equal("a\ufffd", JupyterMessage.Text(open.Decode(frames).Content, "code"));
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused()
    {
        var open = new MessageCodec("");
        var frames = open.Encode(Message());
        frames[^1] = [(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}'];
        Assert.Contains("UTF-8", Assert.Throws<BadMessageException>(() => open.Decode(frames)).Message);
    }
}
