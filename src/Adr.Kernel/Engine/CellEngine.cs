using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Packages;
using Markdig;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.Engine;

/// <summary>Runs cells: C# in one session, and the directives around it.</summary>
internal sealed class CellEngine
{
    // Deep recursion in a cell should meet the same limits as in a program's main thread.
    private const int StackSize = 16 << 20;

    // Where libraries that know nothing of notebooks find the running cell's token.
    private const string CancellationName = "Notebook.CancellationToken";

    private static readonly MarkdownPipeline Markdown = new MarkdownPipelineBuilder().UseMathematics().UseAdvancedExtensions().Build();

    private readonly EngineOutput output;
    private readonly EngineInput input;
    private readonly string folder;
    private readonly CSharpSession session;
    private readonly NotebookPackages packages;
    private readonly TaskCompletionSource<CodeAssistant> assistant = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private (int Cell, CellInterruption Interruption)? running;
    private int stopped; // the cell that was last asked to stop; it may not have begun

    internal CellEngine(EngineOutput output, EngineInput input, string folder, IReadOnlyList<string> referencePaths)
    {
        this.output = output;
        this.input = input;
        this.folder = folder;
        session = new CSharpSession(folder, referencePaths);
        packages = new NotebookPackages(folder, session.Use);
        Formatter.SubscribeToDisplayedValues(KernelInvocationContext.OnDisplayed);
    }

    /// <summary>Makes the first cell as quick as the others.</summary>
    private void Start()
    {
        session.Start();
        assistant.SetResult(new CodeAssistant(session));
    }

    /// <summary>Answers a question about code.</summary>
    internal async Task AnswerAsync(EngineMessage question)
    {
        var asked = await assistant.Task.ConfigureAwait(false);
        try
        {
            output.Send(question switch
            {
                CompletionRequest completion => await asked.CompleteAsync(completion).ConfigureAwait(false),
                InspectionRequest inspection => await asked.InspectAsync(inspection).ConfigureAwait(false),
                CompletenessRequest completeness => CodeAssistant.IsComplete(completeness),
                _ => throw new UnreachableException($"No way to answer a {question.GetType().Name}."),
            });
        }
        catch (Exception failure) // an editor goes on without an answer; a person should still hear of it
        {
            output.Write(null, "stderr", $"The kernel could not answer a {question.GetType().Name}: {failure.Message}\n");
            output.Send(question switch
            {
                CompletionRequest completion => new Completions(completion.Id, completion.Position, completion.Position, []),
                InspectionRequest inspection => new Inspection(inspection.Id, []),
                CompletenessRequest completeness => new Completeness(completeness.Id, "unknown", ""),
                _ => throw new UnreachableException(),
            });
        }
    }

    /// <summary>Stops a cell, or keeps in mind that it shall stop as soon as it begins; one that ended is none.</summary>
    internal void Stop(int cell)
    {
        CellInterruption? interruption;
        lock (gate)
        {
            stopped = cell;
            interruption = running is { } present && present.Cell == cell ? present.Interruption : null;
        }
        interruption?.Stop();
    }

    /// <summary>Makes ready, then runs cells one after the other, on a thread of their own.</summary>
    /// <param name="requests">The cells; blocks where there is none yet.</param>
    /// <param name="ready">Called once the first cell can run.</param>
    internal void Run(IEnumerable<ExecuteRequest> requests, Action ready)
    {
        // One thread for all cells: native libraries keep settings (threads, gradient mode) by thread. Only where a cell
        // had to be aborted does the next one get another; the old one must end, or no other thread can be aborted.
        CellDone? aborted = null;
        OnThread(() =>
        {
            Start();
            ready();
            aborted = UntilAbort(requests);
        });
        while (aborted is { } done)
        {
            Tell(done);
            OnThread(() => aborted = UntilAbort(requests));
        }
    }

