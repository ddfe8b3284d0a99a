using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Convolutions;
using Adr.Data;
using Adr.Evaluation;
using Adr.Losses;
using Adr.Models;
using Adr.Training;

namespace Adr.Bench;

/// <summary>What the kernels cost in robustness: the same network trained with them and without, seed by seed, judged
/// by the same attack without them.</summary>
/// <param name="DataSet">"mnist" or "cifar-10".</param>
/// <param name="Images">Training images, from the first on.</param>
/// <param name="TestImages">Test images, from the first on.</param>
/// <param name="Epochs">Passes over them.</param>
/// <param name="Steps">Steps of the training attack.</param>
/// <param name="FirstSeed">The first seed.</param>
/// <param name="LastSeed">The last seed.</param>
internal sealed record KernelQuality(string DataSet, int Images, int TestImages, int Epochs, int Steps, int FirstSeed,
    int LastSeed)
{
    private const int JudgingSteps = 20;
    private const string Kernels = "kernels", LibTorch = "libtorch";
    private static readonly string[] Ways = [LibTorch, Kernels];

    private bool IsMnist => DataSet == "mnist";

    private ThreatModel Threat => ThreatModel.Linf(IsMnist ? 0.3 : 8 / 255.0);

    // 1.67 and 1.25 ε in all: enough to cross the ball from a random start
    private double StepSize => IsMnist ? 0.5 / Steps : 10.0 / 255 / Steps;

    private int BatchSize => IsMnist ? 64 : 128;

    /// <summary>Trains and judges all; each result is written to <paramref name="file"/> as it comes, and what lies
    /// there already is not trained again.</summary>
    internal void Run(string file)
    {
        var results = File.Exists(file) ? (JsonObject)JsonNode.Parse(File.ReadAllText(file))!
            : new JsonObject { ["settings"] = Settings(), ["runs"] = new JsonArray() };
        if (results["settings"]!.ToJsonString() != Settings().ToJsonString())
            throw new InvalidOperationException($"{file} holds results of other settings: "
                + $"{results["settings"]!.ToJsonString()}. Name another file, or delete it.");
        var runs = (JsonArray)results["runs"]!;
        var (train, test) = IsMnist ? Mnist.Full() : Cifar10.Load();
        using (train)
        using (test)
        using (var fit = train.Take(Images))
        using (var judge = test.Take(TestImages))
            for (var seed = FirstSeed; seed <= LastSeed; seed++)
                foreach (var convolutions in Ways)
                {
                    if (runs.Any(run => (int)run!["seed"]! == seed
                        && (string)run["convolutions"]! == convolutions)) continue;
                    runs.Add(One(fit, judge, convolutions, seed));
                    Report.Write(file, results);
                    Console.WriteLine(runs[^1]!.ToJsonString());
                }
        if (LastSeed > FirstSeed) Console.Write(Table(runs)); // one seed has no interval
    }

    private JsonObject One(Dataset train, Dataset test, string convolutions, int seed)
    {
        using Classifier model = IsMnist ? new MnistCnn(seed) : new CifarCnn(seed);
        var defence = new AdversarialTraining(new Pgd(Threat, Steps, StepSize), new CompactnessWeights());
        Conv3x3.UsesKernels = convolutions == Kernels;
        var history = new Trainer(model, defence, new TrainingOptions
        {
            Epochs = Epochs, BatchSize = BatchSize, Seed = seed,
            Optimizer = new AdamSettings(IsMnist ? 0.002 : 0.001), EpsilonWarmupEpochs = Math.Max(1, Epochs / 2),
        }).Fit(train);
        Conv3x3.UsesKernels = false;
        var report = Robustness.Evaluate(model, test,
            [new Pgd(Threat, JudgingSteps, Threat.Epsilon / 8, keep: KeptIterate.EarlyStop)], name: defence.Name);
        return new JsonObject
        {
            ["seed"] = seed, ["convolutions"] = convolutions, ["natural"] = report.Natural.Value,
                ["robust"] = report.Attacks[0].RobustAccuracy.Value, ["seconds"] = Math.Round(history.Seconds),
        };
    }

    private JsonObject Settings() => new()
    {
        ["dataSet"] = DataSet, ["images"] = Images, ["testImages"] = TestImages, ["epochs"] = Epochs,
            ["batchSize"] = BatchSize, ["steps"] = Steps,
        ["stepSize"] = StepSize, ["epsilon"] = Threat.Epsilon, ["judgedBy"] =
            $"PGD-{JudgingSteps}, worst iterate",
    };

    /// <summary>Means over the seeds, and the mean of the paired differences with its 95 % interval (Student's
    /// t).</summary>
    private string Table(JsonArray runs)
    {
        var text = new StringBuilder(
            "| | libtorch | kernels | difference, 95 % interval |\n|---|---|---|---|\n");
        foreach (var measure in new[] { "natural", "robust" })
        {
            var (full, low) = (Of(LibTorch), Of(Kernels));
            var difference = new MeanOfSeeds([.. low.Zip(full, (with, without) => with - without)]);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {measure} accuracy | {full.Average():0.0000} | "
                + $"{low.Average():0.0000} | {difference.Mean:+0.0000;-0.0000} "
                + $"[{difference.Low:+0.0000;-0.0000}, {difference.High:+0.0000;-0.0000}] |");

            List<double> Of(string convolutions) =>
                [.. Enumerable.Range(FirstSeed, LastSeed - FirstSeed + 1)
                    .Select(seed => (double)runs.First(run => (int)run!["seed"]! == seed
                    && (string)run["convolutions"]! == convolutions)![measure]!)];
        }
        return text.ToString();
    }
}
