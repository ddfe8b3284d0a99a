using System.Text.Json.Nodes;
using Adr.Kernel.Engine;

namespace Adr.Kernel.Jupyter;

/// <summary>Jupyter's protocol: takes requests from clients and answers them, with an engine for the code.</summary>
/// <remarks>
/// Requests of the shell channel are answered one after the other; those of the control channel, an interrupt or the
/// end, at once. Around each request stand the broadcasts "busy" and "idle".
/// </remarks>
internal sealed class KernelServer : IAsyncDisposable
{
    private readonly ITransport transport;
    private readonly KernelLimits limits;
    private readonly Action<string> log;
    private readonly Broadcast broadcast;
    private readonly CellRunner cells;
    private readonly KernelHistory history = new();
    private readonly Queue<(JupyterMessage Request, bool IsAborted)> waiting = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int executionCount;

    /// <summary>Starts an engine; <see cref="RunAsync"/> serves.</summary>
    /// <param name="transport">What carries messages.</param>
    /// <param name="start">Starts an engine.</param>
    /// <param name="limits">How patient the kernel is.</param>
    /// <param name="log">Told of what clients send and nobody understands.</param>
    internal KernelServer(ITransport transport, Func<Task<IEngine>> start, KernelLimits limits, Action<string> log)
    {
        (this.transport, this.limits, this.log) = (transport, limits, log);
        broadcast = new Broadcast(transport);
        cells = new CellRunner(start, broadcast, AskForInputAsync, limits);
    }

    /// <summary>Serves until a client shuts the kernel down or the transport ends.</summary>
    /// <param name="stop">Ends it, too.</param>
    internal async Task RunAsync(CancellationToken stop)
    {
        await broadcast.StatusAsync(null, "starting").ConfigureAwait(false);
        using var stopping = stop.Register(() => ended.TrySetResult());
        var control = ControlAsync();
        var stdin = StdinAsync();
        var first = await Task.WhenAny(ShellAsync(), ended.Task, control, stdin).ConfigureAwait(false);
        await first.ConfigureAwait(false);
    }

    /// <summary>Stops the running cell, as a client's interrupt does.</summary>
    internal void Interrupt() => cells.Interrupt();

    public ValueTask DisposeAsync() => cells.DisposeAsync();

    private async Task ShellAsync()
    {
        if (!await transport.Shell.WaitToReadAsync().ConfigureAwait(false)) return;
        // Some clients ask before their ear for broadcasts is open, and would wait for ever for what they missed.
        await Task.WhenAny(transport.Subscribed, Task.Delay(limits.Subscription)).ConfigureAwait(false);
        while (waiting.Count > 0 || await transport.Shell.WaitToReadAsync().ConfigureAwait(false))
        {
            if (waiting.Count == 0 && transport.Shell.TryRead(out var next)) waiting.Enqueue((next, false));
            if (!waiting.TryDequeue(out var turn)) continue;
            await AnswerAsync(ChannelName.Shell, turn.Request, turn.IsAborted ? AbortedAsync : ShellRequestAsync).ConfigureAwait(false);
        }
    }

    private async Task ControlAsync()
    {
        await foreach (var request in transport.Control.ReadAllAsync().ConfigureAwait(false))
            await AnswerAsync(ChannelName.Control, request, ControlRequestAsync).ConfigureAwait(false);
    }

    private async Task StdinAsync()
    {
        await foreach (var answer in transport.Stdin.ReadAllAsync().ConfigureAwait(false))
        {
            if (answer.Type == "input_reply") cells.Give(JupyterMessage.Text(answer.Content, "value"));
            else log($"dropped a {answer.Type} on stdin");
        }
    }

    private async Task AnswerAsync(ChannelName channel, JupyterMessage request, Func<JupyterMessage, Task<JsonObject?>> answer)
    {
        await broadcast.StatusAsync(request.Header, "busy").ConfigureAwait(false);
        JsonObject? reply;
        try
        {
            reply = await answer(request).ConfigureAwait(false);
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or ArgumentException or OverflowException) // content of another shape than the protocol's
        {
            log($"{request.Type} failed: {error}");
            reply = Broadcast.Error(new CellError(error.GetType().FullName!, error.Message, [error.ToString()]));
            reply["status"] = "error";
        }
        if (reply is not null) await transport.SendAsync(channel, broadcast.Message(request, ReplyType(request), reply)).ConfigureAwait(false);
        await broadcast.StatusAsync(request.Header, "idle").ConfigureAwait(false);
        if (request.Type == "shutdown_request") ended.TrySetResult();
    }

