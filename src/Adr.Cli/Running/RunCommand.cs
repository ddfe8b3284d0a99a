using System.CommandLine;
using System.Globalization;

namespace Adr.Cli.Running;

/// <summary><c>adr run NOTEBOOK</c>: runs a C# notebook from its first cell to its last.</summary>
public static class RunCommand
{
    /// <summary>The option that gives a notebook's parameters their values.</summary>
    internal static Option<string[]> ParameterOption() => new("-p", "--parameter")
    {
        Description = "name=value for the cell tagged 'parameters'; may be given more than once.", HelpName = "name=value", DefaultValueFactory = _ => [],
    };

    /// <summary>The option that limits a cell's time.</summary>
    internal static Option<TimeSpan?> TimeoutOption() => new("--timeout")
    {
        Description = "How long one cell may take; one that takes longer is killed, exit code 3.", HelpName = "SECONDS",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e7) return TimeSpan.FromSeconds(seconds);
            result.AddError($"--timeout {text}: expected a number of seconds above 0.");
            return null;
        },
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var notebook = new Argument<string>("NOTEBOOK") { Description = "An .ipynb file." };
        var output = new Option<string?>("-o", "--output") { Description = "Where the executed notebook goes; by default artifacts/run/NAME.ipynb.", HelpName = "OUT" };
        var inPlace = new Option<bool>("--in-place") { Description = "Replaces the notebook by the executed one." };
        var parameters = ParameterOption();
        var timeout = TimeoutOption();
        var allowErrors = new Option<bool>("--allow-errors") { Description = "Goes on after a cell that fails; the exit code is 1 all the same." };
        var html = new Option<string?>("--html") { Description = "Also writes the executed notebook as one HTML file that needs no network.", HelpName = "FILE" };
        foreach (var file in new[] { output, html })
        {
            file.Validators.Add(result =>
            {
                if (string.IsNullOrWhiteSpace(result.Tokens.FirstOrDefault()?.Value)) result.AddError($"{file.Name} is empty; expected a file to write.");
            });
        }

        var command = new Command("run", "Runs a C# notebook; it is saved after every cell. Exit codes: 0 fine, 1 a cell failed, 2 usage, 3 timeout, 4 engine died, 130 interrupted.")
        {
            notebook, output, inPlace, parameters, timeout, allowErrors, html,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(inPlace) && result.GetValue(output) is not null) result.AddError("-o and --in-place exclude each other.");
        });
        command.SetAction((parsed, _) =>
        {
            var source = parsed.GetRequiredValue(notebook);
            return new NotebookRun
            {
                Notebook = source,
                Output = parsed.GetValue(inPlace) ? null : parsed.GetValue(output) ?? Repository.Artifact("run", Path.GetFileNameWithoutExtension(source) + ".ipynb"),
                Parameters = NotebookParameters.Parse(parsed.GetRequiredValue(parameters)),
                CellTimeout = parsed.GetValue(timeout),
                AllowErrors = parsed.GetValue(allowErrors),
                Html = parsed.GetValue(html),
            }.RunAsync();
        });
        return command;
    }
}
