using System.Text.Json.Nodes;
using System.Threading.Channels;
using Adr.Kernel.Jupyter;

namespace Adr.Kernel.Tests.Jupyter;

/// <summary>A client and the channels to its kernel, all in memory.</summary>
internal sealed class MemoryTransport : ITransport
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<JupyterMessage> shell = Channel.CreateUnbounded<JupyterMessage>();
    private readonly Channel<JupyterMessage> control = Channel.CreateUnbounded<JupyterMessage>();
    private readonly Channel<JupyterMessage> stdin = Channel.CreateUnbounded<JupyterMessage>();
    private readonly List<(ChannelName Channel, JupyterMessage Message)> sent = [];
    private readonly SemaphoreSlim news = new(0);
    private int messages;

    public ChannelReader<JupyterMessage> Shell => shell.Reader;

    public ChannelReader<JupyterMessage> Control => control.Reader;

    public ChannelReader<JupyterMessage> Stdin => stdin.Reader;

    public Task Subscribed { get; init; } = Task.CompletedTask;

    /// <summary>Everything that the kernel said so far.</summary>
    internal IReadOnlyList<(ChannelName Channel, JupyterMessage Message)> Sent
    {
        get { lock (sent) return [.. sent]; }
    }

    public ValueTask SendAsync(ChannelName channel, JupyterMessage message)
    {
        lock (sent) sent.Add((channel, message));
        news.Release();
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends a request; returns its id.</summary>
    internal string Send(
        string type, JsonObject? content = null, ChannelName channel = ChannelName.Shell, string? problem = null)
    {
        var id = $"m{Interlocked.Increment(ref messages)}";
        var to = channel switch { ChannelName.Control => control, ChannelName.Stdin => stdin, _ => shell };
        var header = new JsonObject { ["msg_id"] = id, ["msg_type"] = type };
        to.Writer.TryWrite(new JupyterMessage(header, [], content ?? []) { Identities = [[1]], Problem = problem });
        return id;
    }

    internal string Execute(string code, params ReadOnlySpan<(string Name, JsonNode? Value)> with)
    {
        var content = new JsonObject { ["code"] = code };
        foreach (var (name, value) in with) content[name] = value;
        return Send("execute_request", content);
    }

    /// <summary>Waits for the reply to a request.</summary>
    internal async Task<JsonObject> ReplyAsync(string id)
    {
        var reply = await WaitAsync(sent =>
            sent.Channel is ChannelName.Shell or ChannelName.Control && Parent(sent.Message) == id);
        return reply.Content;
    }

    /// <summary>Waits for a message.</summary>
    internal async Task<JupyterMessage> WaitAsync(Func<(ChannelName Channel, JupyterMessage Message), bool> which)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            foreach (var one in Sent)
                if (which(one)) return one.Message;
            try
            {
                await news.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                var came = Sent.Select(s =>
                    $"{s.Channel} {s.Message.Type} of {Parent(s.Message)}: {s.Message.Content.ToJsonString()}");
                throw new TimeoutException(
                    $"The message did not come within {Patience}. Others did: {string.Join("; ", came)}");
            }
        }
    }

    /// <summary>
    /// What was broadcast for a request: types, and what is worth seeing of their content. Waits until it is over.
    /// </summary>
    internal async Task<string[]> BroadcastsAsync(string id)
    {
        await WaitAsync(sent =>
            sent.Channel == ChannelName.IoPub && Parent(sent.Message) == id && Line(sent.Message) == "status idle");
        var broadcasts = Sent.Where(s => s.Channel == ChannelName.IoPub && Parent(s.Message) == id);
        return [.. broadcasts.Select(s => Line(s.Message))];
    }

    internal static string Parent(JupyterMessage message) => JupyterMessage.Text(message.Parent, "msg_id");

    private static string Line(JupyterMessage message)
    {
        var content = message.Content;
        var text = message.Type switch
        {
            "status" => JupyterMessage.Text(content, "execution_state"),
            "stream" => $"{content["name"]} {content["text"]}",
            "display_data" or "update_display_data" =>
                $"{content["transient"]!["display_id"]} {content["data"]!["text/plain"]}",
            "execute_result" => $"{content["execution_count"]} {content["data"]!["text/plain"]}",
            "execute_input" => $"{content["execution_count"]} {content["code"]}",
            "error" => $"{content["ename"]}",
            _ => content.ToJsonString(),
        };
        return $"{message.Type} {text}".TrimEnd('\n');
    }
}
