using System.Reactive.Disposables;
using System.Runtime.CompilerServices;
using Adr.Kernel.Engine;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.DotNet.Interactive.Utility;

namespace Adr.Kernel.InteractiveApi;

/// <summary>
/// This engine as a kernel of .NET Interactive. Extensions of packages, and cells that use that API, find it as
/// <c>Kernel.Current</c>, and as the only child of <c>Kernel.Root</c>.
/// </summary>
/// <remarks>
/// Cells do not pass through it: the engine runs them itself. Each has an invocation context of its own, so that what
/// code publishes there is shown, and code that is sent to this kernel runs in the session of the cells.
/// </remarks>
internal sealed class EngineKernel : Microsoft.DotNet.Interactive.Kernel, IKernelCommandHandler<SubmitCode>
{
    private readonly Func<string, RunningCell, Task> run;

    private EngineKernel(Func<string, RunningCell, Task> run) : base("csharp")
    {
        this.run = run;
        KernelInfo.LanguageName = "C#";
        KernelInfo.DisplayName = "csharp - C# Script";
    }

    /// <summary>Creates the kernel and its root.</summary>
    /// <param name="run">Runs code that is sent to the kernel. It belongs to a cell.</param>
    internal static EngineKernel Create(Func<string, RunningCell, Task> run)
    {
        // Before there is a kernel: their class subscribes too, and what it publishes then repeats what was shown here.
        Formatter.SubscribeToDisplayedValues(RunningCell.OnDisplayed);
        var root = new CompositeKernel();
        var kernel = new EngineKernel(run);
        root.Add(kernel, ["c#", "C#"]);
        root.DefaultKernelName = kernel.Name;
        root.RegisterCommandHandler<RequestInput>(AnswerAsync);
        root.SetDefaultTargetKernelNameForCommand(typeof(RequestInput), root.Name);
        root.KernelEvents.Subscribe(new Observer(Show));
        KeepConsole();
        return kernel;
    }

    // Each context takes the console's writers while it runs, unless somebody has taken and returned them before.
    private static void KeepConsole()
    {
        var (output, error) = (Console.Out, Console.Error);
        ConsoleOutput.Subscribe(_ => Disposable.Empty);
        Console.SetOut(output);
        Console.SetError(error);
    }

    /// <summary>Begins a cell: until its end, <c>KernelInvocationContext.Current</c> stands for it.</summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="stop">Cancelled when the cell is asked to stop.</param>
    /// <returns>Ends the cell when it is disposed, on the thread that began it.</returns>
    internal IDisposable Begin(string code, CancellationToken stop)
    {
        var command = new SubmitCode(code, Name);
        var context = KernelInvocationContext.GetOrCreateAmbientContext(command);
        SetHandlingKernel(command, context);
        return new Running(
            context,
            context.KernelEvents.Subscribe(new Observer(PublishEvent)),
            stop.Register(() => StopOf(context).Cancel()));
    }

    /// <inheritdoc/>
    public Task HandleAsync(SubmitCode command, KernelInvocationContext context) =>
        run(command.Code, RunningCell.Required);

    private static async Task AnswerAsync(RequestInput request, KernelInvocationContext context)
    {
        var answer = await RunningCell.Required.AskAsync(request.Prompt, request.IsPassword).ConfigureAwait(false);
        context.Publish(new InputProduced(answer, request));
    }

    private static void Show(KernelEvent happened)
    {
        if (RunningCell.Current is not { } cell) return;
        switch (happened)
        {
            case DisplayEvent shown when RunningCell.IsRepetition(shown):
                break;
            case DisplayedValueProduced shown:
                cell.Show(shown.Value, shown.FormattedValues, shown.ValueId);
                break;
            case DisplayedValueUpdated update:
                cell.ShowUpdate(ValueBundle.Of(update.FormattedValues, []), update.ValueId);
                break;
            case ReturnValueProduced result:
                cell.Return(result.FormattedValues);
                break;
            case StandardOutputValueProduced written:
                cell.DisplayStandardOut(string.Concat(written.FormattedValues.Select(value => value.Value)));
                break;
            case StandardErrorValueProduced written:
                cell.DisplayStandardError(string.Concat(written.FormattedValues.Select(value => value.Value)));
                break;
            case ErrorProduced error:
                cell.DisplayStandardError(error.Message + "\n");
                break;
        }
    }

    // The context of a command that nobody sent can be cancelled only from inside.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_cancellationTokenSource")]
    private static extern ref CancellationTokenSource StopOf(KernelInvocationContext context);

    private sealed class Running(
        KernelInvocationContext context, IDisposable events, CancellationTokenRegistration stopping) : IDisposable
    {
        public void Dispose()
        {
            stopping.Dispose();
            context.Dispose();
            events.Dispose();
        }
    }

    private sealed class Observer(Action<KernelEvent> next) : IObserver<KernelEvent>
    {
        public void OnNext(KernelEvent value) => next(value);

        public void OnCompleted() { }

        public void OnError(Exception error) =>
            RunningCell.Current?.DisplayStandardError($"An event of a cell was lost: {error}\n");
    }
}
