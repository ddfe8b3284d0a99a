using Adr.Kernel.Engine;
using Adr.Kernel.Tests.Jupyter;

namespace Adr.Kernel.Tests.Engine;

public sealed class CellSessionTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private readonly ScriptedEngine engine = new();
    private readonly List<CellEvent> events = [];
    private CellSession session = null!;
    private int cells;
    private Exception? listenersFailure;

    public Task InitializeAsync()
    {
        session = new CellSession(engine, happened =>
        {
            lock (events) events.Add(happened);
            return listenersFailure is null ? default : ValueTask.FromException(listenersFailure);
        });
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await session.DisposeAsync();

    [Fact]
    public async Task Events_of_a_cell_come_in_order_before_its_end()
    {
        var end = await ExecuteAsync("out a\nshow d x\nupdate d y\nclear\nresult 42\nfail");
        Assert.Equal("Failure", end.Done!.Error!.Name);
        Assert.Equal(
            ["StreamWritten", "ValueDisplayed", "ValueUpdated", "OutputsCleared", "ValueReturned"],
            events.Select(happened => happened.GetType().Name));
    }

    [Fact]
    public async Task Native_output_belongs_to_the_cell_that_runs_or_ran_last()
    {
        await ExecuteAsync("out a");
        await ExecuteAsync("native b");
        Assert.Equal([1, 2], events.Select(happened => happened.Cell));
    }

    [Fact]
    public async Task A_cell_that_does_not_stop_in_time_is_killed_with_its_engine()
    {
        var ending = ExecuteAsync("hang");
        session.Interrupt(TimeSpan.FromMilliseconds(50));
        var end = await ending;
        Assert.True(end is { Done: null, WasKilled: true });
        Assert.Contains("SIGKILL", end.EndReason);
        Assert.True(engine.IsDisposed);
        await session.Ended;
        Assert.True(session.EndedInCell);
    }

    [Fact]
    public async Task A_cell_that_stops_when_asked_leaves_the_engine_alive()
    {
        var ending = ExecuteAsync("wait");
        session.Interrupt(TimeSpan.FromMilliseconds(50));
        Assert.Equal("Interrupted", (await ending).Done!.Error!.Name);
        await Task.Delay(100);
        Assert.NotNull((await ExecuteAsync("out a")).Done);
    }

    [Fact]
    public async Task The_time_to_stop_is_that_of_one_cell()
    {
        session.Interrupt(TimeSpan.Zero); // No cell runs.
        var first = ExecuteAsync("wait");
        session.Interrupt(TimeSpan.FromMilliseconds(200));
        await first;
        var second = ExecuteAsync("hang");
        await Task.Delay(400);
        Assert.False(second.IsCompleted);
        session.Kill();
        Assert.True((await second).WasKilled);
    }

    [Theory]
    [InlineData("die", "exit code 3")]
    [InlineData("garble", "its messages could not be read: nonsense")]
    public async Task An_engine_that_ends_in_a_cell_is_reported_and_so_is_every_later_cell(string word, string reason)
    {
        foreach (var code in new[] { word, "out a" })
        {
            var end = await ExecuteAsync(code);
            Assert.True(end is { Done: null, WasKilled: false });
            Assert.StartsWith(reason, end.EndReason);
        }
    }

    [Fact]
    public async Task A_failure_of_the_listener_is_thrown_to_the_owner()
    {
        listenersFailure = new NotSupportedException("no");
        await Assert.ThrowsAsync<NotSupportedException>(() => ExecuteAsync("out a\nhang"));
        await Assert.ThrowsAsync<NotSupportedException>(() => ExecuteAsync("out b"));
    }

    [Fact]
    public async Task A_question_has_its_own_answer_or_none()
    {
        var whole = await session.AskAsync<Completeness>(id => new CompletenessRequest(id, "x"), Long);
        var open = await session.AskAsync<Completeness>(id => new CompletenessRequest(id, "{"), Long);
        Assert.Equal(("complete", "incomplete"), (whole!.Status, open!.Status));
        Assert.Null(await session.AskAsync<Completeness>(
            _ => new CompletenessRequest(-1, "x"), TimeSpan.FromMilliseconds(50)));
        var asking = session.AskAsync<Completeness>(_ => new CompletenessRequest(-1, "x"), Long);
        engine.Kill();
        Assert.Null(await asking);
    }

    private Task<CellEnd> ExecuteAsync(string code) =>
        session.ExecuteAsync(new ExecuteRequest(++cells, code)).WaitAsync(Long);
}
