using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Adr.Kernel.InteractiveApi;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Packages;
using Markdig;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive.Formatting;
using PasswordString = Microsoft.DotNet.Interactive.PasswordString;

namespace Adr.Kernel.Engine;

/// <summary>Runs cells: C# in one session, and the directives around it.</summary>
internal sealed class CellEngine
{
    // Deep recursion should work in a cell as it does in the main thread of a program.
    private const int StackSize = 16 << 20;

    // Libraries that do not know of notebooks find the token of the running cell under this name.
    private const string CancellationName = "Notebook.CancellationToken";

    private static readonly MarkdownPipeline Markdown =
        new MarkdownPipelineBuilder().UseMathematics().UseAdvancedExtensions().Build();

    private readonly EngineOutput output;
    private readonly EngineInput input;
    private readonly string folder;
    private readonly CSharpSession session;
    private readonly NotebookPackages packages;
    private readonly EngineKernel kernel;
    private readonly VariableDirective variables =
        new((prompt, isPassword) => RunningCell.Required.AskAsync(prompt, isPassword));
    private readonly TaskCompletionSource<CodeAssistant> assistant =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AsyncLocal<ImmutableHashSet<string>?> importing = new(); // the files whose cells are running
    private readonly Lock gate = new();
    private (int Cell, CellInterruption Interruption)? running;
    private int stopped; // the cell that was last asked to stop; perhaps it has not begun

    internal CellEngine(
        EngineOutput output, EngineInput input, string folder, IReadOnlyList<string> referencePaths,
        IReadOnlyCollection<string> shownByHost)
    {
        this.output = output;
        this.input = input;
        this.folder = folder;
        session = new CSharpSession(folder, referencePaths);
        kernel = EngineKernel.Create(RunSubmittedAsync);
        var extensions = new PackageExtensions(
            kernel.RootKernel, session.Load, (path, cell) => ImportAsync(new Directive("import", path, 1), cell));
        packages = new NotebookPackages(folder, session.Use, extensions.LoadAsync, shownByHost);
        SafeText.Install();
        Formatter.SetPreferredMimeTypesFor(typeof(PasswordString), PlainTextFormatter.MimeType);
    }

    /// <summary>Answers a question about code.</summary>
    internal async Task AnswerAsync(Question question)
    {
        var ready = await assistant.Task.ConfigureAwait(false);
        try
        {
            output.Send(await ready.AnswerAsync(question).ConfigureAwait(false));
        }
        catch (Exception failure) // The editor can do without an answer, but the user should hear of the failure.
        {
            var message = $"The kernel could not answer a {question.GetType().Name}: {failure.Message}\n";
            output.Write(CellEvent.WithoutCell, "stderr", message);
            output.Send(CodeAssistant.NoAnswer(question));
        }
    }

    /// <summary>
    /// Stops a cell. If the cell has not begun, it stops as soon as it does. If it has ended, nothing happens.
    /// </summary>
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

    /// <summary>Gets ready, then runs cells one after the other on a thread of their own.</summary>
    /// <param name="requests">The cells. The sequence blocks while there is none.</param>
    /// <param name="ready">Called when the first cell can run.</param>
    internal void Run(IEnumerable<ExecuteRequest> requests, Action ready)
    {
        // One thread for all cells, because native libraries keep settings (threads, gradient mode) per thread. Only
        // after a cell was aborted does the next one get another thread. The old one must end first, or no other thread
        // can be aborted.
        CellDone? aborted = null;
        OnThread(() =>
        {
            session.Start(); // now, so that the first cell is as quick as the others
            assistant.SetResult(new CodeAssistant(session));
            ready();
            aborted = RunUntilAbort(requests);
        });
        while (aborted is { } done)
        {
            Report(done);
            OnThread(() => aborted = RunUntilAbort(requests));
        }
    }

    private static void OnThread(Action run)
    {
        var thread = new Thread(() => run(), StackSize) { Name = "cells", IsBackground = true };
        thread.Start();
        thread.Join();
    }

