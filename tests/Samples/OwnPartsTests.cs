using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Losses;
using Adr.Models;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Samples;

/// <summary>A network, an attack, a defence, a data set and a threat model of one's own, through everything the library
/// does.</summary>
public sealed class OwnPartsTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly Dataset _train = Bars(300, first: 0);
    private readonly Dataset _test = Bars(60, first: 300);

    public void Dispose()
    {
        _train.Dispose();
        _test.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Train_resume_and_evaluate()
    {
        var threat = ThreatModel.L2(1);
        var defence = new MarginTraining(new Pgd(threat, 4));
        var adam = new AdamSettings(0.01);
        var options = new TrainingOptions { Epochs = 3, BatchSize = 50, Optimizer = adam, ValidationCount = 50 };

        // interrupted in its second epoch, then resumed: the same bytes as a run that was not
        using var whole = MyNetwork(4, seed: 3);
        new Trainer(whole, defence, options).Fit(_train, new RunFolder("whole"));
        using var stop = new CancellationTokenSource();
        var stopper = new Progress(progress => { if (progress.Epoch == 2) stop.Cancel(); });
        using var interrupted = MyNetwork(4, seed: 3);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new Trainer(interrupted, defence, options).Fit(_train, new RunFolder("cut"), stopper, stop.Token));
        using var resumed = MyNetwork(4, seed: 3);
        var history = new Trainer(resumed, defence, options).Fit(_train, new RunFolder("cut"));
        Assert.Equal(3, history.Epochs.Count);
        const string checkpoint = "checkpoint.safetensors";
        Assert.Equal(File.ReadAllBytes($"whole/{checkpoint}"), File.ReadAllBytes($"cut/{checkpoint}"));

        using var evaluator = new Evaluator(resumed, _test, name: "mine");
        var report = RobustnessReport.Evaluate(evaluator, [new RandomCorners(threat), new Pgd(threat, 10)]);
        Assert.InRange(report.Natural.Value, 0.9, 1);
        Assert.InRange(report.WorstCase.Value, 0, report.Natural.Value);
        var two = new AutoAttack([new Apgd(threat, steps: 10), new RandomCorners(threat)]);
        var auto = AutoAttackReport.Evaluate(evaluator, two, "auto.json");
        Assert.InRange(auto.RobustAccuracy.Value, 0, report.Natural.Value);
        var distances = MinimumNormReport.Evaluate(evaluator, new DeepFool(threat));
        Assert.InRange(distances.Median, 0.01, 10);
        Assert.Equal(60, ConfusionMatrix.Evaluate(evaluator, new Fgsm(threat)).Accuracy.Total);
        Assert.Equal(60, PredictionConfidence.Evaluate(evaluator, new Fgsm(threat)).CleanConfidence.Length);
        var few = new GradientMaskingOptions { Examples = 20, SquareQueries = 20 };
        Assert.NotEmpty(GradientMaskingReport.Evaluate(evaluator, threat, few).Findings);
        Assert.Equal(3, RobustnessCurve.Evaluate(evaluator, new Pgd(threat, 5), [0, 0.5, 1]).Points.Count);
    }

    [Fact]
    public void Latent_comes_from_an_adapter()
    {
        var threat = ThreatModel.Linf(0.2);
        using var features = nn.Sequential(
            ("conv", nn.Conv2d(1, 4, 3)), ("relu", nn.ReLU()), ("flatten", nn.Flatten()));
        using var head = nn.Linear(4 * 6 * 6, 4);
        using var model = Classifier.From(features, head);
        var adr = new AdversarialTraining(new Pgd(threat, 3), new CompactnessWeights());
        var options = new TrainingOptions { Epochs = 2, Optimizer = new AdamSettings() };
        var history = new Trainer(model, adr, options).Fit(_train);
        Assert.Contains("LocalCompactness", history.Epochs[^1].Terms.Keys);
        using var evaluator = new Evaluator(model, _test);
        Assert.Equal(60, LatentExamples.Evaluate(evaluator, new Fgsm(threat)).Clean.GetLength(0));

        using var plain = MyNetwork(4, 1);
        var refused = Assert.ThrowsAny<ArgumentException>(() =>
            new Trainer(plain, adr, new TrainingOptions { Epochs = 1 }).Fit(_train));
        Assert.Contains("Classifier.From(features, head)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Experiment_sweep_and_table()
    {
        var (train, test) = (_train, _test);

        var own = Experiment.Mnist(Budget.Smoke) with
        {
            DataSet = new DataSource("my-data", () => (train.Take(300), test.Take(50))),
            Network = new NetworkSource("my-network", (classes, seed, _) => MyNetwork(classes, seed)),
            Norm = Norm.L2, Epsilon = 2, StepSize = 0.5, TrainCount = 250, ValidationCount = 50, TestCount = 50,
            Attacks = [new Fgsm(ThreatModel.L2(2)), new RandomCorners(ThreatModel.L2(2))],
        };
        var mine = own.Train(new MarginTraining(new Pgd(own.Threat, 5)));

        var result = own.Evaluate(mine);
        Assert.Equal(["FGSM", "corners×10"], result.Report.Attacks.Select(attack => attack.Attack));
        Assert.Contains("| Margin |", new RobustnessTable(own, [result]).ToMarkdown(), StringComparison.Ordinal);
        Assert.Equal(result.Report.Natural, own.Result(new MarginTraining(new Pgd(own.Threat, 5)))!.Report.Natural);

        var matrix = new ExperimentMatrix
        {
            Experiments = new Dictionary<string, Experiment> { ["mine"] = own with { Evaluation = new() } },
            Defences = ["Standard", "ADV"],
            Seeds = [1, 2],
        };
        Assert.Empty(matrix.Problems());
        foreach (var run in matrix.Runs) run.Run();
        var table = Assert.Single(MatrixTable.Of(matrix));
        Assert.Empty(table.Missing);
        Assert.Contains("| ADV | 1, 2 |", table.ToMarkdown(), StringComparison.Ordinal);
    }

    // torch's own initial weights, from a seed
    private static nn.Module<Tensor, Tensor> MyNetwork(int classes, long seed)
    {
        manual_seed(seed);
        return nn.Sequential(
            ("conv", nn.Conv2d(1, 8, 3)),
            ("relu", nn.ReLU()),
            ("flatten", nn.Flatten()),
            ("fc", nn.Linear(8 * 6 * 6, classes)));
    }

    // 8×8 images with a bright bar in one of four places
    private static Dataset Bars(int count, long first)
    {
        using var scope = NewDisposeScope();
        var seeds = new ExampleSeeds(7, [.. Enumerable.Range(0, count).Select(i => first + i)]);
        var images = seeds.Uniform([count, 1, 8, 8], 0, 0.3, CPU);
        for (var i = 0; i < count; i++) images[i, 0].narrow(0, 2 * (i % 4), 2).add_(0.5);
        var labels = tensor(Enumerable.Range(0, count).Select(i => (long)(i % 4)).ToArray());
        return new Dataset("Bars", images, labels, ["top", "upper", "lower", "bottom"]);
    }

    private sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
