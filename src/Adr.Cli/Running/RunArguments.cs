using System.CommandLine;
using System.Globalization;
using Adr.Kernel.Running;

namespace Adr.Cli.Running;

/// <summary>What <c>adr run</c> takes, and the runs that it asks for.</summary>
internal sealed class RunArguments
{
    private readonly Argument<string[]> notebooks = new("NOTEBOOK") { Description = "One or more .ipynb or .dib files, run one after the other.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> output = new("-o", "--output") { Description = "Where the executed notebook goes, a folder for several; by default artifacts/run/NAME.ipynb.", HelpName = "OUT" };
    private readonly Option<bool> inPlace = new("--in-place") { Description = "Replaces the notebook by the executed one." };
    private readonly Option<string[]> parameters = ParameterOption();
    private readonly Option<string[]> texts = new("-r", "--raw") { Description = "As -p, but the value is text even where it looks like a number.", HelpName = "name=value", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> files = new("-f", "--parameters-file") { Description = "A YAML or JSON file with parameters; -p and -r win over it.", HelpName = "FILE", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> inputs = new("--input") { Description = "The answer to a cell that asks with this prompt (GetInputAsync, @input:).", HelpName = "prompt=value", DefaultValueFactory = _ => [] };
    private readonly Option<int?> from = CellNumber("--from", "The first code cell to run, from 1; those before it do not run and keep their outputs.");
    private readonly Option<int?> to = CellNumber("--to", "The last code cell to run.");
    private readonly Option<TimeSpan?> timeout = Seconds("--timeout", "How long one cell may take; one that takes longer is killed, exit code 3.");
    private readonly Option<TimeSpan?> runTimeout = Seconds("--run-timeout", "How long all cells of a notebook may take together; exit code 3.");
    private readonly Option<bool> allowErrors = new("--allow-errors") { Description = "Goes on after a cell that fails; the exit code is 1 all the same." };
    private readonly Option<bool> check = new("--check") { Description = "Ends with 1 where the outputs are not what they were in the notebook; times, ids and the like are not compared, nor a cell tagged nbval-ignore-output." };
    private readonly Option<string?> html = new("--html") { Description = "Also writes the executed notebook as one HTML file that needs no network; a folder for several.", HelpName = "FILE" };
    private readonly Option<bool> foldCode = new("--fold-code") { Description = "Code in the HTML file is folded away until asked for." };
    private readonly Option<string?> markdown = new("--markdown") { Description = "Also writes the executed notebook as one Markdown file; a folder for several.", HelpName = "FILE" };
    private readonly Option<bool> watch = new("--watch") { Description = "Runs again whenever the notebook is saved, until Ctrl-C." };
    private readonly Option<bool> helpNotebook = new("--help-notebook") { Description = "Lists the notebook's parameters, and runs nothing." };

    /// <summary>The option that gives a notebook's parameters their values.</summary>
    internal static Option<string[]> ParameterOption() => new("-p", "--parameter")
    {
        Description = "name=value for the cell tagged 'parameters'; may be given more than once.", HelpName = "name=value", DefaultValueFactory = _ => [],
    };

    /// <summary>An option that takes a time.</summary>
    internal static Option<TimeSpan?> Seconds(string name, string description) => new(name)
    {
        Description = description, HelpName = "SECONDS",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e7) return TimeSpan.FromSeconds(seconds);
            result.AddError($"{name} {text}: expected a number of seconds above 0.");
            return null;
        },
    };

    /// <summary>Adds all of it to the verb, with what excludes what.</summary>
    internal void AddTo(Command command)
    {
        command.Arguments.Add(notebooks);
        foreach (var option in new Option[] { output, inPlace, parameters, texts, files, inputs, from, to, timeout, runTimeout, allowErrors, check, html, foldCode, markdown, watch, helpNotebook })
            command.Options.Add(option);
        foreach (var file in new[] { output, html, markdown })
        {
            file.Validators.Add(result =>
            {
                if (string.IsNullOrWhiteSpace(result.Tokens.FirstOrDefault()?.Value)) result.AddError($"{file.Name} is empty; expected a file to write.");
            });
        }
        command.Validators.Add(result =>
        {
            if (result.GetValue(inPlace) && result.GetValue(output) is not null) result.AddError("-o and --in-place exclude each other.");
            if (result.GetValue(inPlace) && result.GetValue(watch)) result.AddError("--watch and --in-place exclude each other: a run would overwrite what is edited meanwhile.");
            if (result.GetValue(watch) && result.GetValue(notebooks) is { Length: > 1 }) result.AddError("--watch takes one notebook.");
            if (result.GetValue(foldCode) && result.GetValue(html) is null) result.AddError("--fold-code is for the page that --html writes.");
        });
    }

    /// <summary>Does what is asked for.</summary>
    internal Task<int> RunAsync(ParseResult parsed)
    {
        var sources = parsed.GetRequiredValue(notebooks);
        if (parsed.GetValue(helpNotebook)) return Task.FromResult(NotebookHelp.Print(sources));
        var runs = Runs(parsed, sources);
        return parsed.GetValue(watch) ? Watch.RunAsync(runs[0]) : RunSeries.RunAsync(runs);
    }

    private List<NotebookRun> Runs(ParseResult parsed, string[] sources)
    {
        var names = sources.Select(source => Path.GetFileNameWithoutExtension(source)!).ToList();
        if (names.Count > names.Distinct(StringComparer.OrdinalIgnoreCase).Count() && !parsed.GetValue(inPlace))
            throw new UsageException($"Two of the notebooks have one name, so that their outputs would be one file: {string.Join(", ", sources)}. Run them apart, or --in-place.");
        var (values, isText) = NotebookParameters.Together(
            parsed.GetRequiredValue(files).SelectMany(ParameterFile.Read)
                .Concat(parsed.GetRequiredValue(parameters).Select(given => NotebookParameters.Parse("-p", given, isText: false)))
                .Concat(parsed.GetRequiredValue(texts).Select(given => NotebookParameters.Parse("-r", given, isText: true))));
        return [.. sources.Select(source => new NotebookRun
        {
            Options = new RunOptions
            {
                NotebookPath = source,
                OutputPath = parsed.GetValue(inPlace) ? null : Place(parsed.GetValue(output), source, ".ipynb") ?? Repository.Artifact("run", Path.GetFileNameWithoutExtension(source) + ".ipynb"),
                Parameters = values,
                TextParameters = isText,
                Inputs = parsed.GetRequiredValue(inputs).Select(Answer).GroupBy(answer => answer.Prompt).ToDictionary(same => same.Key, same => same.Last().Value),
                From = parsed.GetValue(from),
                To = parsed.GetValue(to),
                CellTimeout = parsed.GetValue(timeout),
                Timeout = parsed.GetValue(runTimeout),
                AllowErrors = parsed.GetValue(allowErrors),
            },
            Html = Place(parsed.GetValue(html), source, ".html"),
            Markdown = Place(parsed.GetValue(markdown), source, ".md"),
            FoldCode = parsed.GetValue(foldCode),
            Check = parsed.GetValue(check),
        })];

        string? Place(string? given, string source, string extension) =>
            given is null || sources.Length == 1 ? given : Path.Combine(given, Path.GetFileNameWithoutExtension(source) + extension);
    }

    private static (string Prompt, string Value) Answer(string given)
    {
        var at = given.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (given[..at], given[(at + 1)..]) : throw new UsageException($"--input {given}: expected prompt=value.");
    }

    private static Option<int?> CellNumber(string name, string description) => new(name)
    {
        Description = description, HelpName = "CELL",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0) return number;
            result.AddError($"{name} {text}: expected a code cell's number, from 1.");
            return null;
        },
    };
}
