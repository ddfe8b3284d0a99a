using Adr.Kernel.Engine;

namespace Adr.Kernel.Tests.Engine;

/// <summary>A real engine and what it says.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private readonly EngineProcess engine;

    private TestEngine(EngineProcess engine) => this.engine = engine;

    /// <summary>The number of the last cell.</summary>
    public int Cell { get; private set; }

    /// <summary>What a cell that asks gets as an answer; null if nobody answers.</summary>
    public string? Answer { get; set; }

    public static async Task<TestEngine> StartAsync(EngineCommand? command = null) => new(
        await EngineProcess.StartAsync(
            command ?? EngineCommand.Default, Path.GetTempPath(), [], TimeSpan.FromSeconds(100), default));

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    /// <summary>Sends a cell. It is not waited for.</summary>
    public void Begin(string code) =>
        engine.Send(new ExecuteRequest(++Cell, code) { HasInput = Answer is not null });

    public void Stop(int cell) => engine.Send(new CancelRequest(cell));

    /// <summary>Runs a cell to its end; what it says ends with <see cref="CellDone"/>.</summary>
    public async Task<List<EngineMessage>> RunAsync(string code)
    {
        Begin(code);
        return await HearAsync(message => message is CellDone done && done.Cell == Cell);
    }

    /// <summary>Runs a cell that must not fail and returns its result as plain text.</summary>
    public async Task<string?> ValueAsync(string code) => (await ResultAsync(code)).GetValueOrDefault("text/plain");

    /// <summary>Runs a cell that must not fail and returns its result by MIME type.</summary>
    public async Task<Dictionary<string, string>> ResultAsync(string code)
    {
        var heard = await RunAsync(code);
        Assert.Null(((CellDone)heard[^1]).Error);
        return heard.OfType<ValueReturned>().Single().Data;
    }

    /// <summary>What the engine says up to a message.</summary>
    public async Task<List<EngineMessage>> HearAsync(Func<EngineMessage, bool> until)
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
            if (!engine.Messages.TryRead(out var message)) continue;
            if (message is InputWanted) engine.Send(new InputGiven(Answer));
            heard.Add(message);
        }
        while (heard.Count == 0 || !until(heard[^1]));
        return heard;
    }
}