    private static string ReplyType(JupyterMessage request) =>
        request.Type.EndsWith("_request", StringComparison.Ordinal) ? request.Type[..^"request".Length] + "reply" : request.Type + "_reply";

    private async Task<JsonObject?> ShellRequestAsync(JupyterMessage request) => request.Type switch
    {
        "kernel_info_request" => KernelInfo.Reply(),
        "execute_request" => await ExecuteAsync(request).ConfigureAwait(false),
        "complete_request" => await CompleteAsync(request.Content).ConfigureAwait(false),
        "inspect_request" => await InspectAsync(request.Content).ConfigureAwait(false),
        "is_complete_request" => await IsCompleteAsync(request.Content).ConfigureAwait(false),
        "history_request" => history.Reply(request.Content),
        "comm_info_request" => Ok(("comms", new JsonObject())),
        "comm_open" => await RefuseCommAsync(request).ConfigureAwait(false),
        "comm_msg" or "comm_close" => null, // of a comm that was refused
        "interrupt_request" or "shutdown_request" => await ControlRequestAsync(request).ConfigureAwait(false), // older clients
        _ => Unknown(request),
    };

    private async Task<JsonObject?> ControlRequestAsync(JupyterMessage request)
    {
        switch (request.Type)
        {
            case "kernel_info_request":
                return KernelInfo.Reply();
            case "interrupt_request":
                cells.Interrupt();
                return Ok();
            case "shutdown_request":
                var reply = Ok(("restart", JupyterMessage.Flag(request.Content, "restart", false)));
                await broadcast.TellAsync(request.Header, "shutdown_reply", (JsonObject)reply.DeepClone()).ConfigureAwait(false);
                return reply;
            default:
                return Unknown(request);
        }
    }

    private async Task<JsonObject?> ExecuteAsync(JupyterMessage request)
    {
        var content = request.Content;
        var code = JupyterMessage.Text(content, "code");
        var silent = JupyterMessage.Flag(content, "silent", false);
        var counts = !silent && JupyterMessage.Flag(content, "store_history", true);
        if (counts)
        {
            executionCount++;
            history.Add(executionCount, code);
        }
        var count = executionCount;
        if (!silent) await broadcast.TellAsync(request.Header, "execute_input", new JsonObject { ["code"] = code, ["execution_count"] = count }).ConfigureAwait(false);
        var expressions = Expressions(content);
        var done = string.IsNullOrWhiteSpace(code) && expressions.Count == 0
            ? new CellDone(0, null)
            : await cells.RunAsync(request, count, silent, number => new ExecuteRequest(number, code)
            {
                Name = $"Cell [{count}]", Expressions = expressions, HasInput = JupyterMessage.Flag(content, "allow_stdin", true),
            }).ConfigureAwait(false);
        if (done.Error is not { } error)
        {
            return Ok(("execution_count", count), ("payload", new JsonArray()),
                ("user_expressions", new JsonObject(done.Expressions.Select(value => KeyValuePair.Create(value.Key, (JsonNode?)Value(value.Value))))));
        }
        if (!silent) await broadcast.ErrorAsync(request.Header, error).ConfigureAwait(false);
        if (JupyterMessage.Flag(content, "stop_on_error", true)) await AbortWaitingAsync().ConfigureAwait(false);
        var reply = Broadcast.Error(error);
        reply["status"] = "error";
        reply["execution_count"] = count;
        reply["user_expressions"] = new JsonObject();
        reply["payload"] = new JsonArray();
        return reply;
    }

    private static Dictionary<string, string> Expressions(JsonObject content) => content["user_expressions"] is not JsonObject asked ? []
        : asked.Where(entry => entry.Value is JsonValue value && value.TryGetValue<string>(out _)).ToDictionary(entry => entry.Key, entry => entry.Value!.GetValue<string>());

