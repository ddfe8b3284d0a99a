using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Adr.Interactive;
using Adr.Losses;
using Adr.Native;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Bench;

/// <summary>How times grow, beside plain TorchSharp: a training step with the batch and the threads, the global terms
/// with the classes and the latent.</summary>
internal sealed class Scaling(int repeats)
{
    private const string Ours = "library", Plain = "plain TorchSharp";
    private const int Batch = 128, Classes = 10, Latent = 1024, Steps = 10; // what does not grow

    private readonly JsonArray _rows = [];

    /// <summary>Measures, prints a table and draws three figures.</summary>
    /// <param name="folder">Where the figures go, as SVG; null for nowhere.</param>
    internal JsonObject Run(string? folder)
    {
        var threads = get_num_threads();
        var steps = new List<LineSeries>();
        foreach (var count in new[] { 1, threads }.Distinct())
        {
            set_num_threads(count);
            steps.AddRange(Grow("batch", $"{count} thread{(count > 1 ? "s" : "")}", [32, 64, 128, 256, 512], batch =>
            {
                var scenario = new Scenario("", "mnist-cnn", "ADR-ADV", Steps, batch);
                var (library, plain) = (new Library(scenario), new PlainLoop(scenario, null));
                return (() => library.Run() / batch, () => plain.Run() / batch, () =>
                {
                    library.Dispose();
                    plain.Dispose();
                });
            }));
        }
        set_num_threads(threads);
        var classes = Grow("classes", "", [10, 100, 200, 500, 1000], count => Terms(Latent, count));
        var latents = Grow("latent", "", [200, 1024, 2048, 4096, 8192], width => Terms(width, Classes));
        Print();
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            Draw(folder, "speed-batch", $"A step of ADR-ADV on the MNIST CNN, PGD-{Steps}", "batch size",
                "ms for each digit", steps);
            Draw(folder, "speed-classes", $"Global terms of {Batch} points, latent of {Latent}", "classes", "ms",
                classes);
            Draw(folder, "speed-latent", $"Global terms of {Batch} points, {Classes} classes", "numbers in the latent",
                "ms", latents);
        }
        return new JsonObject { ["repeats"] = repeats, ["milliseconds"] = _rows };
    }

    private List<LineSeries> Grow(string what, string how, int[] sizes,
        Func<int, (Func<double> Ours, Func<double> Plain, Action Dispose)> make)
    {
        var (ours, plain) = (new List<double>(), new List<double>());
        foreach (var size in sizes)
        {
            var (library, other, dispose) = make(size);
            var (a, b) = InTurn(library, other);
            dispose();
            ours.Add(1e3 * a);
            plain.Add(1e3 * b);
            _rows.Add(new JsonObject { ["grows"] = what, ["to"] = size, ["with"] = how, [Ours] = 1e3 * a,
                [Plain] = 1e3 * b });
        }
        var x = sizes.Select(size => (double)size).ToList();
        var tail = how.Length > 0 ? ", " + how : "";
        return [new LineSeries(Ours + tail, x, ours), new LineSeries(Plain + tail, x, plain) { Dashed = true }];
    }

    // the gradient of both terms
    private static (Func<double>, Func<double>, Action) Terms(int width, int classes)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (z, moved) = (rand(Batch, width), rand([Batch, width], requires_grad: true));
        var (logits, movedLogits) = (randn(Batch, classes), randn([Batch, classes], requires_grad: true));
        var labels = randint(0, classes, [Batch], dtype: ScalarType.Int64);
        Tensor[] all = [z, moved, logits, movedLogits, labels];
        foreach (var tensor in all) tensor.DetachFromDisposeScope();
        return (
            () => Time(() => AdrLoss.GlobalCompactness(z, moved, labels)
                + AdrLoss.GlobalSmoothness(logits, movedLogits, labels)),
            () => Time(() => PlainLoop.GlobalTerms(z, logits, moved, movedLogits, labels)),
            () => Array.ForEach(all, tensor => tensor.Dispose()));

        double Time(Func<Tensor> loss)
        {
            using var inner = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            Gradients.Of(loss(), [("z'", moved), ("logits'", movedLogits)]);
            return clock.Elapsed.TotalSeconds;
        }
    }

    private (double Ours, double Plain) InTurn(Func<double> ours, Func<double> plain)
    {
        var (a, b) = (new List<double>(), new List<double>());
        for (var repeat = -1; repeat < repeats; repeat++) // the first one warms
        {
            var (mine, its) = (ours(), plain());
            if (repeat < 0) continue;
            a.Add(mine);
            b.Add(its);
        }
        return (new Sample(a).Median, new Sample(b).Median);
    }

    private static void Draw(
        string folder, string name, string title, string across, string up, IReadOnlyList<LineSeries> series)
    {
        var figure = new LineFigure(title, series) { X = new Axis(across) { Min = 0 }, Y = new Axis(up) { Min = 0 } };
        File.WriteAllText(Path.Combine(folder, name + ".svg"), figure.As("image/svg+xml"));
    }

    private void Print()
    {
        var table = new Table
        {
            Title = new TableTitle(Markup.Escape("ms for each digit of a step, and for the global terms with their "
                + "gradient; medians")),
        };
        foreach (var column in new[] { "grows", "to", "with", Ours, Plain, "ratio" })
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var row in _rows)
        {
            var (ours, plain) = ((double)row![Ours]!, (double)row[Plain]!);
            table.AddRow((string)row["grows"]!, row["to"]!.ToString(), (string)row["with"]!, Text(ours), Text(plain),
                Text(plain / ours) + "×");
        }
        AnsiConsole.Write(table);

        static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
    }
}
