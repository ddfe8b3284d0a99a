using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Adr.Experiments;
using Adr.Kernel.Running;
using Spectre.Console;

namespace Adr.Cli;

/// <summary><c>adr demo</c>: runs the MNIST notebook and prints its results as a table.</summary>
public static class DemoCommand
{
    // The main comparison of the paper. The notebook itself also trains TRADES and ADR-TRADES.
    private const string Defences = "ADV, ADR-ADV";

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var budget = Options.Choice("--budget", "How long the demo may take.", Budget.Quick);
        var parameters = Options.Parameters();
        var timeout = Options.Seconds("--timeout",
            "The time limit of a cell. A cell that exceeds it is stopped; exit code 3.");
        var command = new Command("demo",
            "Trains and attacks on MNIST, and writes artifacts/demo/01-mnist.ipynb, 01-mnist.html and results.json.")
        {
            budget, parameters, timeout,
        };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetValue(budget), parsed.GetRequiredValue(parameters), parsed.GetValue(timeout)));
        return command;
    }

    private static async Task<int> RunAsync(Budget budget, string[] given, TimeSpan? timeout)
    {
        var results = Repository.Artifact("demo", "results.json");
        var parameters = NotebookParameters.Merge(
            [.. given.Select(one => NotebookParameters.Parse("-p", one, isText: false))]).Values;
        if (parameters.ContainsKey("budget")) throw new UsageException("-p budget: use --budget instead.");
        if (parameters.ContainsKey("results"))
            throw new UsageException($"-p results: the demo always writes its results to {results}.");
        Directory.CreateDirectory(Repository.Artifact("demo"));
        File.Delete(results); // those of an earlier run
        var code = await new NotebookJob
        {
            Options = new RunOptions
            {
                NotebookPath = Path.Combine(Repository.Root, "notebooks", "01-mnist.ipynb"),
                OutputPath = Repository.Artifact("demo", "01-mnist.ipynb"),
                Parameters = new Dictionary<string, string>(parameters)
                {
                    ["defences"] = parameters.GetValueOrDefault("defences", Defences),
                    ["budget"] = budget.ToString().ToLowerInvariant(),
                    ["results"] = results,
                },
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

/// <summary>Prints a <c>results.json</c> as a table.</summary>
public static class ResultsTable
{
    /// <summary>One row for each defence: natural and robust accuracies in percent, with 95 % intervals.</summary>
    /// <param name="path">A file that RobustnessTable wrote.</param>
    /// <param name="console">The console to print to.</param>
    public static void Print(string path, IAnsiConsole console)
    {
        var results = JsonNode.Parse(File.ReadAllText(path))!;
        var rows = results["rows"]!.AsArray().Select(row => row!.AsObject()).ToList();
        var attacks = rows[0]["robust"]!.AsObject().Select(attack => attack.Key).ToList();
        string[] numbers = ["natural", .. attacks.Select(attack => Heading(rows[0], attack)), "minutes"];
        var table = new Table().RoundedBorder().AddColumn("defence");
        foreach (var column in numbers) table.AddColumn(new TableColumn(Markup.Escape(column)).RightAligned());
        foreach (var row in rows)
        {
            string[] cells =
            [
                (string)row["defence"]!,
                Percent(row["natural"]!, row["naturalInterval"]!),
                .. attacks.Select(attack => Percent(row["robust"]![attack]!, row["robustIntervals"]![attack]!)),
                ((double)row["minutes"]!).ToString("0.0", CultureInfo.InvariantCulture),
            ];
            table.AddRow(cells.Select(Markup.Escape).ToArray());
        }
        console.Write(table);
        console.WriteLine(Caption((string)results["budget"]!, rows[0]));
    }

    // A costly attack is run on fewer examples, and its heading says so.
    private static string Heading(JsonObject row, string attack)
    {
        var evaluation = row["evaluation"]?[attack];
        var count = (int?)(evaluation?["examples"] ?? evaluation?["points"]); // the second is the older name
        return count is not null && count != (int)row["testCount"]! ? $"{attack}, first {count}" : attack;
    }

    private static string Caption(string budget, JsonObject row) =>
        $"{budget} budget: {row["trainCount"]} training and {row["testCount"]} test images, {row["epochs"]} epochs, "
        + $"ε {row["epsilon"]}, seed {row["seed"]}. Percent, with 95 % intervals.";

    private static string Percent(JsonNode value, JsonNode interval) => string.Create(CultureInfo.InvariantCulture,
        $"{100 * (double)value:0.0} [{100 * (double)interval[0]!:0.0}, {100 * (double)interval[1]!:0.0}]");
}