    private static JsonObject Value(ExpressionValue value)
    {
        if (value.Error is null) return Ok(("data", Broadcast.Bundle(value.Data)), ("metadata", new JsonObject()));
        var error = Broadcast.Error(value.Error);
        error["status"] = "error";
        return error;
    }

    /// <summary>What was asked to run after a cell that failed does not run: it was written for one that did not.</summary>
    private async Task AbortWaitingAsync()
    {
        await Task.Delay(limits.Abort).ConfigureAwait(false);
        var before = waiting.ToArray();
        waiting.Clear();
        foreach (var (request, _) in before) waiting.Enqueue((request, request.Type == "execute_request"));
        while (transport.Shell.TryRead(out var request)) waiting.Enqueue((request, request.Type == "execute_request"));
    }

    // The protocol's "aborted" is deprecated: kernels are to send an error.
    private Task<JsonObject?> AbortedAsync(JupyterMessage request)
    {
        var reply = Broadcast.Error(new CellError("ExecutionAborted", "A cell before this one failed, so this one did not run.", []));
        reply["status"] = "error";
        reply["execution_count"] = executionCount;
        return Task.FromResult<JsonObject?>(reply);
    }

    private async Task<JsonObject?> CompleteAsync(JsonObject content)
    {
        var code = JupyterMessage.Text(content, "code");
        var position = CodePoints.ToUnits(code, JupyterMessage.Number(content, "cursor_pos", int.MaxValue));
        var found = await cells.AskAsync<Completions>(id => new CompletionRequest(id, code, position)).ConfigureAwait(false)
            ?? new Completions(0, position, position, []);
        var (start, end) = (CodePoints.OfUnits(code, found.Start), CodePoints.OfUnits(code, found.End));
        return Ok(("matches", new JsonArray([.. found.Items.Select(item => (JsonNode)JsonValue.Create(item.Text))])),
            ("cursor_start", start), ("cursor_end", end),
            ("metadata", new JsonObject
            {
                ["_jupyter_types_experimental"] = new JsonArray([.. found.Items.Select(item => (JsonNode)new JsonObject { ["start"] = start, ["end"] = end, ["text"] = item.Text, ["type"] = item.Kind })]),
            }));
    }

    private async Task<JsonObject?> InspectAsync(JsonObject content)
    {
        var code = JupyterMessage.Text(content, "code");
        var position = CodePoints.ToUnits(code, JupyterMessage.Number(content, "cursor_pos", int.MaxValue));
        var found = await cells.AskAsync<Inspection>(id => new InspectionRequest(id, code, position)).ConfigureAwait(false);
        return Ok(("found", found is { Data.Count: > 0 }), ("data", Broadcast.Bundle(found?.Data ?? [])), ("metadata", new JsonObject()));
    }

    private async Task<JsonObject?> IsCompleteAsync(JsonObject content)
    {
        var found = await cells.AskAsync<Completeness>(id => new CompletenessRequest(id, JupyterMessage.Text(content, "code"))).ConfigureAwait(false);
        var reply = new JsonObject { ["status"] = found?.Status ?? "unknown" };
        if (found is { Status: "incomplete" }) reply["indent"] = found.Indent;
        return reply;
    }

    private async ValueTask AskForInputAsync(JupyterMessage request, InputWanted wanted) =>
        await transport.SendAsync(ChannelName.Stdin, broadcast.Message(request, "input_request", new JsonObject { ["prompt"] = wanted.Prompt, ["password"] = wanted.IsPassword })).ConfigureAwait(false);

    // This kernel has no widgets to talk to.
    private async Task<JsonObject?> RefuseCommAsync(JupyterMessage request)
    {
        await broadcast.TellAsync(request.Header, "comm_close", new JsonObject { ["comm_id"] = JupyterMessage.Text(request.Content, "comm_id"), ["data"] = new JsonObject() }).ConfigureAwait(false);
        return null;
    }

    private JsonObject? Unknown(JupyterMessage request)
    {
        log($"does not know {request.Type}");
        return null;
    }

    private static JsonObject Ok(params ReadOnlySpan<(string Name, JsonNode? Value)> content)
    {
        var reply = new JsonObject { ["status"] = "ok" };
        foreach (var (name, value) in content) reply[name] = value;
        return reply;
    }
}
