using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using Adr.Training;

namespace Adr.Experiments;

/// <summary>The paper's experiment on MNIST: ADV, ADR-ADV, TRADES and ADR-TRADES on one network under one threat model, L∞.</summary>
/// <remarks>
/// <see cref="For"/> gives the settings of a budget; every one can be changed by <c>with</c>. Training from scratch at ε = 0.3
/// stalls at chance, so every budget lets ε grow over its first epochs, which the paper does not mention.
/// </remarks>
public sealed partial record MnistExperiment
{
    private static readonly string[] Names = ["ADV", "ADR-ADV", "TRADES", "ADR-TRADES"];

    /// <summary>The budget that the settings come from.</summary>
    public required Budget Budget { get; init; }

    /// <summary>"mnist-10k", embedded (8,500 + 1,500 digits), or "mnist", all of it (60,000 + 10,000). Default "mnist-10k".</summary>
    public string DataSet { get; init; } = "mnist-10k";

    /// <summary>How many training digits, from the first on; those held out for validation come on top.</summary>
    public required int TrainCount { get; init; }

    /// <summary>How many digits are held out of training to choose the epoch.</summary>
    public required int ValidationCount { get; init; }

    /// <summary>How many test digits, from the first on.</summary>
    public required int TestCount { get; init; }

    /// <summary>Passes over the training digits.</summary>
    public required int Epochs { get; init; }

    /// <summary>Digits per step. Default 128, the paper's.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Steps of the training attack.</summary>
    public required int AttackSteps { get; init; }

    /// <summary>Their size, in [0,1] pixel units.</summary>
    public required double StepSize { get; init; }

    /// <summary>The radius ε of the L∞ ball, in training and in evaluation. Default 0.3, the paper's.</summary>
    public double Epsilon { get; init; } = 0.3;

    /// <summary>What the training attack computes in. Default <see cref="Attacks.AttackPrecision.Auto"/>; the evaluation's is float32.</summary>
    public AttackPrecision AttackPrecision { get; init; } = AttackPrecision.Auto;

    /// <summary>Over how many epochs the training attack's ε grows to its full size.</summary>
    public required int EpsilonWarmupEpochs { get; init; }

    /// <summary>Default SGD 0.01 with momentum 0.9, the paper's.</summary>
    public OptimizerSettings Optimizer { get; init; } = new SgdSettings();

    /// <summary>After how many epochs the learning rate falls to a tenth. Default none.</summary>
    public IReadOnlyList<int> Milestones { get; init; } = [];

    /// <summary>The weights of ADR's terms. Default: all 1 but global smoothness 0, the clean side not detached.</summary>
    public CompactnessWeights Weights { get; init; } = new();

    /// <summary>TRADES' β. Default 1, as in TRADES' own MNIST code.</summary>
    public double Beta { get; init; } = 1;

    /// <summary>The network's dropout. Default 0.5, the authors'.</summary>
    public double Dropout { get; init; } = 0.5;

    /// <summary>Steps of the evaluating PGD, of size 0.01. Default 40, the paper's.</summary>
    public int EvaluationSteps { get; init; } = 40;

    /// <summary>How many test digits meet Auto-Attack, from the first on; 0 for none. Its attacks are never shortened. Default 0.</summary>
    public int AutoAttackCount { get; init; }

    /// <summary>Decides initial weights, order, noise and which digits are held out. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>"cpu", "cuda" or "cuda:N". Default "cpu".</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Where run folders are made; by default <c>$ADR_RUNS</c>, else <c>artifacts/runs</c> under the current directory.</summary>
    public string? RunsFolder { get; init; }

    /// <summary>The four defences of the paper's table, in its order.</summary>
    public IReadOnlyList<string> DefenceNames => Names;

    /// <summary>The settings of a budget.</summary>
    /// <param name="budget">How much time there is.</param>
    /// <param name="seed">See <see cref="Seed"/>.</param>
    /// <param name="device">See <see cref="DeviceName.Resolve"/>. Default "auto".</param>
    /// <exception cref="ArgumentException">No such budget, or no such device here.</exception>
    public static MnistExperiment For(Budget budget, long seed = 1, string device = "auto")
    {
        var settings = budget switch
        {
            Budget.Smoke => new MnistExperiment
            {
                Budget = budget, TrainCount = 256, ValidationCount = 32, TestCount = 64, Epochs = 1,
                AttackSteps = 2, StepSize = 0.15, EpsilonWarmupEpochs = 1, Optimizer = new AdamSettings(), AutoAttackCount = 8,
            },
            Budget.Quick => new MnistExperiment
            {
                Budget = budget, TrainCount = 4000, ValidationCount = 200, TestCount = 1500, Epochs = 6, BatchSize = 64,
                AttackSteps = 4, StepSize = 0.12, EpsilonWarmupEpochs = 4, Optimizer = new AdamSettings(0.002), LookCount = 100, AutoAttackCount = 200,
            },
            Budget.Desktop => new MnistExperiment
            {
                Budget = budget, TrainCount = 8000, ValidationCount = 500, TestCount = 1500, Epochs = 40,
                AttackSteps = 10, StepSize = 0.05, EpsilonWarmupEpochs = 5, Milestones = [25, 35], AutoAttackCount = 500,
            },
            Budget.Paper => new MnistExperiment
            {
                Budget = budget, DataSet = "mnist", TrainCount = 59000, ValidationCount = 1000, TestCount = 10000, Epochs = 100,
                AttackSteps = 40, StepSize = 0.01, EpsilonWarmupEpochs = 10, Milestones = [55, 75, 90], AutoAttackCount = 1000,
            },
            _ => throw new ArgumentOutOfRangeException(nameof(budget), budget, "Expected Smoke, Quick, Desktop or Paper."),
        };
        return settings with { Seed = seed, Device = DeviceName.Resolve(device) };
    }

