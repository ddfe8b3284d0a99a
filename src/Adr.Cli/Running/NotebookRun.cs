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

    /// <summary>How long one cell may take; null for as long as it likes.</summary>
    public TimeSpan? CellTimeout { get; init; }

    /// <summary>Goes on after a cell that fails.</summary>
    public bool AllowErrors { get; init; }

    /// <summary>Where the executed notebook also goes as one HTML file; null for nowhere.</summary>
    public string? Html { get; init; }

    /// <summary>Runs it, and says on the terminal how it went.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    /// <exception cref="UsageException">There is no such notebook, or a file would be where it must not.</exception>
    public async Task<int> RunAsync()
    {
        Check();
        if (SlowBlas.Warning() is { } warning) await Console.Error.WriteLineAsync($"adr: {warning}");
        KeepRunsInOnePlace();

        using var signals = new TerminationSignals();
        using var console = new RunConsole(Terminal.Output());
        var result = await console.WatchAsync(progress => NotebookRunner.RunAsync(
            new RunOptions
            {
                NotebookPath = Notebook, OutputPath = Output, Parameters = Parameters, CellTimeout = CellTimeout, AllowErrors = AllowErrors,
                ReferencePaths = [AppContext.BaseDirectory], Engine = EngineCommand.ForHost(typeof(NotebookRun).Assembly.Location), Progress = progress,
            },
            signals.Token));

        if (result.ExitCode == Kernel.Running.ExitCode.Usage) throw new UsageException(result.Message);
        if (result.ExitCode == Kernel.Running.ExitCode.Ok) Console.WriteLine(result.Message);
        else await Console.Error.WriteLineAsync($"adr: {result.Message}");
        if (result.OutputPath is { } output) Console.WriteLine(output);
        var code = (int)result.ExitCode;
        return Html is null || result.Notebook is null || Export(result.Notebook, Html) || code != ExitCode.Fine ? code : ExitCode.Failed;
    }

    // The run is over and saved: a page that cannot be written is told, and hides nothing of how the run ended.
    private bool Export(Notebook executed, string html)
    {
        try
        {
            HtmlExporter.Save(executed, html, new HtmlOptions { SourceFolder = Path.GetDirectoryName(Path.GetFullPath(Notebook)) });
            Console.WriteLine(html);
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"adr: {html} could not be written: {problem.Message}");
            return false;
        }
    }

    private void Check()
    {
        if (!File.Exists(Notebook))
            throw new UsageException($"There is no notebook {Notebook}{(Directory.Exists(Notebook) ? "; it is a folder" : "")}.");
        if (Output is not null && Path.GetFullPath(Output) == Path.GetFullPath(Notebook))
            throw new UsageException($"-o {Output} is the notebook itself. Choose another file, or say --in-place.");
        if (Html is not null && new[] { Notebook, Output }.Any(file => file is not null && Path.GetFullPath(file) == Path.GetFullPath(Html)))
            throw new UsageException($"--html {Html} would overwrite a notebook. Choose another file.");
        foreach (var file in new[] { Output, Html }.OfType<string>())
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
