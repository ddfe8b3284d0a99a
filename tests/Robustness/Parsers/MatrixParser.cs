using System.Text;
using Adr.Cli;
using Adr.Experiments;
using Adr.Robustness.Damage;

namespace Adr.Robustness.Parsers;

/// <summary>A matrix of experiments: read, checked, and listed as <c>adr sweep --list</c> does.</summary>
internal sealed class MatrixParser() : Parser("matrix")
{
    private const string Matrix = """
        {
          "experiments": {
            "tiny": {
              "of": "mnist", "budget": "smoke", "trainCount": 40, "validationCount": 8, "testCount": 10,
              "batchSize": 20, "epsilon": 0.3, "milestones": [1, 2], "optimizer": { "learningRate": 0.001 },
              "weights": { "confidence": 0.5 }, "awpSize": 0.2, "beta": 6,
              "evaluation": { "pgdSteps": 2, "autoAttackCount": 0 }
            },
            "other": { "of": "cifar-10", "budget": "smoke", "network": "cifar-cnn", "dropout": null }
          },
          "defences": ["ADV", "ADR-TRADES"],
          "seeds": [1, 2],
          "device": "cpu"
        }
        """;

    internal override IReadOnlyList<Sample> MakeSamples(string folder) =>
        [new("matrix.json", Encoding.UTF8.GetBytes(Matrix), new JsonForm())];

    internal override string Read(string path)
    {
        var runs = Path.Combine(Path.GetDirectoryName(path)!, "runs");
        var matrix = ExperimentMatrix.Load(path, runs);
        if (matrix.Problems() is { Count: > 0 } problems)
        {
            // A valid file of what cannot be run: the list of its cells must not end in a crash all the same.
            List(path, runs);
            throw new InvalidDataException($"{path}: {string.Join('\n', problems)}");
        }
        return List(path, runs);
    }

    internal override bool Refuses(Exception error) => error is InvalidDataException;

    private static string List(string path, string runs)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        Console.SetOut(output);
        Console.SetError(errors);
        _ = Commands.RunAsync(["sweep", path, "--list", "--runs", runs]).GetAwaiter().GetResult();
        return output + errors.ToString();
    }
}
