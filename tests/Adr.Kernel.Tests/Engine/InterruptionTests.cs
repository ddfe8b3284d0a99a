using System.Diagnostics;
using Adr.Kernel.Engine;

namespace Adr.Kernel.Tests.Engine;

/// <summary>Cells that are asked to stop, in a real engine.</summary>
public sealed class InterruptionTests : IAsyncLifetime
{
    private const string Token = "Microsoft.DotNet.Interactive.KernelInvocationContext.Current.CancellationToken";

    private EngineProcess engine = null!;
    private int cells;

    public async Task InitializeAsync() =>
        engine = await EngineProcess.StartAsync(
            EngineCommand.Default, Path.GetTempPath(), [], TimeSpan.FromSeconds(100), default);

    public async Task DisposeAsync() => await engine.DisposeAsync();

    [Fact]
    public async Task Cells_that_wait_loop_or_catch_everything_stop_and_what_came_before_stays()
    {
        await RunAsync("var kept = 5; static void Loop() { while (true) { } }");
        string[] deaf =
        [
            "System.Threading.Thread.Sleep(-1);", "await Task.Delay(-1);", "while (true) { }", "Loop();",
            "while (true) try { while (true) { } } catch (Exception) { }", "while (true) Console.Write(\".\");",
            "while (true) \"x\".Display();",
        ];
        foreach (var code in deaf)
        {
            Assert.Equal("Interrupted", (await StopAsync(code)).Error?.Name);
            Assert.Equal("5", await ValueAsync("kept"));
        }
    }

    [Fact]
    public async Task Variables_of_a_cell_that_obeys_stay_too()
    {
        var done = await StopAsync(
            $"var mine = 7; {Token}.WaitHandle.WaitOne(); {Token}.ThrowIfCancellationRequested();");
        Assert.Equal("Interrupted", done.Error?.Name);
        Assert.Equal("7", await ValueAsync("mine"));
    }

    [Fact]
    public async Task A_cell_may_end_in_its_own_way()
    {
        Assert.Null((await StopAsync($"{Token}.WaitHandle.WaitOne();")).Error);
        Assert.Equal("2", await ValueAsync("1 + 1")); // and nothing of the stop is left for the next one
    }

    [Fact]
    public async Task Stopping_a_cell_that_ended_leaves_the_next_one_alone()
    {
        await RunAsync("1");
        engine.Send(new CancelRequest(cells));
        // It may begin before the stop arrives, or after it.
        engine.Send(new ExecuteRequest(++cells, "System.Threading.Thread.Sleep(300); 1 + 1"));
        engine.Send(new CancelRequest(cells - 1));
        Assert.Null(((CellDone)(await HearAsync(message => message is CellDone))[^1]).Error);
    }

    [Fact]
    public async Task A_cell_that_is_stopped_before_it_begins_stops_as_soon_as_it_does()
    {
        for (var i = 0; i < 5; i++)
        {
            engine.Send(new ExecuteRequest(++cells, "System.Threading.Thread.Sleep(-1);"));
            engine.Send(new CancelRequest(cells));
            Assert.Equal("Interrupted", ((CellDone)(await HearAsync(message => message is CellDone))[^1]).Error?.Name);
        }
    }

    [Fact]
    public async Task The_place_in_the_cell_is_told_where_the_runtime_tells_it()
    {
        var done = await StopAsync("var a = 1;\nSystem.Threading.Thread.Sleep(-1);");
        Assert.Contains(
            done.Error!.Traceback, line => line.Contains($"Cell [{cells}], line 2", StringComparison.Ordinal));
    }

    private async Task<string?> ValueAsync(string code) =>
        (await RunAsync(code)).OfType<ValueReturned>().Single().Data["text/plain"];

    private async Task<List<EngineMessage>> RunAsync(string code)
    {
        engine.Send(new ExecuteRequest(++cells, code));
        var heard = await HearAsync(message => message is CellDone done && done.Cell == cells);
        Assert.Null(((CellDone)heard[^1]).Error);
        return heard;
    }

    /// <summary>Stops a cell that has begun; it must be over within three seconds.</summary>
    private async Task<CellDone> StopAsync(string code)
    {
        engine.Send(new ExecuteRequest(++cells, "Console.WriteLine(\"begun\"); " + code));
        await HearAsync(message => message is StreamWritten);
        await Task.Delay(100);
        var clock = Stopwatch.StartNew();
        engine.Send(new CancelRequest(cells));
        var done = (CellDone)(await HearAsync(message => message is CellDone))[^1];
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(3), $"'{code}' took {clock.Elapsed}");
        return done;
    }

    private async Task<List<EngineMessage>> HearAsync(Func<EngineMessage, bool> until)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var heard = new List<EngineMessage>();
        do
        {
            if (!await engine.Messages.WaitToReadAsync(patience.Token))
            {
                var errors = heard.OfType<StreamWritten>().Where(
                    text => text.Name == "stderr").Select(text => text.Text);
                Assert.Fail($"the engine ended: {engine.ExitCode}; {string.Concat(errors)}");
            }
            if (engine.Messages.TryRead(out var message)) heard.Add(message);
        }
        while (heard.Count == 0 || !until(heard[^1]));
        return heard;
    }
}
