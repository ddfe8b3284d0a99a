using System.CommandLine;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Cli;

/// <summary><c>adr run NOTEBOOK …</c>: runs C# notebooks from their first cell to their last.</summary>
public static class RunCommand
{
    private static readonly Argument<string[]> Notebooks = new("NOTEBOOK")
    {
        Description = "One or more .ipynb or .dib files, which run one after the other.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Output = new("-o", "--output")
    {
        Description = "The executed notebook, or a folder for it, as for several. Default: artifacts/run/NAME.ipynb.",
        HelpName = "OUT",
    };

    private static readonly Option<bool> InPlace = new("--in-place")
    {
        Description = "Replaces the notebook by the executed one.",
    };

    private static readonly Option<string[]> Parameters = Options.Parameters();

    private static readonly Option<string[]> Texts = new("-r", "--raw")
    {
        Description = "As -p, but the value is text even if it looks like a number.",
        HelpName = "name=value",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string[]> Files = new("-f", "--parameters-file")
    {
        Description = "A YAML or JSON file with parameters. -p and -r override it.",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string[]> Inputs = new("--input")
    {
        Description = "The answer to a cell that asks with this prompt (GetInputAsync, @input:).",
        HelpName = "prompt=value",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<int?> From = Options.Cell("--from",
        "The first code cell to run, from 1. Those before it do not run and keep their outputs.");

    private static readonly Option<int?> To = Options.Cell("--to", "The last code cell to run.");

    private static readonly Option<TimeSpan?> CellTimeout = Options.Seconds("--timeout",
        "The time limit of a cell. A cell that exceeds it is stopped; exit code 3.");

    private static readonly Option<TimeSpan?> RunTimeout = Options.Seconds("--run-timeout",
        "The time limit of all cells of a notebook together; exit code 3.");

    private static readonly Option<bool> AllowErrors = new("--allow-errors")
    {
        Description = "Continues after a cell that fails, takes too long or ends the engine. The exit code is that "
            + "of the first such cell.",
    };

    private static readonly Option<bool> Check = new("--check")
    {
        Description = "Ends with 1 if the outputs differ from those in the notebook. Times, ids and the like are not "
            + "compared, nor is a cell tagged nbval-ignore-output.",
    };

    private static readonly Option<string?> Html = new("--html")
    {
        Description = "Also writes the executed notebook as one HTML file that needs no network; a folder for several.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> FoldCode = new("--fold-code")
    {
        Description = "Folds the code in the HTML file; a click shows it.",
    };

    private static readonly Option<bool> NoScripts = new("--no-scripts")
    {
        Description = "Leaves every script out of the HTML file: figures are still pictures, and HTML outputs come "
            + "without their scripts. For notebooks of others.",
    };

    private static readonly Option<string?> Markdown = new("--markdown")
    {
        Description = "Also writes the executed notebook as one Markdown file; a folder for several.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Static = new("--static")
    {
        Description = "Keeps only outputs that show without scripts: pictures, tables and text. For notebooks that are "
            + "published; they are small, and their relative links are adapted to the folder of -o.",
    };

    private static readonly Option<bool> Watch = new("--watch")
    {
        Description = "Runs again whenever the notebook is saved, until Ctrl-C.",
    };

    private static readonly Option<bool> HelpNotebook = new("--help-notebook")
    {
        Description = "Lists the parameters of the notebook, and runs nothing.",
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("run", "Runs C# notebooks, which are saved after every cell. Exit codes: 0 success, "
            + "1 a cell failed, 2 usage, 3 timeout, 4 the engine died, 130 interrupted.")
        {
            Notebooks, Output, InPlace, Parameters, Texts, Files, Inputs, From, To, CellTimeout, RunTimeout,
            AllowErrors, Check, Html, FoldCode, NoScripts, Markdown, Static, Watch, HelpNotebook,
        };
        command.Validators.Add(result =>
        {
            foreach (var file in new[] { Output, Html, Markdown })
            {
                if (result.GetResult(file) is { Implicit: false } && string.IsNullOrWhiteSpace(result.GetValue(file)))
                    result.AddError($"{file.Name} is empty; expected a file to write.");
            }
            if (result.GetValue(InPlace) && result.GetValue(Output) is not null)
                result.AddError("-o and --in-place exclude each other.");
            if (result.GetValue(InPlace) && result.GetValue(Static))
                result.AddError("--static and --in-place exclude each other: a notebook's source stays as it is.");
            if (result.GetValue(InPlace) && result.GetValue(Watch))
                result.AddError("--watch and --in-place exclude each other: a run would overwrite your edits.");
            if (result.GetValue(Watch) && result.GetValue(Notebooks) is { Length: > 1 })
                result.AddError("--watch takes one notebook.");
            foreach (var option in new[] { FoldCode, NoScripts })
            {
                if (result.GetValue(option) && result.GetValue(Html) is null)
                    result.AddError($"{option.Name} needs --html, which writes the page.");
            }
        });
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed)
    {
        var sources = parsed.GetRequiredValue(Notebooks);
        if (parsed.GetValue(HelpNotebook)) return Task.FromResult(PrintParameters(sources));
        var jobs = Jobs(parsed, sources);
        return parsed.GetValue(Watch) ? jobs[0].WatchAsync() : NotebookJob.RunAllAsync(jobs);
    }

    private static List<NotebookJob> Jobs(ParseResult parsed, string[] sources)
    {
        var names = sources.Select(source => Path.GetFileNameWithoutExtension(source)!).ToList();
        var inPlace = parsed.GetValue(InPlace);
        if (names.Count > names.Distinct(StringComparer.OrdinalIgnoreCase).Count() && !inPlace)
            throw new UsageException("Two of the notebooks have the same name, so that one output would overwrite the "
                + $"other: {string.Join(", ", sources)}. Run them separately, or with --in-place.");
        var parameters = NotebookParameters.Merge(
        [
            .. parsed.GetRequiredValue(Files).SelectMany(NotebookParameters.ReadFile),
            .. parsed.GetRequiredValue(Parameters).Select(one => NotebookParameters.Parse("-p", one, isText: false)),
            .. parsed.GetRequiredValue(Texts).Select(one => NotebookParameters.Parse("-r", one, isText: true)),
        ]);
        var answers = new Dictionary<string, string>();
        foreach (var (prompt, value) in parsed.GetRequiredValue(Inputs).Select(Answer)) answers[prompt] = value;
        return [.. sources.Select(source => new NotebookJob
        {
            Options = new RunOptions
            {
                NotebookPath = source,
                OutputPath = inPlace
                    ? null
                    : Place(Output, source, ".ipynb") ?? Repository.Artifact("run", FileName(source, ".ipynb")),
                Parameters = parameters.Values,
                TextParameters = parameters.Texts,
                Inputs = answers,
                From = parsed.GetValue(From),
                To = parsed.GetValue(To),
                CellTimeout = parsed.GetValue(CellTimeout),
                Timeout = parsed.GetValue(RunTimeout),
                AllowErrors = parsed.GetValue(AllowErrors),
                RecordTiming = !parsed.GetValue(Static), // or another run would change every cell
            },
            Html = Place(Html, source, ".html"),
            Markdown = Place(Markdown, source, ".md"),
            FoldCode = parsed.GetValue(FoldCode),
            Scripts = !parsed.GetValue(NoScripts),
            Static = parsed.GetValue(Static),
            Check = parsed.GetValue(Check),
            Inputs = parsed.GetRequiredValue(Files),
        })];

        string? Place(Option<string?> option, string source, string extension)
        {
            var given = parsed.GetValue(option);
            var isFile = sources.Length == 1 && !Path.EndsInDirectorySeparator(given) && !Directory.Exists(given);
            return given is null || isFile ? given : Path.Combine(given, FileName(source, extension));
        }
    }

    private static string FileName(string source, string extension) =>
        Path.GetFileNameWithoutExtension(source) + extension;

    private static (string Prompt, string Value) Answer(string given)
    {
        var at = given.IndexOf('=', StringComparison.Ordinal);
        if (at < 1) throw new UsageException($"--input {given}: expected prompt=value.");
        return (given[..at], given[(at + 1)..]);
    }

    private static int PrintParameters(IReadOnlyList<string> notebooks)
    {
        foreach (var path in notebooks)
        {
            var notebook = Load(path);
            Console.WriteLine(notebook.Title is { } title ? $"{path}: {title}" : path);
            try
            {
                var parameters = NotebookRunner.ParametersOf(notebook);
                if (parameters.Count == 0)
                    Console.WriteLine("  The notebook takes no parameters: no code cell is tagged 'parameters'.");
                var width = parameters.Select(parameter => Usage(parameter).Length).DefaultIfEmpty().Max();
                foreach (var parameter in parameters)
                    Console.WriteLine($"  {Usage(parameter).PadRight(width)}  {parameter.Help}".TrimEnd());
            }
            catch (RunUsageException problem)
            {
                throw new UsageException($"{path}: {problem.Message}");
            }
        }
        return ExitCode.Fine;
    }

    private static string Usage(NotebookParameter parameter)
    {
        var otherwise = parameter.Default is { } value ? $" (default {value})" : "";
        return $"-p {parameter.Name}: {parameter.Type}{otherwise}";
    }

    /// <summary>Reads a notebook.</summary>
    /// <exception cref="UsageException">The file does not exist or is not a notebook.</exception>
    internal static Notebook Load(string path)
    {
        try
        {
            return Notebook.Load(path);
        }
        catch (Exception problem) when (problem is NotebookFormatException or IOException
            or UnauthorizedAccessException)
        {
            throw new UsageException(problem.Message);
        }
    }
}