    /// <summary>A defence under these settings.</summary>
    /// <param name="name">One of <see cref="DefenceNames"/>, or "Standard" for no defence.</param>
    /// <exception cref="ArgumentException">No defence has this name.</exception>
    public Defence Defence(string name)
    {
        var threat = ThreatModel.Linf(Epsilon);
        return name switch
        {
            "Standard" => new StandardTraining(),
            "ADV" => new AdversarialTraining(new Pgd(threat, AttackSteps, StepSize)),
            "ADR-ADV" => new AdversarialTraining(new Pgd(threat, AttackSteps, StepSize), Weights),
            "TRADES" => new Trades(Pgd.Trades(threat, AttackSteps, StepSize), Beta),
            "ADR-TRADES" => new Trades(Pgd.Trades(threat, AttackSteps, StepSize), Beta, Weights),
            _ => throw new ArgumentException($"There is no defence \"{name}\". Choose one of {string.Join(", ", Names)}, Standard.", nameof(name)),
        };
    }

    /// <summary>The digits: those for training, the held-out ones included, and those for the test.</summary>
    /// <exception cref="ArgumentException">There are fewer digits than the settings ask for, or no data set has this name.</exception>
    public (Dataset Train, Dataset Test) Load()
    {
        var (train, test) = DataSet switch
        {
            "mnist-10k" => Mnist.Embedded(),
            "mnist" => Mnist.Full(),
            _ => throw new ArgumentException($"There is no data set \"{DataSet}\". Choose mnist-10k or mnist."),
        };
        using (train)
        using (test)
        {
            if (TrainCount + ValidationCount > train.Count || TestCount > test.Count)
                throw new ArgumentException($"{DataSet} has {train.Count} training and {test.Count} test digits; {TrainCount} to train on, {ValidationCount} to hold out and {TestCount} to test on are more than that.");
            return (train.Take(TrainCount + ValidationCount), test.Take(TestCount));
        }
    }

    /// <summary>Trains a new network under a defence, goes on with an interrupted run, or loads a finished one.</summary>
    /// <param name="defence">One of <see cref="DefenceNames"/>, or "Standard".</param>
    /// <param name="progress">See <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellation">See <see cref="Trainer.Fit"/>.</param>
    public TrainedModel Train(string defence, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        var how = Defence(defence);
        var model = new MnistCnn(Seed, Dropout);
        var trainer = new Trainer(model, how, new TrainingOptions
        {
            Epochs = Epochs, BatchSize = BatchSize, Optimizer = Optimizer, Milestones = Milestones, EpsilonWarmupEpochs = EpsilonWarmupEpochs,
            Seed = Seed, ValidationCount = ValidationCount, Device = Device, AttackPrecision = AttackPrecision,
        });
        var (train, test) = Load();
        using (train)
        using (test)
        {
            var folder = FolderOf(defence);
            var history = trainer.Fit(train, folder, progress, cancellation);
            return new TrainedModel(defence, model, history, folder, history.Seconds);
        }
    }

    /// <summary>The run folder of a defence: <c>DATA-BUDGET-DEFENCE-seedN-HASH</c>. Other settings, another hash, another folder.</summary>
    /// <param name="defence">One of <see cref="DefenceNames"/>, or "Standard".</param>
    public RunFolder FolderOf(string defence)
    {
        var root = RunsFolder ?? (Environment.GetEnvironmentVariable("ADR_RUNS") is { Length: > 0 } set ? set : Path.Combine("artifacts", "runs"));
        var settings = JsonSerializer.Serialize(this with { RunsFolder = null, EvaluationSteps = 0, TestCount = 0, LookCount = 0, AutoAttackCount = 0 }, Json.Compact); // not what only the evaluation sees
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(settings)))[..8];
        return new RunFolder(Path.Combine(root, $"{DataSet}-{Budget}-{defence}-seed{Seed}-{hash}".ToLowerInvariant()));
    }
}
