using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Adr.Kernel.Notebooks;
using Markdig;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.Engine;

/// <summary>Runs cells: C# in one session, and the directives around it.</summary>
internal sealed class CellEngine(EngineOutput output, string folder, IReadOnlyList<string> referencePaths)
{
    private static readonly MarkdownPipeline Markdown = new MarkdownPipelineBuilder().UseMathematics().UseAdvancedExtensions().Build();

    private readonly CSharpSession session = new(folder, referencePaths);
    private volatile CancellationTokenSource running = new();

    /// <summary>Makes the first cell as quick as the others.</summary>
    internal void Start() => session.Start();

    /// <summary>Asks the running cell to stop.</summary>
    internal void Cancel() => running.Cancel();

    /// <summary>Runs a cell to its end; whatever happens is told through the output.</summary>
    internal void Execute(ExecuteRequest request)
    {
        running = new CancellationTokenSource();
        var context = new KernelInvocationContext(output, request.Cell, running.Token);
        context.Enter();
        CellError? error = null;
        try
        {
            // Blocking here, not awaiting, keeps every cell's first part on this thread.
            RunAsync(request.Code, request.Language, $"Cell [{request.Cell}]", context).GetAwaiter().GetResult();
        }
        catch (Exception failure)
        {
            error = CellErrors.Of(failure);
        }
        output.MarkNativeStreams(request.Cell);
        output.Send(new CellDone(request.Cell, error));
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
            foreach (var step in Submission.Parse(code, language).Steps)
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
            case Directive { Name: "import" } directive:
                await ImportAsync(directive, context).ConfigureAwait(false);
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
                context.DisplayAs("#!csharp #!markdown #!html #!javascript #!time #!import #!who #!whos #!about #!lsmagic", PlainTextFormatter.MimeType);
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
            // They may be why the code failed.
            foreach (var notice in session.TakeNotices()) context.DisplayStandardError(notice + "\n");
        }
    }

    /// <summary>Runs another file's cells in this session: a notebook, a .dib, or C# source.</summary>
    private async Task ImportAsync(Directive directive, KernelInvocationContext context)
    {
        var path = Path.GetFullPath(directive.Argument.Trim('"'), folder);
        if (!File.Exists(path)) throw new DirectiveException($"#!import: there is no file '{path}'.", directive.Line);
        var name = Path.GetFileName(path);
        IEnumerable<(string Text, string Language, string Where)> cells = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".ipynb" => Notebook.Load(path).Cells.Index()
                .Where(cell => cell.Item.Kind is CellKind.Code or CellKind.Markdown)
                .Select(cell => (cell.Item.Source, cell.Item.Kind == CellKind.Code ? cell.Item.KernelName ?? "csharp" : "markdown", $"{name} cell {cell.Index + 1}")),
            ".dib" => [(Dib(File.ReadAllText(path)), "csharp", name)],
            ".cs" or ".csx" => [(File.ReadAllText(path), "csharp", name)],
            var other => throw new DirectiveException($"#!import reads .ipynb, .dib, .cs and .csx files, not '{other}'.", directive.Line),
        };
        foreach (var (text, language, where) in cells) await RunAsync(text, language, where, context).ConfigureAwait(false);
    }

    // A .dib file begins with its metadata, which is no code; empty lines in its place keep the numbers of the others.
    private static string Dib(string text)
    {
        text = text.ReplaceLineEndings("\n");
        if (!text.StartsWith("#!meta", StringComparison.Ordinal)) return text;
        var next = text.IndexOf("\n#!", StringComparison.Ordinal);
        return next < 0 ? "" : new string('\n', text.AsSpan(0, next).Count('\n')) + text[next..];
    }

    private static string About() => $"""
        C# notebook engine {typeof(CellEngine).Assembly.GetName().Version?.ToString(3)}
        .NET {Environment.Version}
        Roslyn {typeof(Script).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}
        {System.Runtime.InteropServices.RuntimeInformation.OSDescription}
        """;
}
