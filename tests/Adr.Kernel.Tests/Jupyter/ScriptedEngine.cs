using System.Threading.Channels;
using Adr.Kernel.Engine;

namespace Adr.Kernel.Tests.Jupyter;

/// <summary>
/// An engine whose cells consist of these words, each on a line: <c>out X</c>, <c>native X</c>, <c>show ID X</c>,
/// <c>update ID X</c>, <c>result X</c>, <c>json</c>, <c>clear</c>, <c>ask X</c>, <c>late</c>, <c>fail</c>, <c>wait</c>,
/// <c>hang</c>, <c>garble</c>, <c>die</c>, <c>throw</c>.
/// </summary>
internal sealed class ScriptedEngine : IEngine
{
    private readonly Channel<EngineMessage> messages = Channel.CreateUnbounded<EngineMessage>();
    private readonly TaskCompletionSource<string?> answer = new();
    private TaskCompletionSource cancelled = new();

    public ChannelReader<EngineMessage> Messages => messages.Reader;

    public int ExitCode { get; private set; }

    /// <summary>What it was sent.</summary>
    internal List<EngineMessage> Received { get; } = [];

    internal bool IsDisposed { get; private set; }

    public void Send(EngineMessage request)
    {
        if (request is ExecuteRequest { Code: "throw" }) throw new NotImplementedException();
        Received.Add(request);
        switch (request)
        {
            case ExecuteRequest cell: _ = RunAsync(cell); break;
            case CancelRequest: cancelled.TrySetResult(); break;
            case InputGiven given:
                answer.TrySetResult(given.Problem is null ? given.Text : $"refused: {given.Problem}");
                break;
            case CompletionRequest asked:
                Completion[] items = [new("🙂a", "method")];
                Say(new Completions(asked.Id, asked.Position - 1, asked.Position, items));
                break;
            case InspectionRequest asked:
                Say(new Inspection(asked.Id, asked.Code == "?" ? [] : Plain($"at {asked.Position}")));
                break;
            case CompletenessRequest asked:
                Say(new Completeness(asked.Id, asked.Code.EndsWith('{') ? "incomplete" : "complete", "  "));
                break;
        }
    }

    public void Kill()
    {
        ExitCode = 128 + 9;
        messages.Writer.TryComplete();
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        messages.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    private async Task RunAsync(ExecuteRequest cell)
    {
        cancelled = new TaskCompletionSource();
        CellError? error = null;
        foreach (var line in cell.Code.Split('\n'))
        {
            var words = line.Split(' ', 3);
            switch (words[0])
            {
                case "out": Say(new StreamWritten(cell.Cell, "stdout", words[1] + "\n")); break;
                case "show": Say(new ValueDisplayed(cell.Cell, Plain(words[2]), words[1])); break;
                case "update": Say(new ValueUpdated(cell.Cell, Plain(words[2]), words[1])); break;
                case "result": Say(new ValueReturned(cell.Cell, Plain(words[1]))); break;
                case "json":
                    var figure = Plain("figure");
                    figure["application/vnd.plotly.v1+json"] = "{\"data\":[]}";
                    Say(new ValueReturned(cell.Cell, figure));
                    break;
                case "clear": Say(new OutputsCleared(cell.Cell, Wait: true)); break;
                case "ask":
                    Say(new InputWanted(cell.Cell, words[1], IsPassword: true));
                    Say(new StreamWritten(cell.Cell, "stdout", await answer.Task + "\n"));
                    break;
                case "fail": error = new CellError("Failure", "it failed", ["Failure: it failed"]); break;
                case "wait":
                    await cancelled.Task;
                    error = new CellError("Interrupted", "The cell was stopped.", []);
                    break;
                case "hang": return;
                case "late":
                    _ = Task.Delay(100).ContinueWith(_ => Say(new StreamWritten(cell.Cell, "stdout", "late\n")));
                    break;
                case "native": Say(new StreamWritten(CellEvent.WithoutCell, "stdout", words[1] + "\n")); break;
                case "garble":
                    messages.Writer.TryComplete(new InvalidDataException("nonsense"));
                    return;
                case "die":
                    ExitCode = 3;
                    messages.Writer.TryComplete();
                    return;
            }
        }
        Say(new CellDone(cell.Cell, error)
        {
            Expressions = cell.Expressions.ToDictionary(one => one.Key, one => one.Value == "bad"
                ? new ExpressionValue([], new CellError("Bad", "bad", []))
                : new ExpressionValue(Plain(one.Value), null)),
        });
    }

    private void Say(EngineMessage message) => messages.Writer.TryWrite(message);

    private static Dictionary<string, string> Plain(string text) => new() { ["text/plain"] = text };
}
