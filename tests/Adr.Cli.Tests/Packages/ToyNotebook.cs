using System.Text.Json.Nodes;
using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Cli.Tests.Packages;

/// <summary>A notebook that attacks a small network, says where Adr lies, and ends with a value of Adr.</summary>
internal static class ToyNotebook
{
    /// <summary>What the value shows by Adr's formatter; any other formatter lists its properties.</summary>
    internal const string Shown = "L∞, ε = 0.1";

    /// <summary>The attack, as a cell or a program.</summary>
    internal const string Attack = """
        using Adr.Attacks;
        using Adr.Models;
        using static TorchSharp.torch;
        var model = new ToyMlp(seed: 1);
        model.eval();
        var points = rand(8, 1, 1, 2);
        var threat = ThreatModel.Linf(0.1);
        var attacked = new Pgd(threat, steps: 5).Run(model, points, model.call(points).argmax(1));
        Console.WriteLine($"moved by {(attacked - points).abs().max().item<float>():0.000}");
        Console.WriteLine(typeof(ToyMlp).Assembly.Location);
        """;

    /// <summary>Writes the notebook.</summary>
    internal static string Write(string folder, string references)
    {
        var notebook = Notebook.Create();
        foreach (var source in new[] { references, Attack, "threat" }) notebook.Add(Cell.Code(source));
        var path = Path.Combine(folder, "toy.ipynb");
        notebook.Save(path);
        return path;
    }

    /// <summary>Runs it in an engine whose own program has nothing of Adr.</summary>
    internal static async Task<Notebook> RunAsync(string path)
    {
        var host = Path.Combine(AppContext.BaseDirectory, "..", "..", "Adr.Kernel", PackageFolder.Configuration,
            "Adr.Kernel.dll");
        var result = await NotebookRunner.RunAsync(new RunOptions
        {
            NotebookPath = path,
            OutputPath = Path.ChangeExtension(path, ".out.ipynb"),
            Engine = EngineCommand.ForHost(host),
            CellTimeout = TimeSpan.FromMinutes(3),
        });
        Assert.True(result.Outcome == RunOutcome.Ok, $"{result.Message}\n{string.Join('\n', Traceback(result))}");
        return result.Notebook!;
    }

    /// <summary>The attack stayed in its ball, with the library of a folder, and the value was shown.</summary>
    internal static void Check(Notebook executed, string library)
    {
        var outputs = executed.Cells.SelectMany(cell => cell.Outputs).ToList();
        var written = string.Concat(outputs.Where(output => output.Type == "stream").Select(one => one.StreamText));
        Assert.Contains("moved by 0.100", written);
        Assert.Contains(library, written);
        Assert.Equal(Shown, outputs.Last(output => output.Type == "execute_result").Data("text/plain"));
    }

    private static IEnumerable<string> Traceback(RunResult result) =>
        result.Failures.SelectMany(failure => failure.Traceback);
}
