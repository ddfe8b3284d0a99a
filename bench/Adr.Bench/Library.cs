using System.Diagnostics;
using Adr.Attacks;
using Adr.Convolutions;
using Adr.Data;
using Adr.Evaluation;
using Adr.Losses;
using Adr.Models;
using Adr.Native;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Bench;

/// <summary>This library's side of a scenario.</summary>
internal sealed class Library : IDisposable
{
    private readonly Scenario _scenario;
    private readonly Classifier _model;
    private readonly Batch _batch;
    private readonly Attack _attack;
    private readonly Defence? _defence;
    private readonly Optimizer _optimizer;
    private readonly ExampleSeeds _seeds;
    private readonly TrainedDigits? _digits;
    private readonly Dataset? _train;

    internal Library(Scenario scenario)
    {
        _scenario = scenario;
        (_model, var (epsilon, step), _optimizer) = Make(scenario.Network);
        manual_seed(1);
        _batch = new Batch(
            rand([scenario.Batch, .. _model.InputShape]).DetachFromDisposeScope(),
                randint(0, 10, [scenario.Batch], dtype: ScalarType.Int64).DetachFromDisposeScope(),
            [.. Enumerable.Range(0, scenario.Batch).Select(i => (long)i)]);
        _seeds = new ExampleSeeds(1, _batch.Indices);
        var threat = ThreatModel.Linf(epsilon);
        if (scenario.IsEvaluation) _digits = new TrainedDigits(_model, scenario.Batch);
        _attack = scenario.Work == Work.AutoAttack ? new AutoAttack(threat)
            : new Pgd(threat, scenario.Steps, step,
                keep: scenario.IsEvaluation ? KeptIterate.EarlyStop : KeptIterate.Last);
        // as the reference; as the notebook, where the training must not diverge
        var weights = !scenario.Defence.StartsWith("ADR", StringComparison.Ordinal) ? null
            : scenario.Work == Work.Epoch ? new CompactnessWeights()
            : CompactnessWeights.AuthorsCode;
        _defence = scenario.IsEvaluation ? null
            : scenario.Defence.EndsWith("TRADES", StringComparison.Ordinal)
                ? new Trades(Pgd.Trades(threat, scenario.Steps, step), weights: weights)
            : new AdversarialTraining(_attack, weights);
        if (scenario.Work == Work.Epoch)
        {
            var (train, test) = Mnist.Embedded();
            using (train)
            using (test)
                _train = train.Take(Scenario.FirstNotebook.TrainCount);
        }
    }

    /// <summary>Where the reference finds what is evaluated; null where both sides take noise.</summary>
    internal TrainedDigits? Digits => _digits;

    /// <summary>Points that the last evaluation found robust.</summary>
    internal int Right { get; private set; }

    /// <summary>Runs the scenario once; seconds.</summary>
    internal double Run()
    {
        using var scope = NewDisposeScope();
        var clock = Stopwatch.StartNew();
        if (_train is not null)
        {
            using var model = new MnistCnn(1);
            new Trainer(model, _defence!, new TrainingOptions
            {
                Epochs = 1, BatchSize = _scenario.Batch, Optimizer = Scenario.FirstNotebook.Optimizer,
            }).Fit(_train);
        }
        else if (_defence is null)
        {
            // as a user evaluates: checks, natural accuracy and report included
            Right = Robustness.Evaluate(_model, _digits!.Points, [_attack], name: "bench").WorstCase.Successes;
        }
        else
        {
            _model.train();
            var inner = new InnerAttack(_defence.Attack!.Threat.Epsilon, _seeds);
            var (loss, gradients) = _defence.Differentiate(_model, _batch, inner, _optimizer.Parameters);
            _optimizer.Step(gradients, 1e-3);
            loss.Total.item<float>();
            loss.Clean!.Logits.argmax(1).eq(_batch.Labels).sum().item<long>(); // the accuracies, as the reference
            loss.Adversarial!.Logits.argmax(1).eq(_batch.Labels).sum().item<long>();
        }
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>The same without the kernels.</summary>
    internal double RunWithoutKernels()
    {
        Conv3x3.UsesKernels = false;
        try
        {
            return Run();
        }
        finally
        {
            Conv3x3.UsesKernels = true;
        }
    }

    /// <summary>Frees the network and the batch.</summary>
    public void Dispose()
    {
        _train?.Dispose();
        _digits?.Dispose();
        _optimizer.Dispose();
        _batch.Dispose();
        _model.Dispose();
    }

    private static (Classifier Model, (double Epsilon, double Step) Threat, Optimizer Optimizer) Make(string network)
    {
        Classifier model = network switch { "mnist-cnn" => new MnistCnn(1), "cifar-cnn" => new CifarCnn(1),
            "resnet18" => new ResNet18(1), _ => throw new ArgumentException($"There is no network \"{network}\".") };
        var parameters = model.named_parameters().Select(p => (p.name, p.parameter)).ToList();
        OptimizerSettings settings = network switch { "mnist-cnn" => new SgdSettings(),
            "cifar-cnn" => new AdamSettings(), _ => new SgdSettings(WeightDecay: 3.5e-3) };
        return (model, network == "mnist-cnn" ? (0.3, 0.01) : (8 / 255.0, 2 / 255.0), settings.Create(parameters));
    }
}
