using System.Text.Json.Nodes;
using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Jupyter;

/// <summary>Implements Jupyter's protocol: answers the requests of clients, with an engine for the code.</summary>
/// <remarks>
/// Requests on the shell channel are answered one after the other. Those on the control channel, such as an interrupt
/// or a shutdown, are answered at once. The broadcasts "busy" and "idle" enclose each request.
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

    /// <summary>Starts an engine. <see cref="RunAsync"/> then serves clients.</summary>
    /// <param name="transport">Carries the messages.</param>
    /// <param name="start">Starts an engine.</param>
    /// <param name="limits">How long to wait for what.</param>
    /// <param name="log">Receives a line about each message that cannot be used.</param>
    internal KernelServer(ITransport transport, Func<Task<IEngine>> start, KernelLimits limits, Action<string> log)
    {
        (this.transport, this.limits, this.log) = (transport, limits, log);
        broadcast = new Broadcast(transport);
        cells = new CellRunner(start, broadcast, AskForInputAsync, limits);
    }

    /// <summary>Serves clients until one of them shuts the kernel down or the transport ends.</summary>
    /// <param name="stop">Also ends it.</param>
    internal async Task RunAsync(CancellationToken stop)
    {
        await broadcast.StatusAsync(null, "starting").ConfigureAwait(false);
        using var stopping = stop.Register(() => ended.TrySetResult());
        var control = ControlAsync();
        var stdin = StdinAsync();
        var first = await Task.WhenAny(ShellAsync(), ended.Task, control, stdin).ConfigureAwait(false);
        await first.ConfigureAwait(false);
    }

    /// <summary>Stops the running cell, as the interrupt of a client does.</summary>
    internal void Interrupt() => cells.Interrupt();

    public ValueTask DisposeAsync() => cells.DisposeAsync();

    private async Task ShellAsync()
    {
        if (!await transport.Shell.WaitToReadAsync().ConfigureAwait(false)) return;
        // Some clients send requests before they listen to broadcasts, and then wait for ever for those they missed.
        await Task.WhenAny(transport.Subscribed, Task.Delay(limits.Subscription)).ConfigureAwait(false);
        while (waiting.Count > 0 || await transport.Shell.WaitToReadAsync().ConfigureAwait(false))
        {
            if (waiting.Count == 0 && transport.Shell.TryRead(out var next)) waiting.Enqueue((next, false));
            if (!waiting.TryDequeue(out var turn)) continue;
            await AnswerAsync(ChannelName.Shell, turn.Request, turn.IsAborted ? AbortedAsync : ShellRequestAsync)
                .ConfigureAwait(false);
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
            if (answer.Type == "input_reply") GiveInput(answer);
            else log($"dropped a message of type {answer.Type} on the stdin channel");
        }
    }

    private void GiveInput(JupyterMessage answer)
    {
        string? value = null;
        var problem = answer.Problem;
        try
        {
            if (problem is null) value = JupyterMessage.Text(answer.Content, "value");
        }
        catch (FormatException error)
        {
            problem = $"its content's {error.Message}";
        }
        if (problem is not null) log($"an input_reply cannot be used: {problem}");
        cells.GiveInput(value, problem);
    }

    private async Task AnswerAsync(
        ChannelName channel, JupyterMessage request, Func<JupyterMessage, Task<JsonObject?>> answer)
    {
        await broadcast.StatusAsync(request.Header, "busy").ConfigureAwait(false);
        JsonObject? reply;
        var isDone = false;
        try
        {
            reply = request.Problem is null ? await answer(request).ConfigureAwait(false)
                : BadRequest(request, request.Problem);
            isDone = request.Problem is null;
        }
        catch (FormatException error)
        {
            reply = BadRequest(request, $"its content's {error.Message}");
        }
        // The transport is closed, and there is nobody to answer; any other error ends its request alone.
        catch (Exception error) when (error is not OperationCanceledException)
        {
            log($"{request.Type} failed: {error}");
            reply = Broadcast.ErrorReply(new CellError(error.GetType().FullName!, error.Message, [error.ToString()]));
        }
        if (reply is not null && request.IsRequest)
        {
            var type = request.Type[..^"request".Length] + "reply";
            await transport.SendAsync(channel, broadcast.Message(request, type, reply)).ConfigureAwait(false);
        }
        await broadcast.StatusAsync(request.Header, "idle").ConfigureAwait(false);
        if (isDone && request.Type == "shutdown_request") ended.TrySetResult();
    }

    /// <summary>The reply to a request that does not have the form that the protocol asks for.</summary>
    private JsonObject BadRequest(JupyterMessage request, string problem)
    {
        log($"a {request.Type} cannot be used: {problem}");
        var message = $"The kernel cannot use this {request.Type}: {problem}.";
        return Broadcast.ErrorReply(new CellError("BadRequest", message, [$"BadRequest: {message}"]));
    }

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
        "comm_msg" or "comm_close" => null, // They belong to a comm that was refused.
        // Older clients send these on the shell channel.
        "interrupt_request" or "shutdown_request" => await ControlRequestAsync(request).ConfigureAwait(false),
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
                var copy = (JsonObject)reply.DeepClone();
                await broadcast.TellAsync(request.Header, "shutdown_reply", copy).ConfigureAwait(false);
                return reply;
            default:
                return Unknown(request);
        }
    }

    private async Task<JsonObject?> ExecuteAsync(JupyterMessage request)
    {
        var content = request.Content;
        var code = Code(content);
        var isSilent = JupyterMessage.Flag(content, "silent", false);
        var stops = JupyterMessage.Flag(content, "stop_on_error", true);
        var make = Cell(content, code); // before the cell is counted, because it may not have the right form
        if (!isSilent && JupyterMessage.Flag(content, "store_history", true)) history.Add(++executionCount, code);
        var count = executionCount;
        if (!isSilent)
        {
            var input = new JsonObject { ["code"] = code, ["execution_count"] = count };
            await broadcast.TellAsync(request.Header, "execute_input", input).ConfigureAwait(false);
        }
        var done = make is null ? new CellDone(0, null) // an empty cell
            : await cells.RunAsync(request, count, isSilent, number => make(number) with { Name = $"Cell [{count}]" })
                .ConfigureAwait(false);
        if (done.Error is not { } error)
        {
            var values = new JsonObject();
            foreach (var (name, value) in done.Expressions) values[name] = Value(value);
            return Ok(("execution_count", count), ("payload", new JsonArray()), ("user_expressions", values));
        }
        if (!isSilent) await broadcast.ErrorAsync(request.Header, error).ConfigureAwait(false);
        if (stops) await AbortWaitingAsync().ConfigureAwait(false);
        var reply = Broadcast.ErrorReply(error);
        reply["execution_count"] = count;
        reply["user_expressions"] = new JsonObject();
        reply["payload"] = new JsonArray();
        return reply;
    }

    /// <summary>Makes the engine's request from the number of the cell; null if there is nothing to run.</summary>
    private static Func<int, ExecuteRequest>? Cell(JsonObject content, string code)
    {
        var expressions = new Dictionary<string, string>();
        if (content["user_expressions"] is { } asked)
        {
            if (asked is not JsonObject requested)
                throw new FormatException($"'user_expressions' is {NotebookJson.KindOf(asked)}; expected an object");
            foreach (var (name, _) in requested) expressions[name] = JupyterMessage.Text(requested, name);
        }
        var hasInput = JupyterMessage.Flag(content, "allow_stdin", true);
        if (string.IsNullOrWhiteSpace(code) && expressions.Count == 0) return null;
        return number => new ExecuteRequest(number, code) { Expressions = expressions, HasInput = hasInput };
    }

    private static string Code(JsonObject content) => content.ContainsKey("code")
        ? JupyterMessage.Text(content, "code")
        : throw new FormatException("'code' is missing; expected text");

    private static JsonObject Value(ExpressionValue value) => value.Error is null
        ? Ok(("data", Broadcast.Bundle(value.Data)), ("metadata", new JsonObject()))
        : Broadcast.ErrorReply(value.Error);

    /// <summary>Marks the waiting cells as aborted. They were sent on the assumption that this one succeeds.</summary>
    private async Task AbortWaitingAsync()
    {
        await Task.Delay(limits.Abort).ConfigureAwait(false);
        var requests = waiting.Select(turn => turn.Request).ToList();
        while (transport.Shell.TryRead(out var request)) requests.Add(request);
        waiting.Clear();
        foreach (var request in requests) waiting.Enqueue((request, request.Type == "execute_request"));
    }

    // The status "aborted" is deprecated in the protocol; kernels should report an error.
    private async Task<JsonObject?> AbortedAsync(JupyterMessage request)
    {
        const string Reason = "This cell did not run, because a cell before it failed or was stopped.";
        // Clients show nothing of the reply, so the user would take the cell for one that ran.
        if (!JupyterMessage.Flag(request.Content, "silent", false))
        {
            await broadcast.TellAsync(request.Header, "stream", CellRunner.Stream("stderr", Reason + "\n"))
                .ConfigureAwait(false);
        }
        // Without a count, clients show no number for the cell.
        return Broadcast.ErrorReply(new CellError("ExecutionAborted", Reason, []));
    }

    private async Task<JsonObject?> CompleteAsync(JsonObject content)
    {
        var code = Code(content);
        var position = CodePoints.ToUnits(code, JupyterMessage.Number(content, "cursor_pos", int.MaxValue));
        var found = await cells.AskAsync<Completions>(id => new CompletionRequest(id, code, position))
            .ConfigureAwait(false) ?? new Completions(0, position, position, []);
        var (start, end) = (CodePoints.OfUnits(code, found.Start), CodePoints.OfUnits(code, found.End));
        var (matches, types) = (new JsonArray(), new JsonArray());
        foreach (var (text, kind) in found.Items)
        {
            matches.Add((JsonNode)JsonValue.Create(text));
            types.Add((JsonNode)new JsonObject { ["start"] = start, ["end"] = end, ["text"] = text, ["type"] = kind });
        }
        return Ok(("matches", matches), ("cursor_start", start), ("cursor_end", end),
            ("metadata", new JsonObject { ["_jupyter_types_experimental"] = types }));
    }

    private async Task<JsonObject?> InspectAsync(JsonObject content)
    {
        var code = Code(content);
        var position = CodePoints.ToUnits(code, JupyterMessage.Number(content, "cursor_pos", int.MaxValue));
        var found = await cells.AskAsync<Inspection>(id => new InspectionRequest(id, code, position))
            .ConfigureAwait(false);
        var data = found?.Data ?? [];
        return Ok(("found", data.Count > 0), ("data", Broadcast.Bundle(data)), ("metadata", new JsonObject()));
    }

    private async Task<JsonObject?> IsCompleteAsync(JsonObject content)
    {
        var code = Code(content);
        var found = await cells.AskAsync<Completeness>(id => new CompletenessRequest(id, code)).ConfigureAwait(false);
        var reply = new JsonObject { ["status"] = found?.Status ?? "unknown" };
        if (found is { Status: "incomplete" }) reply["indent"] = found.Indent;
        return reply;
    }

    private async ValueTask AskForInputAsync(JupyterMessage request, InputWanted wanted)
    {
        var content = new JsonObject { ["prompt"] = wanted.Prompt, ["password"] = wanted.IsPassword };
        var message = broadcast.Message(request, "input_request", content);
        await transport.SendAsync(ChannelName.Stdin, message).ConfigureAwait(false);
    }

    // Comms serve widgets, which this kernel does not have.
    private async Task<JsonObject?> RefuseCommAsync(JupyterMessage request)
    {
        var content = new JsonObject
        {
            ["comm_id"] = JupyterMessage.Text(request.Content, "comm_id"), ["data"] = new JsonObject(),
        };
        await broadcast.TellAsync(request.Header, "comm_close", content).ConfigureAwait(false);
        return null;
    }

    private JsonObject? Unknown(JupyterMessage request)
    {
        log($"ignored a request of the unknown type {request.Type}");
        return null;
    }

    private static JsonObject Ok(params ReadOnlySpan<(string Name, JsonNode? Value)> content)
    {
        var reply = new JsonObject { ["status"] = "ok" };
        foreach (var (name, value) in content) reply[name] = value;
        return reply;
    }
}