    private static void OnThread(Action run)
    {
        var thread = new Thread(() => run(), StackSize) { Name = "cells", IsBackground = true };
        thread.Start();
        thread.Join();
    }

    /// <summary>Runs cells until one had to be aborted; its end is for another thread to tell. Null where no cells are left.</summary>
    private CellDone? UntilAbort(IEnumerable<ExecuteRequest> requests)
    {
        foreach (var request in requests)
        {
            var (done, isAborted) = Execute(request);
            if (isAborted) return done;
            Tell(done);
        }
        return null;
    }

    private (CellDone Done, bool IsAborted) Execute(ExecuteRequest request)
    {
        var interruption = new CellInterruption();
        bool isStopped;
        lock (gate)
        {
            running = (request.Cell, interruption);
            isStopped = stopped == request.Cell;
        }
        if (isStopped) new Thread(interruption.Stop) { Name = "stop", IsBackground = true }.Start();
        var context = new KernelInvocationContext(output, request.HasInput ? input : null, request.Cell, interruption.Token, interruption.Pressed);
        context.Enter();
        AppContext.SetData(CancellationName, interruption.Token);
        CellError? error = null;
        var expressions = new Dictionary<string, ExpressionValue>();
        try
        {
            // Blocking here, not awaiting, keeps every cell's first part on this thread.
            interruption.Run(() =>
            {
                RunAsync(request.Code, request.Language, request.Name, context).GetAwaiter().GetResult();
                foreach (var (name, expression) in request.Expressions) expressions[name] = Evaluate(expression, context.CancellationToken);
            });
        }
        catch (Exception failure)
        {
            error = CellErrors.Of(failure, interruption.IsAsked);
        }
        lock (gate) running = null;
        return (new CellDone(request.Cell, error) { Expressions = error is null ? expressions : [] }, interruption.IsAborted);
    }

    private void Tell(CellDone done)
    {
        output.MarkNativeStreams(done.Cell);
        output.Send(done);
    }

    private ExpressionValue Evaluate(string expression, CancellationToken cancellationToken)
    {
        try
        {
            return new ExpressionValue(ValueBundle.Of(session.EvaluateAsync(expression, cancellationToken).GetAwaiter().GetResult(), []), null);
        }
        catch (Exception failure)
        {
            return new ExpressionValue([], CellErrors.Of(failure));
        }
    }

    /// <summary>Runs the text of a cell, this notebook's or an imported one.</summary>
    /// <param name="code">The text.</param>
    /// <param name="language">Its language until a directive says otherwise.</param>
    /// <param name="place">What its errors name.</param>
    /// <param name="context">The cell of this notebook that runs.</param>
    private async Task RunAsync(string code, string language, string place, KernelInvocationContext context)
    {
        var clock = Stopwatch.StartNew();
        var timed = false;
        try
        {
            var steps = Submission.Parse(code, language).Steps;
            await packages.AddAsync(steps, context).ConfigureAwait(false);
            TellNotices(context);
            foreach (var step in steps)
            {
                if (step is Directive { Name: "time" }) timed = true;
                else await RunAsync(step, place, context).ConfigureAwait(false);
            }
        }
        catch (DirectiveException error) when (error.Place is null)
        {
            error.Place = place;
            throw;
        }
        if (timed)
            context.DisplayAs(string.Create(CultureInfo.InvariantCulture, $"Wall time: {clock.Elapsed.TotalMilliseconds}ms"), PlainTextFormatter.MimeType);
    }

