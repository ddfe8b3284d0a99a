using Adr.Kernel.Engine;
using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Cli.Running;

/// <summary>Runs a notebook as <c>adr run</c> and <c>adr demo</c> do: with this program as the engine, shown on the terminal, and exported.</summary>
public sealed record NotebookRun
{
    /// <summary>What runs, and how; the engine and what it tells are this program's.</summary>
    public required RunOptions Options { get; init; }

    /// <summary>Where the executed notebook also goes as one HTML file; null for nowhere.</summary>
    public string? Html { get; init; }

    /// <summary>Whether the page's code is folded away until asked for.</summary>
    public bool FoldCode { get; init; }

    /// <summary>Where the executed notebook also goes as one Markdown file; null for nowhere.</summary>
    public string? Markdown { get; init; }

    /// <summary>Whether outputs must be what they were in the notebook.</summary>
    public bool Check { get; init; }

    /// <summary>Runs it, and says on the terminal how it went.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    /// <exception cref="UsageException">There is no such notebook, or a file would be where it must not.</exception>
    public async Task<int> RunAsync(CancellationToken stop = default)
    {
        Prepare();
        var before = Check ? Notebook.Load(Options.NotebookPath) : null;
        KeepRunsInOnePlace();

        using var signals = new TerminationSignals();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, stop);
        using var console = new RunConsole(Terminal.Output());
        var result = await console.WatchAsync(progress => NotebookRunner.RunAsync(Hosted(progress), either.Token));

        if (result.Outcome == RunOutcome.Usage) throw new UsageException(result.Message);
        if (result.Outcome == RunOutcome.Ok) Console.WriteLine(result.Message);
        else await Console.Error.WriteLineAsync($"adr: {result.Message}");
        if (result.OutputPath is { } output) Console.WriteLine(output);
        var code = (int)result.Outcome;
        if (result.Notebook is not { } executed || code == ExitCode.Interrupted) return code;
        var exported = Export(Html, file => HtmlExporter.Save(executed, file, new HtmlOptions { SourceFolder = Path.GetDirectoryName(Path.GetFullPath(Options.NotebookPath)), FoldCode = FoldCode }));
        exported &= Export(Markdown, file => MarkdownExporter.Save(executed, file));
        var same = before is null || code != ExitCode.Fine || Compare(before, executed);
        return (exported && same) || code != ExitCode.Fine ? code : ExitCode.Failed;
    }

    private RunOptions Hosted(Action<RunEvent> progress) => Options with
    {
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
        var (notebook, output) = (Options.NotebookPath, Options.OutputPath);
        if (!File.Exists(notebook))
            throw new UsageException($"There is no notebook {notebook}{(Directory.Exists(notebook) ? "; it is a folder" : "")}.");
        if (output is not null && Path.GetFullPath(output) == Path.GetFullPath(notebook))
            throw new UsageException($"-o {output} is the notebook itself. Choose another file, or say --in-place.");
        foreach (var (option, export) in new[] { ("--html", Html), ("--markdown", Markdown) })
        {
            if (export is not null && new[] { notebook, output }.Any(file => file is not null && Path.GetFullPath(file) == Path.GetFullPath(export)))
                throw new UsageException($"{option} {export} would overwrite a notebook. Choose another file.");
        }
        foreach (var file in new[] { output, Html, Markdown }.OfType<string>())
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
