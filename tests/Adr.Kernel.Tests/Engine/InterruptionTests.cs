using System.Diagnostics;
using Adr.Kernel.Engine;

namespace Adr.Kernel.Tests.Engine;

/// <summary>Cells that are asked to stop, in a real engine.</summary>
public sealed class InterruptionTests : IAsyncLifetime
{
    private const string Token = "Microsoft.DotNet.Interactive.KernelInvocationContext.Current.CancellationToken";

    private TestEngine engine = null!;

    public async Task InitializeAsync() => engine = await TestEngine.StartAsync();

    public async Task DisposeAsync() => await engine.DisposeAsync();

    [Fact]
    public async Task Cells_that_wait_loop_or_catch_everything_stop_and_what_came_before_stays()
    {
        await engine.RunAsync("var kept = 5; static void Loop() { while (true) { } }");
        string[] deaf =
        [
            "System.Threading.Thread.Sleep(-1);", "await Task.Delay(-1);", "while (true) { }", "Loop();",
            "while (true) try { while (true) { } } catch (Exception) { }", "while (true) Console.Write(\".\");",
            "while (true) \"x\".Display();",
        ];
        foreach (var code in deaf)
        {
            Assert.Equal("Interrupted", (await StopAsync(code)).Error?.Name);
            Assert.Equal("5", await engine.ValueAsync("kept"));
        }
    }

    [Fact]
    public async Task Variables_of_a_cell_that_obeys_stay_too()
    {
        var done = await StopAsync(
            $"var mine = 7; {Token}.WaitHandle.WaitOne(); {Token}.ThrowIfCancellationRequested();");
        Assert.Equal("Interrupted", done.Error?.Name);
        Assert.Equal("7", await engine.ValueAsync("mine"));
    }

    [Fact] // two seconds are more than a deaf cell gets
    public async Task A_step_may_end_where_a_library_watches_the_token()
    {
        const string Step = """
            AppContext.SetData("Notebook.CancellationToken.IsWatched", true);
            var clock = System.Diagnostics.Stopwatch.StartNew();
            while (clock.Elapsed.TotalSeconds < 2) { }
            var ended = "at a step";
            """;
        Assert.Null((await StopAsync(Step, TimeSpan.FromMinutes(1))).Error);
        Assert.Equal("at a step", await engine.ValueAsync("ended"));
        Assert.Equal("Interrupted", (await StopAsync("while (true) { }")).Error?.Name); // the next cell does not watch
    }

    [Fact]
    public async Task A_cell_may_end_in_its_own_way()
    {
        Assert.Null((await StopAsync($"{Token}.WaitHandle.WaitOne();")).Error);
        Assert.Equal("2", await engine.ValueAsync("1 + 1")); // and nothing of the stop is left for the next one
    }

    [Fact]
    public async Task Stopping_a_cell_that_ended_leaves_the_next_one_alone()
    {
        await engine.RunAsync("1");
        engine.Stop(engine.Cell);
        // It may begin before the stop arrives, or after it.
        engine.Begin("System.Threading.Thread.Sleep(300); 1 + 1");
        engine.Stop(engine.Cell - 1);
        Assert.Null(((CellDone)(await engine.HearAsync(message => message is CellDone))[^1]).Error);
    }

    [Fact]
    public async Task A_cell_that_is_stopped_before_it_begins_stops_as_soon_as_it_does()
    {
        for (var i = 0; i < 5; i++)
        {
            engine.Begin("System.Threading.Thread.Sleep(-1);");
            engine.Stop(engine.Cell);
            var done = (CellDone)(await engine.HearAsync(message => message is CellDone))[^1];
            Assert.Equal("Interrupted", done.Error?.Name);
        }
    }

    [Fact]
    public async Task The_place_in_the_cell_is_told_where_the_runtime_tells_it()
    {
        var done = await StopAsync("var a = 1;\nSystem.Threading.Thread.Sleep(-1);");
        var line = Assert.Single(done.Error!.Traceback);
        Assert.Equal($"Interrupted: The cell was stopped in Cell [{engine.Cell}], line 2.", line);
    }

    [Fact]
    public void The_frames_of_libraries_are_not_shown_of_a_cell_that_was_stopped_in_one()
    {
        var stopped = Assert.Throws<OperationCanceledException>(() => Deep(8));
        foreach (var error in new Exception[] { stopped, new AggregateException(stopped) })
        {
            var shown = CellErrors.Of(error, interrupted: true);
            Assert.Equal("Interrupted", shown.Name);
            Assert.Equal("Interrupted: The cell was stopped.", Assert.Single(shown.Traceback));
        }
        Assert.Equal("System.OperationCanceledException", CellErrors.Of(stopped).Name); // by the cell itself
    }

    private static void Deep(int levels)
    {
        if (levels == 0) throw new OperationCanceledException();
        Deep(levels - 1);
    }

    /// <summary>Stops a cell that has begun; it must be over within three seconds.</summary>
    private async Task<CellDone> StopAsync(string code, TimeSpan? limit = null)
    {
        engine.Begin("Console.WriteLine(\"begun\"); " + code);
        await engine.HearAsync(message => message is StreamWritten);
        await Task.Delay(100);
        var clock = Stopwatch.StartNew();
        engine.Stop(engine.Cell);
        var done = (CellDone)(await engine.HearAsync(message => message is CellDone))[^1];
        Assert.True(clock.Elapsed < (limit ?? TimeSpan.FromSeconds(3)), $"'{code}' took {clock.Elapsed}");
        return done;
    }
}