    private async Task RunAsync(Step step, string place, KernelInvocationContext context)
    {
        switch (step)
        {
            case CodeBlock { Language: "csharp" } block:
                await RunCSharpAsync(block, place, context).ConfigureAwait(false);
                break;
            case CodeBlock { Language: "markdown" } block:
                // The Markdown beside the HTML, for whoever renders its formulas.
                context.Display(new[] { new FormattedValue(HtmlFormatter.MimeType, Markdig.Markdown.ToHtml(block.Text, Markdown)), new FormattedValue("text/markdown", block.Text) });
                break;
            case CodeBlock { Language: "html" } block:
                context.DisplayAs(block.Text, HtmlFormatter.MimeType);
                break;
            case CodeBlock { Language: "javascript" } block:
                Microsoft.DotNet.Interactive.Kernel.Javascript(block.Text);
                break;
            case CodeBlock { Language: "value" } block:
                await RunCSharpAsync(block with { Lines = [VariableDirective.ValueCode(block)] }, place, context).ConfigureAwait(false);
                break;
            case PackageStep or PackageSource:
                break; // restored before the cell's code
            case Directive { Name: "import" } directive:
                await ImportAsync(directive, context).ConfigureAwait(false);
                break;
            case Directive { Name: "set" or "share" } directive:
                await RunCSharpAsync(new CodeBlock("csharp", directive.Line, [await VariableDirective.CodeAsync(directive, context.AskAsync).ConfigureAwait(false)]), place, context).ConfigureAwait(false);
                break;
            case Directive { Name: "who" }:
                context.Display(session.Variables.Select(variable => variable.Name).Distinct().ToArray());
                break;
            case Directive { Name: "whos" }:
                session.Variables.GroupBy(variable => variable.Name).Select(same => same.Last())
                    .Select(variable => new { variable.Name, Type = variable.Type.Name, Value = variable.Value.ToDisplayString(PlainTextFormatter.MimeType) })
                    .DisplayTable();
                break;
            case Directive { Name: "about" }:
                context.DisplayAs(About(), PlainTextFormatter.MimeType);
                break;
            case Directive { Name: "lsmagic" }:
                context.DisplayAs(string.Join(' ', Submission.Directives), PlainTextFormatter.MimeType);
                break;
            default:
                throw new UnreachableException($"No way to run a {step}.");
        }
    }

    private async Task RunCSharpAsync(CodeBlock block, string place, KernelInvocationContext context)
    {
        try
        {
            var (hasResult, value) = await session.RunAsync(block.InPlace, place, context.CancellationToken).ConfigureAwait(false);
            if (hasResult && value is not DisplayedValue) context.Return(value);
        }
        finally
        {
            TellNotices(context); // they may be why the code failed
        }
    }

    private void TellNotices(KernelInvocationContext context)
    {
        foreach (var notice in session.TakeNotices()) context.DisplayStandardError(notice + "\n");
    }

    /// <summary>Runs another file's cells in this session: a notebook, a .dib, or C# source.</summary>
    private async Task ImportAsync(Directive directive, KernelInvocationContext context)
    {
        var path = Path.GetFullPath(directive.Argument.Trim('"'), folder);
        if (!File.Exists(path)) throw new DirectiveException($"#!import: there is no file '{path}'.", directive.Line);
        var name = Path.GetFileName(path);
        IEnumerable<(string Text, string Language, string Where)> cells = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".ipynb" or ".dib" => Notebook.Load(path).Cells.Index()
                .Where(cell => cell.Item.Kind is CellKind.Code or CellKind.Markdown)
                .Select(cell => (cell.Item.Source, cell.Item.Kind == CellKind.Code ? cell.Item.KernelName ?? "csharp" : "markdown", $"{name} cell {cell.Index + 1}")),
            ".cs" or ".csx" => [(File.ReadAllText(path), "csharp", name)],
            var other => throw new DirectiveException($"#!import reads .ipynb, .dib, .cs and .csx files, not '{other}'.", directive.Line),
        };
        foreach (var (text, language, where) in cells) await RunAsync(text, language, where, context).ConfigureAwait(false);
    }

    private static string About() => $"""
        C# notebook engine {typeof(CellEngine).Assembly.GetName().Version?.ToString(3)}
        .NET {Environment.Version}
        Roslyn {typeof(Script).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}
        {System.Runtime.InteropServices.RuntimeInformation.OSDescription}
        """;
}
