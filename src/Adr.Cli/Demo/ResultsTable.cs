using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Adr.Cli.Demo;

/// <summary>Prints a <c>results.json</c> as a table.</summary>
public static class ResultsTable
{
    /// <summary>One row per defence: natural accuracy and robust accuracy per attack, in percent, with 95 % intervals.</summary>
    /// <param name="path">A file as RobustnessTable writes it.</param>
    /// <param name="console">Where to.</param>
    public static void Print(string path, IAnsiConsole console)
    {
        var results = JsonNode.Parse(File.ReadAllText(path))!;
        var rows = results["rows"]!.AsArray().Select(row => row!.AsObject()).ToList();
        var attacks = rows[0]["robust"]!.AsObject().Select(attack => attack.Key).ToList();
        var table = new Table().RoundedBorder().AddColumn("defence").AddColumn(new TableColumn("natural").RightAligned());
        foreach (var attack in attacks) table.AddColumn(new TableColumn(Markup.Escape(Heading(rows[0], attack))).RightAligned());
        table.AddColumn(new TableColumn("minutes").RightAligned());
        foreach (var row in rows)
        {
            string[] cells =
            [
                (string)row["defence"]!, Percent(row["natural"]!, row["naturalInterval"]!),
                .. attacks.Select(attack => Percent(row["robust"]![attack]!, row["robustIntervals"]![attack]!)),
                ((double)row["minutes"]!).ToString("0.0", CultureInfo.InvariantCulture),
            ];
            table.AddRow(cells.Select(Markup.Escape).ToArray());
        }

        console.Write(table);
        console.WriteLine(Caption((string)results["budget"]!, rows[0]));
    }

    // an attack on fewer points says so
    private static string Heading(JsonObject row, string attack) =>
        (int?)row["evaluation"]?[attack]?["points"] is { } points && points != (int)row["testCount"]! ? $"{attack}, first {points}" : attack;

    private static string Caption(string budget, JsonObject row) => string.Create(CultureInfo.InvariantCulture,
        $"{budget} budget: {row["trainCount"]} training and {row["testCount"]} held-out images, {row["epochs"]} epochs, ε {row["epsilon"]}, seed {row["seed"]}. Percent, with 95 % intervals.");

    private static string Percent(JsonNode value, JsonNode interval) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * (double)value:0.0} [{100 * (double)interval[0]!:0.0}, {100 * (double)interval[1]!:0.0}]");
}
