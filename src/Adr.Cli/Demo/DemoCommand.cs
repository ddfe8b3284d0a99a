using System.CommandLine;
using Adr.Cli.Running;
using Adr.Experiments;
using Adr.Kernel.Running;

namespace Adr.Cli.Demo;

/// <summary><c>adr demo</c>: the MNIST notebook, from nothing to a table.</summary>
public static class DemoCommand
{
    // The paper's main comparison; the notebook itself takes TRADES' pair, too.
    private const string Defences = "ADV, ADR-ADV";

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var budget = ChoiceOption.Create("--budget", "How much time it may take.", Budget.Quick);
        var parameters = RunArguments.ParameterOption();
        var timeout = RunArguments.Seconds("--timeout", "How long one cell may take; one that takes longer is killed, exit code 3.");
        var command = new Command("demo", "Trains and attacks on MNIST, and leaves artifacts/demo/01-mnist.ipynb, 01-mnist.html and results.json.") { budget, parameters, timeout };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetValue(budget), NotebookParameters.Parse(parsed.GetRequiredValue(parameters)), parsed.GetValue(timeout)));
        return command;
    }

    private static async Task<int> RunAsync(Budget budget, IReadOnlyDictionary<string, string> given, TimeSpan? timeout)
    {
        if (given.Keys.FirstOrDefault(name => name is "budget" or "results") is { } name)
            throw new UsageException($"-p {name}: the demo sets it itself{(name == "budget" ? "; say --budget" : "")}.");
        var results = Repository.Artifact("demo", "results.json");
        Directory.CreateDirectory(Repository.Artifact("demo"));
        File.Delete(results); // what is there after a run shall be this run's
        var code = await new NotebookRun
        {
            Options = new RunOptions
            {
                NotebookPath = Path.Combine(Repository.Root, "notebooks", "01-mnist.ipynb"),
                OutputPath = Repository.Artifact("demo", "01-mnist.ipynb"),
                Parameters = new Dictionary<string, string>(given) { ["defences"] = given.GetValueOrDefault("defences", Defences), ["budget"] = budget.ToString().ToLowerInvariant(), ["results"] = results },
                CellTimeout = timeout,
            },
            Html = Repository.Artifact("demo", "01-mnist.html"),
        }.RunAsync();
        if (code != ExitCode.Fine) return code;
        if (!File.Exists(results))
        {
            await Console.Error.WriteLineAsync($"adr: the notebook ran, but did not write {results}.");
            return ExitCode.Failed;
        }

        Console.WriteLine(results);
        ResultsTable.Print(results, Terminal.Output());
        return ExitCode.Fine;
    }
}
