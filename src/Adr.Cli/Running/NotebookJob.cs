using System.Diagnostics;
using System.Globalization;
using Adr.Kernel.Engine;
using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;
using Spectre.Console;

namespace Adr.Cli;

/// <summary>A notebook that is run on the terminal, with this program as the engine, and then exported.</summary>
public sealed record NotebookJob
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(300);

    /// <summary>What to run, and how. The job itself sets the engine and the progress.</summary>
    public required RunOptions Options { get; init; }

    /// <summary>The HTML file to write; null for none.</summary>
    public string? Html { get; init; }

    /// <summary>Whether the code in the HTML file is folded.</summary>
    public bool FoldCode { get; init; }

    /// <summary>Whether scripts may run in the HTML file. Default: true.</summary>
    public bool Scripts { get; init; } = true;

    /// <summary>The Markdown file to write; null for none.</summary>
    public string? Markdown { get; init; }

    /// <summary>Whether the executed notebook keeps only outputs that need no scripts; see
    /// <see cref="StaticNotebook"/>.</summary>
    public bool Static { get; init; }

    /// <summary>Whether the outputs must be the same as those in the notebook.</summary>
    public bool Check { get; init; }

    /// <summary>Runs notebooks one after the other, each in its own engine. A failure stops no other.</summary>
    /// <returns>The first <see cref="ExitCode"/> that is not <see cref="ExitCode.Fine"/>.</returns>
    /// <exception cref="UsageException">One of them cannot run; none was run.</exception>
    public static async Task<int> RunAllAsync(IReadOnlyList<NotebookJob> jobs)
    {
        if (jobs.Count == 1) return await jobs[0].RunAsync();
        var problems = jobs.Select(job => (job.Source, Problem: NotebookRunner.Problem(job.Options)))
            .Where(found => found.Problem is not null)
            .Select(found => $"{found.Source}: {found.Problem}")
            .ToList();
        if (problems.Count > 0) throw new UsageException(string.Join('\n', problems));

        var summary = new Table().AddColumns("notebook", "result", "seconds");
        var first = ExitCode.Fine;
        foreach (var job in jobs)
        {
            Console.WriteLine(job.Source);
            var clock = Stopwatch.StartNew();
            var code = await job.RunAsync();
            var seconds = clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            summary.AddRow(Markup.Escape(job.Source), Describe(code), seconds);
            if (first == ExitCode.Fine) first = code;
            if (code == ExitCode.Interrupted) break;
        }
        Terminal.Output().Write(summary);
        return first;
    }

    /// <summary>Runs the notebook, and tells the terminal how it went.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    /// <exception cref="UsageException">The notebook does not exist, or an output cannot be written.</exception>
    public async Task<int> RunAsync(CancellationToken stop = default)
    {
        Prepare();
        var before = Check ? Notebook.Load(Source) : null;
        KeepRunsInOnePlace();
        await FindLibtorchAsync();

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
        var isExported = Export(executed);
        if (Static) isExported &= Save(result.OutputPath, file => SaveStatic(executed, file));
        var isSame = before is null || code != ExitCode.Fine || Compare(before, executed);
        return code != ExitCode.Fine || (isExported && isSame) ? code : ExitCode.Failed;
    }

    /// <summary>Runs the notebook now, and again whenever its file is saved, until it is stopped.</summary>
    /// <returns>
    /// <see cref="ExitCode.Fine"/> if it is stopped while nothing runs; otherwise <see cref="ExitCode.Interrupted"/>.
    /// </returns>
    public async Task<int> WatchAsync()
    {
        using var signals = new TerminationSignals();
        while (true)
        {
            var seen = Read(Source);
            try
            {
                if (await RunAsync(signals.Token) is ExitCode.Interrupted) return ExitCode.Interrupted;
            }
            catch (UsageException problem) when (File.Exists(Source)) // half of an edit; the next one may be complete
            {
                await Console.Error.WriteLineAsync($"adr: {problem.Message}");
            }
            Console.WriteLine($"Waiting until {Source} is saved. Ctrl-C ends.");
            byte[]? last = null;
            // An editor may write a file in pieces, so a file counts as saved when it stays the same for a while.
            while (Read(Source) is not { } now || IsSame(now, seen) || !IsSame(now, last))
            {
                last = Read(Source);
                if (signals.Token.WaitHandle.WaitOne(WatchInterval)) return ExitCode.Fine;
            }
        }
    }

    private string Source => Options.NotebookPath;

    private RunOptions Hosted(Action<RunEvent> progress) => Options with
    {
        ReferencePaths = [AppContext.BaseDirectory],
        Engine = EngineCommand.ForHost(typeof(NotebookJob).Assembly.Location),
        Progress = progress,
    };

    private bool Export(Notebook executed)
    {
        var html = new HtmlOptions
        {
            SourceFolder = Path.GetDirectoryName(Path.GetFullPath(Source)), FoldCode = FoldCode, Scripts = Scripts,
        };
        return Save(Html, file => HtmlExporter.Save(executed, file, html))
            & Save(Markdown, file => MarkdownExporter.Save(executed, file));
    }

    // The run is over and saved, so a page that cannot be written must not hide how the run ended.
    private static bool Save(string? file, Action<string> save)
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

    private void SaveStatic(Notebook executed, string file)
    {
        StaticNotebook.Reduce(executed);
        StaticNotebook.Move(executed, Path.GetDirectoryName(Path.GetFullPath(Source))!,
            Path.GetDirectoryName(Path.GetFullPath(file))!);
        executed.Save(file);
    }

    private static bool Compare(Notebook before, Notebook after)
    {
        var differences = OutputComparison.Differences(before, after);
        if (differences.Count == 0)
        {
            Console.WriteLine("The outputs are the same as before.");
            return true;
        }
        foreach (var difference in differences) Console.Error.WriteLine(difference.TrimEnd());
        var cells = differences.Count == 1 ? "cell" : "cells";
        Console.Error.WriteLine($"adr: the outputs of {differences.Count} {cells} have changed (- before, + now).");
        return false;
    }

    private void Prepare()
    {
        if (!File.Exists(Source))
        {
            var hint = Directory.Exists(Source) ? "; it is a folder" : "";
            throw new UsageException($"There is no notebook {Source}{hint}.");
        }
        var output = Options.OutputPath;
        if (IsSameFile(output, Source))
            throw new UsageException($"-o {output} is the notebook itself. Choose another file, or use --in-place.");
        foreach (var (option, export) in new[] { ("--html", Html), ("--markdown", Markdown) })
        {
            if (IsSameFile(export, Source) || IsSameFile(export, output))
                throw new UsageException($"{option} {export} would overwrite a notebook. Choose another file.");
        }
        foreach (var file in new[] { output, Html, Markdown }.OfType<string>()) MakeFolderOf(file);
    }

    private static void MakeFolderOf(string file)
    {
        if (Directory.Exists(file)) throw new UsageException($"{file} is a folder; expected a file to write.");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The folder of {file} cannot be created: {problem.Message}");
        }
    }

    // Most notebooks use TorchSharp. One that does not must not wait until libtorch is fetched.
    private async Task FindLibtorchAsync()
    {
        string[] names = ["Adr", "TorchSharp"];
        var source = File.ReadAllText(Source);
        if (names.Any(name => source.Contains(name, StringComparison.Ordinal))) await LibtorchPackage.TryFindAsync();
    }

    // Cells run in the folder of the notebook, but what they train belongs with the other artifacts.
    private static void KeepRunsInOnePlace() =>
        Environment.SetEnvironmentVariable("ADR_RUNS", Cli.Options.RunsFolder(null));

    private static string Describe(int code) => code switch
    {
        ExitCode.Fine => "success",
        ExitCode.Failed => "failed",
        ExitCode.Interrupted => "interrupted",
        _ => $"exit code {code}",
    };

    private static bool IsSameFile(string? one, string? other) =>
        one is not null && other is not null && Path.GetFullPath(one) == Path.GetFullPath(other);

    private static bool IsSame(byte[] now, byte[]? before) => before is not null && now.AsSpan().SequenceEqual(before);

    // Null while the file is missing or is being replaced.
    private static byte[]? Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
