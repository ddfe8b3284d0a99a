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

    [Theory]
    [InlineData("{\"msg_type\":\"x\",\"msg_type\":\"x\"}", "header")]
    [InlineData("{\"msg_type\":\"x\",\"a\":1,\"\\u0061\":2}", "header")]
    [InlineData("{\"msg_type\":\"x\",\"a\":[{\"b\":1,\"b\":1}]}", "header")]
    [InlineData("{\"msg_type\":5}", "its header's 'msg_type' is a number; expected text")]
    [InlineData("{\"msg_type\":[\"x\"]}", "its header's 'msg_type' is an array; expected text")]
    [InlineData("{\"msg_type\":null}", "its header has no msg_type")]
    [InlineData("{\"msg_type\":\"\"}", "its header has no msg_type")]
    [InlineData("{\"msg_id\":\"1\"}", "its header has no msg_type")]
    [InlineData("[]", "its header is not a JSON object")]
    [InlineData("", "its header is not JSON")]
    [InlineData("{\"msg_type\":\"x\"}{}", "its header is not JSON")]
    public void A_header_that_says_no_type_is_of_no_message(string header, string why)
    {
        var open = new MessageCodec("");
        var frames = open.Encode(Message());
        frames[^4] = Encoding.UTF8.GetBytes(header);
        var bad = Assert.Throws<BadMessageException>(() => open.Decode(frames));
        Assert.Contains(why, bad.Message);
        Assert.Null(bad.Request);
    }

    /// <summary>Whoever sends it is known, so an answer is possible.</summary>
    [Theory]
    [InlineData(1, "{\"value\":5,\"value\":\"a\"}", "content")]
    [InlineData(1, "{\"a\":{\"b\":{\"c\":1,\"c\":2}}}", "content")]
    [InlineData(1, "null", "its content is not a JSON object")]
    [InlineData(1, "[{}]", "its content is not a JSON object")]
    [InlineData(1, "{\"code\":\"a}", "content")]
    [InlineData(1, "{\"\\ud800\":1,\"\\ud801\":2}", "content")]
    [InlineData(2, "{\"a\":1,\"a\":1}", "metadata")]
    [InlineData(2, "5", "its metadata is not a JSON object")]
    [InlineData(3, "{\"msg_id\":1,\"msg_id\":2}", "parent header")]
    [InlineData(3, "\"\"", "its parent header is not a JSON object")]
    public void What_else_cannot_be_read_leaves_the_header(int fromEnd, string json, string why)
    {
        var open = new MessageCodec("");
        var frames = open.Encode(Message());
        frames[^fromEnd] = Encoding.UTF8.GetBytes(json);
        var bad = Assert.Throws<BadMessageException>(() => open.Decode(frames));
        Assert.Contains(why, bad.Message);
        Assert.Equal(("execute_request", bad.Message), (bad.Request!.Type, bad.Request.Problem));
        Assert.Equal(Message().Identities, bad.Request.Identities);
        Assert.Empty(bad.Request.Content);
    }

    [Fact]
    public void Deep_json_of_a_cell_is_sent()
    {
        JsonNode deep = "end";
        for (var i = 0; i < 400; i++) deep = new JsonArray(deep);
        var frames = Codec.Encode(Message() with { Content = new JsonObject { ["data"] = deep } });
        Assert.Contains("[[\"end\"]]", Encoding.UTF8.GetString(frames[^1]));
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
