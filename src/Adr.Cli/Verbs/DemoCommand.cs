using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
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
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false, RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>One row for each defence: natural and robust accuracies in percent, with 95 % intervals.</summary>
    /// <param name="path">A file that RobustnessTable wrote.</param>
    /// <param name="console">The console to print to.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or holds something else.</exception>
    public static void Print(string path, IAnsiConsole console)
    {
        var results = Read(path);
        var rows = results.Rows;
        var attacks = rows[0].Robust.Keys.ToList();
        string[] numbers = ["natural", .. attacks.Select(attack => Heading(rows[0], attack)), "minutes"];
        var table = new Table().RoundedBorder().AddColumn("defence");
        foreach (var column in numbers) table.AddColumn(new TableColumn(Markup.Escape(column)).RightAligned());
        foreach (var row in rows)
        {
            string[] cells =
            [
                row.Defence,
                Percent(row.Natural, row.NaturalInterval),
                .. attacks.Select(attack => Percent(row.Robust[attack], row.RobustIntervals[attack])),
                row.Minutes.ToString("0.0", CultureInfo.InvariantCulture),
            ];
            table.AddRow(cells.Select(Markup.Escape).ToArray());
        }
        console.Write(table);
        var first = rows[0];
        console.WriteLine($"{results.Budget} budget: {first.TrainCount} training and {first.TestCount} test images, "
            + $"{first.Epochs} epochs, ε {first.Epsilon}, seed {first.Seed}. Percent, with 95 % intervals.");
    }

    private static Results Read(string path)
    {
        try
        {
            var results = JsonSerializer.Deserialize<Results>(File.ReadAllText(path), Strict)
                ?? throw new JsonException("It is null.");
            if (results.Rows.Count == 0 || results.Rows.Contains(null!)) throw new JsonException("A row is missing.");
            var attacks = results.Rows[0].Robust.Keys;
            foreach (var row in results.Rows)
                if (!attacks.All(attack => row.Robust.ContainsKey(attack)
                        && row.RobustIntervals.GetValueOrDefault(attack) is { Length: 2 })
                    || row.NaturalInterval.Length != 2)
                    throw new JsonException($"The row of {row.Defence} has other columns, or no intervals.");
            return results;
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"{path} holds no table of results: {damaged.Message}", damaged);
        }
    }

    // A costly attack is run on fewer examples, and its heading says so.
    private static string Heading(Row row, string attack)
    {
        var evaluation = row.Evaluation?.GetValueOrDefault(attack);
        var count = evaluation?.Examples ?? evaluation?.Points; // the second is the older name
        return count is not null && count != row.TestCount ? $"{attack}, first {count}" : attack;
    }

    private static string Percent(double value, double[] interval) => string.Create(CultureInfo.InvariantCulture,
        $"{100 * value:0.0} [{100 * interval[0]:0.0}, {100 * interval[1]:0.0}]");

    private sealed record Results(string Budget, IReadOnlyList<Row> Rows);

    private sealed record Row(
        string Defence, double Natural, double[] NaturalInterval, Dictionary<string, double> Robust,
        Dictionary<string, double[]> RobustIntervals, double Minutes, int TrainCount, int TestCount, int Epochs,
        double Epsilon, long Seed)
    {
        public Dictionary<string, Evaluated>? Evaluation { get; init; }
    }

    private sealed record Evaluated(int? Examples = null, int? Points = null);
}
