using Adr.Cli.Doctor;
using Adr.Kernel.Engine;
using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Cli.Running;

/// <summary>Runs a notebook as <c>adr run</c> and <c>adr demo</c> do: with this program as the engine, shown on the terminal, and exported.</summary>
public sealed record NotebookRun
{
    /// <summary>The notebook's file.</summary>
    public required string Notebook { get; init; }

    /// <summary>Where the executed notebook goes; null replaces the notebook itself.</summary>
    public required string? Output { get; init; }

    /// <summary>Values for the cell tagged <c>parameters</c>.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The parameters whose value is text where the notebook does not state their type.</summary>
    public IReadOnlySet<string> TextParameters { get; init; } = new HashSet<string>();

    /// <summary>Answers to what cells ask for, by prompt.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>The first cell to run; null for the first there is.</summary>
    public int? From { get; init; }

    /// <summary>The last cell to run; null for the last there is.</summary>
    public int? To { get; init; }

    /// <summary>How long the run may take; null for as long as it likes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long one cell may take; null for as long as it likes.</summary>
    public TimeSpan? CellTimeout { get; init; }

    /// <summary>Goes on after a cell that fails.</summary>
    public bool AllowErrors { get; init; }

    /// <summary>Where the executed notebook also goes as one HTML file; null for nowhere.</summary>
    public string? Html { get; init; }

    /// <summary>Whether the page's code is folded away until asked for.</summary>
    public bool FoldCode { get; init; }

    /// <summary>Where the executed notebook also goes as one Markdown file; null for nowhere.</summary>
    public string? Markdown { get; init; }

    /// <summary>Whether outputs must be what they were in the notebook.</summary>
    public bool Check { get; init; }

    /// <summary>Says what would keep it from running, before anything runs; null where nothing would.</summary>
    public string? Problem() => !File.Exists(Notebook) ? null : NotebookRunner.Problem(Options(null)); // a file that is not there is told by Prepare

    /// <summary>Runs it, and says on the terminal how it went.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    /// <exception cref="UsageException">There is no such notebook, or a file would be where it must not.</exception>
    public async Task<int> RunAsync(CancellationToken stop = default)
    {
        Prepare();
        var before = Check ? Kernel.Notebooks.Notebook.Load(Notebook) : null;
        if (SlowBlas.Warning() is { } warning) await Console.Error.WriteLineAsync($"adr: {warning}");
        KeepRunsInOnePlace();

        using var signals = new TerminationSignals();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, stop);
        using var console = new RunConsole(Terminal.Output());
        var result = await console.WatchAsync(progress => NotebookRunner.RunAsync(Options(progress), either.Token));

        if (result.ExitCode == Kernel.Running.ExitCode.Usage) throw new UsageException(result.Message);
        if (result.ExitCode == Kernel.Running.ExitCode.Ok) Console.WriteLine(result.Message);
        else await Console.Error.WriteLineAsync($"adr: {result.Message}");
        if (result.OutputPath is { } output) Console.WriteLine(output);
        var code = (int)result.ExitCode;
        if (result.Notebook is not { } executed || code == ExitCode.Interrupted) return code;
        var exported = Export(Html, file => HtmlExporter.Save(executed, file, new HtmlOptions { SourceFolder = Path.GetDirectoryName(Path.GetFullPath(Notebook)), FoldCode = FoldCode }));
        exported &= Export(Markdown, file => MarkdownExporter.Save(executed, file));
        var same = before is null || code != ExitCode.Fine || Compare(before, executed);
        return (exported && same) || code != ExitCode.Fine ? code : ExitCode.Failed;
    }

    private RunOptions Options(Action<RunEvent>? progress) => new()
    {
        NotebookPath = Notebook, OutputPath = Output, Parameters = Parameters, TextParameters = TextParameters, Inputs = Inputs, From = From, To = To,
        CellTimeout = CellTimeout, Timeout = Timeout, AllowErrors = AllowErrors,
        ReferencePaths = [AppContext.BaseDirectory], Engine = EngineCommand.ForHost(typeof(NotebookRun).Assembly.Location), Progress = progress,
    };

    // The run is over and saved: a page that cannot be written is told, and hides nothing of how the run ended.
    private static bool Export(string? file, Action<string> save)
    {
        if (file is null) return true;
        try
        {
            save(file);
            Console.WriteLine(file);
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"adr: {file} could not be written: {problem.Message}");
            return false;
        }
    }

    private static bool Compare(Notebook before, Notebook after)
    {
        var differences = OutputComparison.Differences(before, after);
        foreach (var difference in differences) Console.Error.WriteLine(difference.TrimEnd());
        if (differences.Count == 0) Console.WriteLine("The outputs are what they were.");
        else Console.Error.WriteLine($"adr: the outputs of {differences.Count} {(differences.Count == 1 ? "cell" : "cells")} are not what they were (- before, + now).");
        return differences.Count == 0;
    }

    private void Prepare()
    {
        if (!File.Exists(Notebook))
            throw new UsageException($"There is no notebook {Notebook}{(Directory.Exists(Notebook) ? "; it is a folder" : "")}.");
        if (Output is not null && Path.GetFullPath(Output) == Path.GetFullPath(Notebook))
            throw new UsageException($"-o {Output} is the notebook itself. Choose another file, or say --in-place.");
        foreach (var (option, export) in new[] { ("--html", Html), ("--markdown", Markdown) })
        {
            if (export is not null && new[] { Notebook, Output }.Any(file => file is not null && Path.GetFullPath(file) == Path.GetFullPath(export)))
                throw new UsageException($"{option} {export} would overwrite a notebook. Choose another file.");
        }
        foreach (var file in new[] { Output, Html, Markdown }.OfType<string>())
        {
            if (Directory.Exists(file)) throw new UsageException($"{file} is a folder; expected a file to write.");
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"The folder of {file} cannot be made: {problem.Message}");
            }
        }
    }

    // Cells run in the notebook's folder; what they train belongs with the other artifacts.
    private static void KeepRunsInOnePlace()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("ADR_RUNS")))
            Environment.SetEnvironmentVariable("ADR_RUNS", Repository.Artifact("runs"));
    }
}
