using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Adr.Losses;
using Adr.Native;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Bench;

/// <summary>How times grow: a training step with the batch and the threads, the global terms with the
/// classes.</summary>
internal sealed class Scaling(Reference reference, int repeats)
{
    private const int Width = 1024; // the MNIST CNN's latent

    /// <summary>Measures and prints both tables.</summary>
    internal JsonObject Run()
    {
        var (steps, terms) = (new JsonArray(), new JsonArray());
        var threads = get_num_threads();
        foreach (var count in new[] { 1, threads }.Distinct())
        {
            set_num_threads(count);
            foreach (var batch in new[] { 32, 64, 128, 256, 512 })
            {
                var scenario = new Scenario(
                    $"mnist-adr-step, 10 steps, batch {batch}, {count} threads", "mnist-cnn", "ADR-ADV", 10, batch);
                reference.Make(scenario, count);
                using var library = new Library(scenario);
                var (ours, theirs) = InTurn(() => library.Run(), () => reference.Run(scenario));
                steps.Add(new JsonObject { ["batch"] = batch, ["threads"] = count, ["seconds"] = ours,
                    ["secondsReference"] = theirs });
            }
        }
        set_num_threads(threads);
        foreach (var points in new[] { 128, 512 })
            foreach (var classes in new[] { 10, 100, 1000 })
            {
                // the reference lays out [B,B,K], over 4 GiB with its gradients
                if ((long)points * points * classes > 1 << 27) continue;
                var (ours, theirs) = InTurn(() => Terms(points, classes),
                    () => reference.Terms(points, Width, classes));
                terms.Add(new JsonObject { ["points"] = points, ["classes"] = classes, ["seconds"] = ours,
                    ["secondsReference"] = theirs });
            }
        Print("A training step, ADR-ADV on the MNIST CNN, 10 attack steps", steps, ["batch", "threads"]);
        Print("Global compactness and smoothness with their gradient, latent of 1,024", terms, ["points", "classes"]);
        return new JsonObject { ["steps"] = steps, ["globalTerms"] = terms };
    }

    private static double Terms(int points, int classes)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (z, moved) = (rand(points, Width), rand([points, Width], requires_grad: true));
        var (logits, movedLogits) = (randn(points, classes), randn([points, classes], requires_grad: true));
        var labels = randint(0, classes, [points], dtype: ScalarType.Int64);
        var clock = Stopwatch.StartNew();
        var total = AdrLoss.GlobalCompactness(z, moved, labels) + AdrLoss.GlobalSmoothness(logits, movedLogits, labels);
        Gradients.Of(total, [("z'", moved), ("logits'", movedLogits)]);
        return clock.Elapsed.TotalSeconds;
    }

    private (double Ours, double Theirs) InTurn(Func<double> ours, Func<double> theirs)
    {
        var (a, b) = (new List<double>(), new List<double>());
        for (var repeat = -1; repeat < repeats; repeat++) // the first one warms
        {
            var (mine, its) = (ours(), theirs());
            if (repeat < 0) continue;
            a.Add(mine);
            b.Add(its);
        }
        return (new Sample(a).Median, new Sample(b).Median);
    }

    private static void Print(string title, JsonArray rows, string[] keys)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(title)) };
        foreach (var column in (string[])[.. keys, "library, ms", "reference, ms", "ratio"]) table.AddColumn(
            new TableColumn(column).RightAligned());
        foreach (var row in rows)
        {
            var (ours, theirs) = ((double)row!["seconds"]!, (double)row["secondsReference"]!);
            table.AddRow([.. keys.Select(key => row[key]!.ToString()), Text(ours * 1e3), Text(theirs * 1e3),
                Text(theirs / ours) + "×"]);
        }
        AnsiConsole.Write(table);

        static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
    }
}