    /// <summary>Runs cells until one is aborted, whose end another thread has to report.</summary>
    /// <returns>The aborted cell; null if there are no more cells.</returns>
    private CellDone? RunUntilAbort(IEnumerable<ExecuteRequest> requests)
    {
        foreach (var request in requests)
        {
            var (done, isAborted) = Execute(request);
            if (isAborted) return done;
            Report(done);
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
        var context = new RunningCell(
            output, request.HasInput ? input : null, request.Cell, interruption.Token, interruption.Pressed);
        context.Enter();
        using var begun = kernel.Begin(request.Code, interruption.Token);
        AppContext.SetData(CancellationName, interruption.Token);
        AppContext.SetData(CellInterruption.WatchedName, null);
        CellError? error = null;
        var expressions = new Dictionary<string, ExpressionValue>();
        try
        {
            // Blocking, and not awaiting, keeps the first part of every cell on this thread.
            interruption.Run(() =>
            {
                RunAsync(request.Code, request.Language, request.Name, context).GetAwaiter().GetResult();
                foreach (var (name, expression) in request.Expressions)
                    expressions[name] = Evaluate(expression, context.CancellationToken);
            });
        }
        catch (Exception failure)
        {
            error = CellErrors.Of(failure, interruption.IsAsked);
        }
        lock (gate) running = null;
        var done = new CellDone(request.Cell, error) { Expressions = error is null ? expressions : [] };
        return (done, interruption.IsAborted);
    }

    private void Report(CellDone done)
    {
        output.MarkNativeStreams(done.Cell);
        output.Send(done);
    }

    private ExpressionValue Evaluate(string expression, CancellationToken cancellationToken)
    {
        try
        {
            var value = session.EvaluateAsync(expression, cancellationToken).GetAwaiter().GetResult();
            return new ExpressionValue(ValueBundle.Of(value, []), null);
        }
        catch (Exception failure)
        {
            return new ExpressionValue([], CellErrors.Of(failure));
        }
    }

    /// <summary>Runs the text of a cell of this notebook or of an imported one.</summary>
    /// <param name="code">The text.</param>
    /// <param name="language">Its language up to the first directive that changes it.</param>
    /// <param name="place">The name that errors use for it.</param>
    /// <param name="context">The cell of this notebook that is running.</param>
    private async Task RunAsync(string code, string language, string place, RunningCell context)
    {
        var clock = Stopwatch.StartNew();
        var isTimed = false;
        try
        {
            var steps = Submission.Parse(code, language).Steps;
            await packages.AddAsync(steps, context).ConfigureAwait(false);
            ShowNotices(context);
            foreach (var step in steps)
            {
                if (step is Directive { Name: "time" }) isTimed = true;
                else await RunAsync(step, place, context).ConfigureAwait(false);
            }
        }
        catch (DirectiveException error) when (error.Place is null)
        {
            error.Place = place;
            throw;
        }
        if (!isTimed) return;
        var time = string.Create(CultureInfo.InvariantCulture, $"Wall time: {clock.Elapsed.TotalMilliseconds}ms");
        context.DisplayAs(time, PlainTextFormatter.MimeType);
    }

    private async Task RunAsync(Step step, string place, RunningCell context)
    {
        switch (step)
        {
            case CodeBlock { Language: "csharp" } block:
                await RunCSharpAsync(block, place, context).ConfigureAwait(false);
                break;
            case CodeBlock { Language: "markdown" } block:
                // A front end that renders formulas needs the Markdown beside the HTML.
                context.Display(new[]
                {
                    new FormattedValue(HtmlFormatter.MimeType, Markdig.Markdown.ToHtml(block.Text, Markdown)),
                    new FormattedValue("text/markdown", block.Text),
                });
                break;
            case CodeBlock { Language: "html" } block:
                context.DisplayAs(block.Text, HtmlFormatter.MimeType);
                break;
            case CodeBlock { Language: "javascript" } block:
                CellFunctions.Javascript(block.Text);
                break;
            case CodeBlock { Language: "mermaid" } block:
                context.Display(Mermaid.Of(block.Text));
                break;
            case CodeBlock { Language: "value" } block:
                var valueCode = await variables.ValueCodeAsync(block).ConfigureAwait(false);
                await RunCSharpAsync(block with { Lines = [valueCode] }, place, context).ConfigureAwait(false);
                break;
            case PackageStep or PackageSource:
                break; // Packages are restored before the code of the cell runs.
            case Directive { Name: "import" } directive:
                await ImportAsync(directive, context).ConfigureAwait(false);
                break;
            case Directive { Name: "set" or "share" } directive:
                await DeclareAsync(directive, place, context).ConfigureAwait(false);
                break;
            case Directive { Name: "who" }:
                context.Display(session.Variables.Select(variable => variable.Name).Distinct().ToArray());
                break;
            case Directive { Name: "whos" }:
                session.Variables.GroupBy(variable => variable.Name).Select(same => same.Last()).Select(variable => new
                {
                    variable.Name,
                    Type = variable.Type.Name,
                    Value = ValueBundle.PlainText(variable.Value),
                }).DisplayTable();
                break;
            case Directive { Name: "about" }:
                context.DisplayAs(About(), PlainTextFormatter.MimeType);
                break;
            case Directive { Name: "lsmagic" }:
                context.DisplayAs(string.Join(' ', Submission.Directives), PlainTextFormatter.MimeType);
                break;
            default:
                throw new UnreachableException($"No step runs {step}.");
        }
    }

    /// <summary>
    /// Runs code that an extension or a cell sends to the kernel. A failure is shown, and left to the sender.
    /// </summary>
    private async Task RunSubmittedAsync(string code, RunningCell context)
    {
        try
        {
            await RunAsync(code, "csharp", "submitted code", context).ConfigureAwait(false);
        }
        catch (Exception failure) when (!context.CancellationToken.IsCancellationRequested)
        {
            context.DisplayStandardError(string.Join('\n', CellErrors.Of(failure).Traceback) + "\n");
            throw;
        }
    }

    private async Task RunCSharpAsync(CodeBlock block, string place, RunningCell context)
    {
        try
        {
            var (hasResult, value) = await session.RunAsync(
                block.InPlace, place, warnings => ShowWarnings(warnings, context), context.CancellationToken)
                .ConfigureAwait(false);
            if (hasResult && value is not DisplayedValue) context.Return(value);
        }
        finally
        {
            ShowNotices(context); // They may explain why the code failed.
        }
    }

    private async Task DeclareAsync(Directive directive, string place, RunningCell context)
    {
        var (code, variable, value) = await variables.CodeAsync(directive).ConfigureAwait(false);
        await RunCSharpAsync(new CodeBlock("csharp", directive.Line, [code]), place, context).ConfigureAwait(false);
        if (variable is not null) session.Set(variable, value);
    }

    private static void ShowWarnings(IReadOnlyList<Diagnostic> warnings, RunningCell context)
    {
        foreach (var line in CellErrors.Describe(warnings)) context.DisplayStandardError(line + "\n");
    }

    private void ShowNotices(RunningCell context)
    {
        foreach (var notice in session.TakeNotices()) context.DisplayStandardError(notice + "\n");
    }

    /// <summary>Runs the cells of another file in this session. The file is a notebook, a .dib, or C# source.</summary>
    private async Task ImportAsync(Directive directive, RunningCell context)
    {
        var path = Path.GetFullPath(directive.Argument.Trim('"'), folder);
        if (!File.Exists(path))
            throw new DirectiveException($"#!import: there is no file '{path}'.", directive.Line);
        var (real, around) = (RealPath.Of(path), importing.Value ?? []);
        if (around.Contains(real))
            throw new DirectiveException($"#!import: '{path}' imports itself.", directive.Line);
        importing.Value = around.Add(real); // until this method returns
        var name = Path.GetFileName(path);
        var extension = Path.GetExtension(path).ToLowerInvariant();
        IEnumerable<(string Text, string Language, string Place)> cells = extension switch
        {
            ".ipynb" or ".dib" => Import(path => Notebook.Load(path).Cells.Index()
                .Where(cell => cell.Item.Kind is CellKind.Code or CellKind.Markdown)
                .Select(cell => (cell.Item.Source, LanguageOf(cell.Item), $"{name} cell {cell.Index + 1}"))),
            ".cs" or ".csx" => Import(path => [(Utf8File.Read(path), "csharp", name)]),
            _ => throw new DirectiveException(
                $"#!import reads .ipynb, .dib, .cs and .csx files, and not '{extension}'.", directive.Line),
        };
        foreach (var (text, language, place) in cells)
            await RunAsync(text, language, place, context).ConfigureAwait(false);

        IEnumerable<(string, string, string)> Import(Func<string, IEnumerable<(string, string, string)>> read)
        {
            try
            {
                return read(path);
            }
            catch (NotebookFormatException error)
            {
                throw new DirectiveException($"#!import: {error.Message}", directive.Line);
            }
            catch (InvalidDataException error)
            {
                throw new DirectiveException($"#!import: {path}, {error.Message}", directive.Line);
            }
        }
    }

    private static string LanguageOf(Cell cell) =>
        cell.Kind == CellKind.Markdown ? "markdown" : cell.KernelName ?? "csharp";

    private static string About()
    {
        var roslyn = typeof(Script).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>();
        return $"""
            C# notebook engine {typeof(CellEngine).Assembly.GetName().Version?.ToString(3)}
            .NET {Environment.Version}
            Roslyn {roslyn?.InformationalVersion}
            {RuntimeInformation.OSDescription}
            """;
    }
}
