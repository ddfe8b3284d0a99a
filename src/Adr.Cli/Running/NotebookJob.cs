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

    /// <summary>Other files that the command reads, and that an output must not overwrite.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>Runs notebooks one after the other, each in its own engine. A failure stops no other.</summary>
    /// <returns>The first <see cref="ExitCode"/> that is not <see cref="ExitCode.Fine"/>.</returns>
    /// <exception cref="UsageException">One of them cannot run; none was run.</exception>
    public static async Task<int> RunAllAsync(IReadOnlyList<NotebookJob> jobs)
    {
        CheckPlaces(jobs);
        if (jobs.Count == 1) return await jobs[0].RunCheckedAsync(default);
        var problems = jobs.Select(job => (job.Source, Problem: NotebookRunner.Problem(job.Options)))
            .Where(found => found.Problem is not null)
            .Select(found => $"{found.Source}: {found.Problem}")
            .ToList();
        if (problems.Count > 0) throw new UsageException(string.Join('\n', problems));
        foreach (var job in jobs) job.MakeFolders(); // all of them, before the first notebook runs

        var summary = new Table().AddColumns("notebook", "result", "seconds");
        var first = ExitCode.Fine;
        foreach (var job in jobs)
        {
            Console.WriteLine(job.Source);
            var clock = Stopwatch.StartNew();
            var code = await job.RunCheckedAsync(default);
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
    public Task<int> RunAsync() => RunAllAsync([this]);

    private async Task<int> RunCheckedAsync(CancellationToken stop)
    {
        if (!File.Exists(Source))
        {
            var hint = Directory.Exists(Source) ? "; it is a folder" : "";
            throw new UsageException($"There is no notebook {Source}{hint}.");
        }
        MakeFolders();
        var before = Check ? RunCommand.Load(Source) : null;
        KeepRunsInOnePlace();
        await FindLibtorchAsync();

        using var signals = new TerminationSignals();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, stop);
        using var console = new RunConsole(Terminal.Output());
        var result = await console.WatchAsync(progress => NotebookRunner.RunAsync(Hosted(progress), either.Token));

        if (result.Outcome == RunOutcome.Usage) throw new UsageException(result.Message);
        if (result.Outcome == RunOutcome.Ok) Console.WriteLine(result.Message);
        else await Console.Error.WriteLineAsync($"adr: {result.Message}");
        if (result.OutputPath is { } output && !(Static && result.Notebook is not null)) Console.WriteLine(output);
        var code = (int)result.Outcome;
        // Pages are written also after a run that was stopped: they show what was done.
        if (result is not { Notebook: { } executed, OutputPath: not null }) return code;
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
                CheckPlaces([this]);
                if (await RunCheckedAsync(signals.Token) is ExitCode.Interrupted) return ExitCode.Interrupted;
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

    private IEnumerable<(string Option, string File)> Outputs
    {
        get
        {
            if (Options.OutputPath is { } output) yield return ("-o", output);
            if (Html is not null) yield return ("--html", Html);
            if (Markdown is not null) yield return ("--markdown", Markdown);
        }
    }

    /// <summary>Checks that no output would overwrite a notebook, another output, or a file that is read.</summary>
    /// <remarks>Links are followed, and other spellings of a path recognized.</remarks>
    /// <exception cref="UsageException">One would.</exception>
    private static void CheckPlaces(IReadOnlyList<NotebookJob> jobs)
    {
        var taken = new List<(string File, string What)>();
        foreach (var source in jobs.Select(job => job.Source))
        {
            if (jobs.Any(job => job.Options.OutputPath is null) && Taken(source) is not null)
                throw new UsageException($"--in-place would replace {source} twice. Name every notebook once.");
            taken.Add((source, $"a notebook, {source}"));
        }
        taken.AddRange(jobs.SelectMany(job => job.Inputs).Select(file => (file, $"{file}, which is read")));
        foreach (var (job, (option, file)) in jobs.SelectMany(job => job.Outputs, (job, output) => (job, output)))
        {
            if (option == "-o" && RealPath.AreSame(file, job.Source))
                throw new UsageException($"-o {file} is the notebook itself. Choose another file, or use --in-place.");
            if (Taken(file) is { } what)
                throw new UsageException($"{option} {file} would overwrite {what}. Choose another file.");
            taken.Add((file, option == "-o" ? $"a notebook, that of -o {file}" : $"the file of {option}"));
        }

        string? Taken(string file) => taken.FirstOrDefault(one => RealPath.AreSame(one.File, file)).What;
    }

    private void MakeFolders()
    {
        foreach (var (_, file) in Outputs) MakeFolderOf(file);
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
