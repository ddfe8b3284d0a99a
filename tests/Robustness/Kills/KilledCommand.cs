using System.Diagnostics;
using Adr.Experiments;
using Adr.Kernel.Notebooks;
using Adr.Models;

namespace Adr.Robustness.Kills;

/// <summary>A command that takes seconds, and can be run again after it was killed.</summary>
/// <param name="Name">What tests call it.</param>
/// <param name="Prepare">Puts what it needs into an empty folder.</param>
/// <param name="Arguments">Its command line, given that folder, in which it leaves everything.</param>
internal sealed record KilledCommand(string Name, Action<string> Prepare, Func<string, string[]> Arguments)
{
    private WholeRun? whole;

    private const string Matrix = """
        {
          "experiments": { "tiny": { "of": "mnist", "budget": "smoke", "trainCount": 40, "validationCount": 8,
            "testCount": 10, "batchSize": 20, "epochs": 2, "evaluation": { "pgdSteps": 2, "multiTargetedCount": 2,
              "multiTargetedSteps": 1, "brendelBethgeCount": 0, "spsaCount": 2, "spsaSteps": 2, "spsaSamples": 2,
              "autoAttackCount": 0 } } },
          "defences": ["ADV", "ADR-ADV"], "seeds": [1], "device": "cpu"
        }
        """;

    internal static IReadOnlyList<KilledCommand> All { get; } =
    [
        new("train", _ => { }, folder =>
        [
            "train", "--defence", "ADR-ADV", "--epochs", "4", "--train-count", "32", "--validation-count", "8",
            "--batch-size", "16", "--attack-steps", "1", "--device", "cpu", "--runs", Path.Combine(folder, "runs"),
        ]),
        // At so large a radius the first attack breaks every example, a batch after the other.
        new("attack", SaveWeights, folder =>
        [
            "attack", Path.Combine(folder, "weights.safetensors"), "--examples", "120", "--epsilon", "0.5",
            "--batch-size", "2", "--state", Path.Combine(folder, "state.json"),
            "--json", Path.Combine(folder, "report.json"), "--images", Path.Combine(folder, "images"),
        ]),
        new("sweep", folder => File.WriteAllText(Path.Combine(folder, "matrix.json"), Matrix), folder =>
            ["sweep", Path.Combine(folder, "matrix.json"), "--runs", Path.Combine(folder, "runs")]),
        new("run --in-place", SaveNotebook, folder => ["run", Path.Combine(folder, "a.ipynb"), "--in-place"]),
        new("run -o", SaveNotebook, folder =>
        [
            "run", Path.Combine(folder, "a.ipynb"), "-o", Path.Combine(folder, "out.ipynb"),
            "--html", Path.Combine(folder, "out.html"),
        ]),
    ];

    /// <summary>By name.</summary>
    internal static KilledCommand Of(string name) => All.Single(command => command.Name == name);

    /// <summary>What it does when nothing interrupts it; it is run once.</summary>
    internal WholeRun Whole => whole ??= RunWhole();

    /// <summary>The matrix of the sweep, written to a file and read from it.</summary>
    internal static ExperimentMatrix Tiny(string path, string runs)
    {
        File.WriteAllText(path, Matrix);
        return ExperimentMatrix.Load(path, runs);
    }

    private WholeRun RunWhole()
    {
        var folder = Directory.CreateTempSubdirectory("adr-whole-").FullName;
        try
        {
            Prepare(folder);
            using var run = new AdrProcess(Arguments(folder));
            run.WaitUntilItWorks();
            var clock = Stopwatch.StartNew();
            if (run.Wait() != 0) throw new InvalidOperationException($"{Name} failed: {run.Output}\n{run.Errors}");
            Folder.Check(folder);
            return new WholeRun(Folder.Content(folder), run.Lines, clock.Elapsed);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void SaveWeights(string folder)
    {
        using var model = new MnistCnn(1);
        Weights.Save(model, Path.Combine(folder, "weights.safetensors"));
    }

    private static void SaveNotebook(string folder)
    {
        var notebook = Notebook.Create();
        notebook.Add(Cell.Markdown("# A notebook"));
        for (var i = 1; i <= 8; i++)
            notebook.Add(Cell.Code($"Console.WriteLine(\"cell {i}\");\nawait Task.Delay(50);\n{i} * {i}"));
        notebook.Save(Path.Combine(folder, "a.ipynb"));
    }
}

/// <summary>A run that nothing interrupted.</summary>
/// <param name="Content">What it left (<see cref="Folder.Content"/>).</param>
/// <param name="Lines">How many lines it wrote to stdout.</param>
/// <param name="Length">How long it took from the first of them on.</param>
internal sealed record WholeRun(IReadOnlyList<string> Content, int Lines, TimeSpan Length);
