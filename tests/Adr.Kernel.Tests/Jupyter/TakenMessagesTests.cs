using System.Text.Json.Nodes;
using Adr.Kernel.Jupyter;

namespace Adr.Kernel.Tests.Jupyter;

public class TakenMessagesTests
{
    private static readonly MessageCodec Codec = new("key");
    private readonly TakenMessages taken = new();

    [Fact]
    public void A_message_is_taken_once()
    {
        Assert.True(taken.Add(Message(0)));
        Assert.False(taken.Add(Message(0)));
        Assert.True(taken.Add(Message(1)));
        Assert.False(taken.Add(Message(0)));
    }

    [Fact]
    public void The_last_messages_are_remembered_whatever_their_number()
    {
        for (var i = 0; i < TakenMessages.Remembered * 5 / 2; i++) Assert.True(taken.Add(Message(i)));
        for (var i = TakenMessages.Remembered * 3 / 2; i < TakenMessages.Remembered * 5 / 2; i++)
            Assert.False(taken.Add(Message(i)));
    }

    [Fact]
    public void What_is_not_signed_is_always_taken()
    {
        var open = new MessageCodec("");
        var message = open.Decode(open.Encode(Unsigned(0)));
        Assert.True(taken.Add(message));
        Assert.True(taken.Add(message));
    }

    private static JupyterMessage Message(int id) => Codec.Decode(Codec.Encode(Unsigned(id)));

    private static JupyterMessage Unsigned(int id) =>
        new(new JsonObject { ["msg_type"] = "execute_request", ["msg_id"] = id }, [], []);
}
