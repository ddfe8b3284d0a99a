using System.Text.Json.Nodes;
using Adr.Kernel.Engine;
using Adr.Kernel.Jupyter;

namespace Adr.Kernel.Tests.Jupyter;

public sealed class KernelServerTests : IAsyncLifetime
{
    private readonly MemoryTransport client = new();
    private readonly List<ScriptedEngine> engines = [];
    private readonly List<string> log = [];
    private KernelServer server = null!;
    private Task serving = null!;

    private static KernelLimits Quick => new()
    {
        Warning = TimeSpan.FromMilliseconds(200),
        Stop = TimeSpan.FromMilliseconds(600),
        Answer = TimeSpan.FromSeconds(20),
    };

    public Task InitializeAsync()
    {
        server = new KernelServer(client, () =>
        {
            var engine = new ScriptedEngine();
            lock (engines) engines.Add(engine);
            return Task.FromResult<IEngine>(engine);
        }, Quick, log.Add);
        serving = server.RunAsync(default);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task It_says_what_it_is_between_busy_and_idle()
    {
        var id = client.Send("kernel_info_request");
        var reply = await client.ReplyAsync(id);
        Assert.Equal(
            ("ok", "5.4", "C#"),
            ((string?)reply["status"], (string?)reply["protocol_version"], (string?)reply["language_info"]!["name"]));
        Assert.Equal(["status busy", "status idle"], await client.BroadcastsAsync(id));
        Assert.Equal("status", client.Sent[0].Message.Type); // starting
    }

    [Fact]
    public async Task A_cells_outputs_come_in_order_and_before_idle()
    {
        var id = client.Execute("out a\nshow d1 x\nout b\nupdate d1 y\nclear\nresult 42");
        Assert.Equal(
            [
                "status busy", "execute_input 1 out a\nshow d1 x\nout b\nupdate d1 y\nclear\nresult 42",
                "stream stdout a", "display_data d1 x", "stream stdout b", "update_display_data d1 y",
                "clear_output {\"wait\":true}", "execute_result 1 42", "status idle",
            ],
            await client.BroadcastsAsync(id));
        var reply = await client.ReplyAsync(id);
        Assert.Equal(("ok", 1), ((string?)reply["status"], (int?)reply["execution_count"]));
    }

    [Fact]
    public async Task The_reply_goes_to_who_asked()
    {
        var id = client.Execute("out a");
        await client.ReplyAsync(id);
        var (channel, reply) = client.Sent.Single(sent => sent.Message.Type == "execute_reply");
        Assert.Equal(ChannelName.Shell, channel);
        Assert.Equal([[1]], reply.Identities);
    }

    [Fact]
    public async Task Json_types_are_json()
    {
        var id = client.Execute("json");
        await client.ReplyAsync(id);
        var result = client.Sent.Single(sent => sent.Message.Type == "execute_result").Message;
        Assert.IsType<JsonObject>(result.Content["data"]!["application/vnd.plotly.v1+json"]);
    }

    [Fact]
    public async Task A_failure_is_one_error_and_an_error_reply()
    {
        var id = client.Execute("out a\nfail");
        Assert.Equal(
            ["status busy", "execute_input 1 out a\nfail", "stream stdout a", "error Failure", "status idle"],
            await client.BroadcastsAsync(id));
        var reply = await client.ReplyAsync(id);
        Assert.Equal(
            ("error", "Failure", 1),
            ((string?)reply["status"], (string?)reply["ename"], (int?)reply["execution_count"]));
    }

    [Fact]
    public async Task A_silent_cell_is_not_counted_and_not_heard()
    {
        var silent = client.Execute("out a\nresult 1\nfail", ("silent", true));
        Assert.Equal(["status busy", "status idle"], await client.BroadcastsAsync(silent));
        Assert.Equal("error", (string?)(await client.ReplyAsync(silent))["status"]);
        Assert.Equal(1, (int?)(await client.ReplyAsync(client.Execute("out b")))["execution_count"]);
    }

    [Fact]
    public async Task A_cell_that_is_not_stored_is_heard_and_not_counted()
    {
        var id = client.Execute("out a", ("store_history", false));
        Assert.Contains("stream stdout a", await client.BroadcastsAsync(id));
        Assert.Equal(1, (int?)(await client.ReplyAsync(client.Execute("out b")))["execution_count"]);
        var history = await client.ReplyAsync(
            client.Send("history_request", new JsonObject { ["hist_access_type"] = "tail", ["n"] = 10 }));
        Assert.Equal("""[[1,1,"out b"]]""", history["history"]!.ToJsonString());
    }

    [Fact]
    public async Task An_empty_cell_counts_and_runs_nothing()
    {
        Assert.Equal(("ok", 1), await StatusAndCount(client.Execute(" \n")));
        Assert.Equal(("ok", 2), await StatusAndCount(client.Execute("")));
        Assert.DoesNotContain(engines.SelectMany(engine => engine.Received), message => message is ExecuteRequest);
    }

    [Fact]
    public async Task Expressions_are_values_or_errors()
    {
        var reply = await client.ReplyAsync(
            client.Execute("out a", ("user_expressions", new JsonObject { ["a"] = "1", ["b"] = "bad" })));
        var values = reply["user_expressions"]!;
        Assert.Equal(("ok", "1"), ((string?)values["a"]!["status"], (string?)values["a"]!["data"]!["text/plain"]));
        Assert.Equal(("error", "Bad"), ((string?)values["b"]!["status"], (string?)values["b"]!["ename"]));
    }

    [Fact]
    public async Task What_waits_behind_a_failed_cell_does_not_run()
    {
        string[] ids =
        [
            client.Execute("wait"), client.Execute("out b"), client.Send("kernel_info_request"),
            client.Execute("out c"),
        ];
        await client.WaitAsync(sent => sent.Message.Type == "execute_input");
        client.Send("interrupt_request", channel: ChannelName.Control);
        Assert.Equal("ExecutionAborted", (string?)(await client.ReplyAsync(ids[1]))["ename"]);
        Assert.Equal("ok", (string?)(await client.ReplyAsync(ids[2]))["status"]);
        Assert.Equal("ExecutionAborted", (string?)(await client.ReplyAsync(ids[3]))["ename"]);
        const string Said = "stream stderr This cell did not run, because a cell before it failed or was stopped.";
        Assert.Equal(["status busy", Said, "status idle"], await client.BroadcastsAsync(ids[1]));
        Assert.Null((await client.ReplyAsync(ids[1]))["execution_count"]); // or clients would show a number
        Assert.Equal(("ok", 2), await StatusAndCount(client.Execute("out d"))); // what comes after it runs again
    }

    [Fact]
    public async Task Unless_the_client_wants_to_go_on()
    {
        string[] ids = [client.Execute("fail", ("stop_on_error", false)), client.Execute("out b")];
        Assert.Equal("error", (string?)(await client.ReplyAsync(ids[0]))["status"]);
        Assert.Equal("ok", (string?)(await client.ReplyAsync(ids[1]))["status"]);
    }

    [Fact]
    public async Task What_a_cell_says_after_its_end_is_the_cells()
    {
        var first = client.Execute("late");
        await client.ReplyAsync(first);
        await client.ReplyAsync(client.Execute("out b"));
        var late = await client.WaitAsync(
            sent => sent.Message.Type == "stream" && (string?)sent.Message.Content["text"] == "late\n");
        Assert.Equal(first, MemoryTransport.Parent(late));
    }

    [Fact]
    public async Task An_interrupt_is_answered_while_a_cell_runs_and_ends_it()
    {
        var cell = client.Execute("out a\nwait");
        await client.WaitAsync(sent => sent.Message.Type == "stream");
        var interrupt = client.Send("interrupt_request", channel: ChannelName.Control);
        Assert.Equal("ok", (string?)(await client.ReplyAsync(interrupt))["status"]);
        Assert.Equal("Interrupted", (string?)(await client.ReplyAsync(cell))["ename"]);
        Assert.Single(engines); // and the engine lives
        Assert.Equal(ChannelName.Control, client.Sent.Single(sent => sent.Message.Type == "interrupt_reply").Channel);
    }

    [Fact]
    public async Task A_cell_that_does_not_obey_costs_the_engine_and_says_so()
    {
        var cell = client.Execute("out a\nhang");
        await client.WaitAsync(sent => sent.Message.Type == "stream");
        client.Send("interrupt_request", channel: ChannelName.Control);
        client.Send("interrupt_request", channel: ChannelName.Control); // an impatient click: too early to count
        var reply = await client.ReplyAsync(cell);
        Assert.Equal("Interrupted", (string?)reply["ename"]);
        Assert.Contains("Variables are lost", (string?)reply["evalue"]);
        Assert.Contains(
            await client.BroadcastsAsync(cell),
            line => line.StartsWith("stream stderr The cell has not stopped yet", StringComparison.Ordinal));
        Assert.Equal(("ok", 2), await StatusAndCount(client.Execute("out b")));
        Assert.True(engines is [{ IsDisposed: true }, { IsDisposed: false }]);
    }

    [Fact]
    public async Task An_engine_that_dies_in_a_cell_is_told_and_replaced()
    {
        var reply = await client.ReplyAsync(client.Execute("die"));
        Assert.Equal("EngineDied", (string?)reply["ename"]);
        Assert.Contains("exit code 3", (string?)reply["evalue"]);
        Assert.Equal(("ok", 2), await StatusAndCount(client.Execute("out b")));
    }

    [Fact]
    public async Task An_engine_that_dies_between_two_cells_is_told_and_replaced()
    {
        await client.ReplyAsync(client.Execute("out a"));
        engines[0].Kill();
        var told = await client.WaitAsync(
            sent => sent.Message.Type == "stream" && (string?)sent.Message.Content["name"] == "stderr");
        Assert.Contains("SIGKILL", (string?)told.Content["text"]);
        Assert.Equal(("ok", 2), await StatusAndCount(client.Execute("out b")));
    }

    [Fact]
    public async Task An_engine_that_cannot_start_fails_the_cell_and_not_the_kernel()
    {
        var other = new MemoryTransport();
        var tries = 0;
        await using var kernel = new KernelServer(
            other,
            () => ++tries == 1
                ? Task.FromException<IEngine>(new EngineStartException("no dotnet"))
                : Task.FromResult<IEngine>(new ScriptedEngine()),
            Quick, log.Add);
        _ = kernel.RunAsync(default);
        // The first start failed before anybody asked; the cell tries again.
        Assert.Equal("ok", (string?)(await other.ReplyAsync(other.Execute("out a")))["status"]);
        Assert.Equal(2, tries);
    }

    [Fact]
    public async Task A_question_goes_to_who_runs_the_cell()
    {
        var cell = client.Execute("ask name?");
        var question = await client.WaitAsync(sent => sent.Channel == ChannelName.Stdin);
        var (prompt, password) = ((string?)question.Content["prompt"], (bool?)question.Content["password"]);
        Assert.Equal(
            (cell, "input_request", "name?", true),
            (MemoryTransport.Parent(question), question.Type, prompt, password));
        Assert.Equal([[1]], question.Identities);
        client.Send("input_reply", new JsonObject { ["value"] = "Ada" }, ChannelName.Stdin);
        Assert.Contains("stream stdout Ada", await client.BroadcastsAsync(cell));
    }

    [Fact]
    public async Task Places_are_in_code_points()
    {
        var reply = await client.ReplyAsync(
            client.Send("complete_request", new JsonObject { ["code"] = "🙂.x", ["cursor_pos"] = 3 }));
        Assert.Equal(
            (2, 3, "🙂a"), ((int?)reply["cursor_start"], (int?)reply["cursor_end"], (string?)reply["matches"]![0]));
        reply = await client.ReplyAsync(client.Send(
            "inspect_request", new JsonObject { ["code"] = "🙂.x", ["cursor_pos"] = 3, ["detail_level"] = 0 }));
        Assert.Equal((true, "at 4"), ((bool?)reply["found"], (string?)reply["data"]!["text/plain"]));
        reply = await client.ReplyAsync(
            client.Send("inspect_request", new JsonObject { ["code"] = "?", ["cursor_pos"] = 0 }));
        Assert.False((bool?)reply["found"]);
    }

    [Fact]
    public async Task Whether_code_is_whole()
    {
        Assert.Equal("""{"status":"complete"}""", await AnswerAsync("x"));
        Assert.Equal("""{"status":"incomplete","indent":"  "}""", await AnswerAsync("{"));

        async Task<string> AnswerAsync(string code)
        {
            var request = client.Send("is_complete_request", new JsonObject { ["code"] = code });
            return (await client.ReplyAsync(request)).ToJsonString();
        }
    }

    [Fact]
    public async Task Comms_are_refused_and_listed_as_none()
    {
        var open = client.Send(
            "comm_open",
            new JsonObject { ["comm_id"] = "c", ["target_name"] = "jupyter.widget", ["data"] = new JsonObject() });
        Assert.Equal(
            ["status busy", """comm_close {"comm_id":"c","data":{}}""", "status idle"],
            await client.BroadcastsAsync(open));
        Assert.Equal("{}", (await client.ReplyAsync(client.Send("comm_info_request")))["comms"]!.ToJsonString());
    }

    [Fact]
    public async Task What_it_does_not_know_does_not_stop_it()
    {
        var odd = client.Send("make_coffee_request", new JsonObject { ["milk"] = true });
        Assert.Equal(["status busy", "status idle"], await client.BroadcastsAsync(odd));
        Assert.Contains(log, line => line.Contains("make_coffee_request", StringComparison.Ordinal));
        Assert.Equal(("ok", 1), await StatusAndCount(client.Execute("out a")));
    }

    [Theory]
    [InlineData("execute_request", "code", "5", "'code' is a number; expected text")]
    [InlineData("execute_request", "code", "[\"out a\"]", "'code' is an array; expected text")]
    [InlineData("execute_request", "code", "null", null)]
    [InlineData("execute_request", "code", null, "'code' is missing; expected text")]
    [InlineData("execute_request", "silent", "\"no\"", "'silent' is a string; expected true or false")]
    [InlineData("execute_request", "store_history", "1", "'store_history' is a number; expected true or false")]
    [InlineData("execute_request", "stop_on_error", "{}", "'stop_on_error' is an object; expected true or false")]
    [InlineData("execute_request", "allow_stdin", "[]", "'allow_stdin' is an array; expected true or false")]
    [InlineData("execute_request", "user_expressions", "[]", "'user_expressions' is an array; expected an object")]
    [InlineData("execute_request", "user_expressions", "{\"a\":3}", "'a' is a number; expected text")]
    [InlineData("complete_request", "code", "true", "'code' is true; expected text")]
    [InlineData("complete_request", "cursor_pos", "\"far\"", "'cursor_pos' is a string; expected a whole number")]
    [InlineData("complete_request", "cursor_pos", "1.5", "'cursor_pos' is a number; expected a whole number")]
    [InlineData("complete_request", "cursor_pos", "1e999", "'cursor_pos' is a number; expected a whole number")]
    [InlineData("complete_request", "cursor_pos", "-7", null)]
    [InlineData("complete_request", "cursor_pos", "null", null)]
    [InlineData("inspect_request", "code", null, "'code' is missing; expected text")]
    [InlineData("inspect_request", "cursor_pos", "[]", "'cursor_pos' is an array; expected a whole number")]
    [InlineData("is_complete_request", "code", "{}", "'code' is an object; expected text")]
    [InlineData("history_request", "n", "\"all\"", "'n' is a string; expected a whole number")]
    [InlineData("history_request", "hist_access_type", "1", "'hist_access_type' is a number; expected text")]
    [InlineData("history_request", "output", "\"\"", "'output' is a string; expected true or false")]
    [InlineData("shutdown_request", "restart", "5", "'restart' is a number; expected true or false")]
    [InlineData("interrupt_request", "anything", "[[]]", null)]
    [InlineData("kernel_info_request", "anything", "5", null)]
    [InlineData("comm_info_request", "target_name", "5", null)]
    public async Task A_member_of_another_type_is_an_error_in_words_and_nothing_else_happens(
        string type, string member, string? value, string? problem)
    {
        var content = new JsonObject { ["code"] = "out a" };
        if (value is null) content.Remove(member);
        else content[member] = JsonNode.Parse(value);
        var id = client.Send(type, content);
        var reply = await client.ReplyAsync(id);
        if (problem is null)
        {
            Assert.Equal("ok", (string?)reply["status"]);
            return;
        }
        Assert.Equal(("error", "BadRequest"), ((string?)reply["status"], (string?)reply["ename"]));
        Assert.Equal(
            $"The kernel cannot use this {type}: its content's {problem}.", (string?)reply["evalue"]);
        Assert.Contains(log, line => line.EndsWith(problem, StringComparison.Ordinal));
        Assert.Equal(["status busy", "status idle"], await client.BroadcastsAsync(id));
        Assert.Equal(("ok", 1), await StatusAndCount(client.Execute("out a"))); // which no other cell was before
    }

    [Theory]
    [InlineData("execute_request", true)]
    [InlineData("complete_request", true)]
    [InlineData("shutdown_request", true)]
    [InlineData("make_coffee_request", true)]
    [InlineData("comm_open", false)]
    [InlineData("comm_msg", false)]
    public async Task A_message_whose_content_cannot_be_read_is_answered_where_there_is_an_answer(
        string type, bool isAnswered)
    {
        var id = client.Send(type, problem: "its content is not JSON");
        Assert.Equal(["status busy", "status idle"], await client.BroadcastsAsync(id));
        Assert.Contains(log, line => line == $"a {type} cannot be used: its content is not JSON");
        Assert.Equal(("ok", 1), await StatusAndCount(client.Execute("out a")));
        var replies = client.Sent.Where(
            sent => sent.Channel == ChannelName.Shell && MemoryTransport.Parent(sent.Message) == id).ToList();
        Assert.Equal(isAnswered ? ["BadRequest"] : [], replies.Select(one => (string?)one.Message.Content["ename"]));
    }

    [Theory]
    [InlineData("{\"value\":5}", null, "its content's 'value' is a number; expected text")]
    [InlineData("{\"value\":[\"a\"]}", null, "its content's 'value' is an array; expected text")]
    [InlineData("{}", "its content is not JSON in UTF-8", "its content is not JSON in UTF-8")]
    public async Task An_answer_that_is_no_text_fails_the_question_and_not_the_kernel(
        string content, string? problem, string said)
    {
        var cell = client.Execute("ask name?");
        await client.WaitAsync(sent => sent.Channel == ChannelName.Stdin);
        client.Send("input_reply", (JsonObject)JsonNode.Parse(content)!, ChannelName.Stdin, problem);
        Assert.Contains($"stream stdout refused: {said}", await client.BroadcastsAsync(cell));
        Assert.Contains($"an input_reply cannot be used: {said}", log);
        Assert.Equal(("ok", 2), await StatusAndCount(client.Execute("out a")));
    }

    [Fact]
    public async Task A_request_that_fails_in_an_unexpected_way_ends_itself_alone()
    {
        var id = client.Execute("throw");
        Assert.Equal("System.NotImplementedException", (string?)(await client.ReplyAsync(id))["ename"]);
        Assert.Equal(("ok", 2), await StatusAndCount(client.Execute("out b")));
    }

    [Theory]
    [InlineData(nameof(ChannelName.Control))]
    [InlineData(nameof(ChannelName.Shell))]
    public async Task Shutdown_is_answered_and_ends_it(string channel)
    {
        var id = client.Send(
            "shutdown_request", new JsonObject { ["restart"] = true }, Enum.Parse<ChannelName>(channel));
        await serving.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("""{"status":"ok","restart":true}""", (await client.ReplyAsync(id)).ToJsonString());
        Assert.Contains("shutdown_reply {\"status\":\"ok\",\"restart\":true}", await client.BroadcastsAsync(id));
        await server.DisposeAsync();
        Assert.True(engines.Single().IsDisposed);
    }

    [Fact]
    public async Task Requests_wait_for_somebody_to_listen()
    {
        var ear = new TaskCompletionSource();
        var deaf = new MemoryTransport { Subscribed = ear.Task };
        await using var kernel = new KernelServer(
            deaf, () => Task.FromResult<IEngine>(new ScriptedEngine()),
            Quick with { Subscription = TimeSpan.FromSeconds(60) }, log.Add);
        _ = kernel.RunAsync(default);
        var id = deaf.Send("kernel_info_request");
        await Task.Delay(100);
        Assert.DoesNotContain(deaf.Sent, sent => MemoryTransport.Parent(sent.Message) == id);
        ear.SetResult();
        Assert.Equal("ok", (string?)(await deaf.ReplyAsync(id))["status"]);
    }

    private async Task<(string?, int?)> StatusAndCount(string id)
    {
        var reply = await client.ReplyAsync(id);
        return ((string?)reply["status"], (int?)reply["execution_count"]);
    }
}
