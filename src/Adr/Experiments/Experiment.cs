using System.Text.Json.Serialization;
using Adr.Data;
using Adr.Losses;
using Adr.Training;

namespace Adr.Experiments;

/// <summary>One of the paper's experiments: every setting under which its defences are trained and judged, on one network under one threat model, L∞.</summary>
/// <remarks>
/// <see cref="Mnist"/>, <see cref="Cifar10"/> and <see cref="Cifar100"/> give the settings of a budget; every one can be changed by <c>with</c>.
/// A defence is chosen by name: <see cref="Defence"/>.
/// </remarks>
public sealed partial record Experiment
{
    private static readonly string[] Names = ["ADV", "ADR-ADV", "TRADES", "ADR-TRADES"];

    /// <summary>The budget that the settings come from.</summary>
    public required Budget Budget { get; init; }

    /// <summary>One of <see cref="DataSets.Names"/>.</summary>
    public required string DataSet { get; init; }

    /// <summary>One of <see cref="Models.Networks.Architectures"/>, which has its own number of classes from the data set.</summary>
    public required string Network { get; init; }

    /// <summary>The layer whose output is the latent; null for the network's own choice, the penultimate. Default null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LatentLayer { get; init; }

    /// <summary>The network's dropout; null for its own, which is the authors' 0.5 in the plain CNNs. Default null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Dropout { get; init; }

    /// <summary>How many training images, from the first on; those held out for validation come on top.</summary>
    public required int TrainCount { get; init; }

    /// <summary>How many images are held out of training to choose the epoch.</summary>
    public required int ValidationCount { get; init; }

    /// <summary>How many test images, from the first on.</summary>
    public required int TestCount { get; init; }

    /// <summary>Passes over the training images.</summary>
    public required int Epochs { get; init; }

    /// <summary>Images per step. Default 128, the paper's.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Whether training images are cropped and mirrored (<see cref="CropAndFlip"/>). Default false; true on CIFAR.</summary>
    public bool Augment { get; init; }

    /// <summary>Steps of the training attack.</summary>
    public required int AttackSteps { get; init; }

    /// <summary>Their size, in [0,1] pixel units.</summary>
    public required double StepSize { get; init; }

    /// <summary>The radius ε of the L∞ ball, in training and in evaluation.</summary>
    public required double Epsilon { get; init; }

    /// <summary>What the training attack computes in. Default <see cref="Attacks.AttackPrecision.Auto"/>; the evaluation's is float32.</summary>
    public Attacks.AttackPrecision AttackPrecision { get; init; } = Attacks.AttackPrecision.Auto;

    /// <summary>Over how many epochs the training attack's ε grows to its full size. Default 0.</summary>
    public int EpsilonWarmupEpochs { get; init; }

    /// <summary>Default SGD 0.01 with momentum 0.9, the paper's on MNIST.</summary>
    public OptimizerSettings Optimizer { get; init; } = new SgdSettings();

    /// <summary>After how many epochs the learning rate falls to a tenth. Default none.</summary>
    public IReadOnlyList<int> Milestones { get; init; } = [];

    /// <summary>See <see cref="TrainingOptions.CyclicPeak"/>; FGSM-RS's source has 0.5. Default null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? CyclicPeak { get; init; }

    /// <summary>The weights of ADR's terms. Default: all 1 but global smoothness 0, the clean side not detached.</summary>
    public CompactnessWeights Weights { get; init; } = new();

    /// <summary>See <see cref="TrainingOptions.TermWarmupEpochs"/>. Default 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int TermWarmupEpochs { get; init; }

    /// <summary>What ADV's two cross-entropies are multiplied by. Default 1, as in the authors' PyTorch code; their TensorFlow code has 0.5.</summary>
    public double CrossEntropyWeight { get; init; } = 1;

    /// <summary>TRADES' β. Default 1, as in TRADES' own MNIST code; 6 on CIFAR.</summary>
    public double Beta { get; init; } = 1;

    /// <summary>MART's β. Default 5, its source's.</summary>
    public double MartBeta { get; init; } = 5;

    /// <summary>AWP's γ; null for its source's, 0.005 on TRADES and 0.01 elsewhere. Default null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? AwpSize { get; init; }

    /// <summary>How often Free shows each batch. Default 8, its source's.</summary>
    public int Replays { get; init; } = 8;

    /// <summary>Decides initial weights, order, noise and which images are held out. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>"cpu", "cuda" or "cuda:N". Default "cpu".</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>How the models are judged; no training depends on it.</summary>
    public required Judgement Judgement { get; init; }

    /// <summary>Where run folders are made; by default <c>$ADR_RUNS</c>, else <c>artifacts/runs</c> under the current directory.</summary>
    public string? RunsFolder { get; init; }

    /// <summary>The four defences of the paper's tables, in their order.</summary>
    public static IReadOnlyList<string> DefenceNames => Names;

    /// <summary>Where generated pictures stand in for a data set that this machine lacks: which, and how to get it. Null where the pictures are real.</summary>
    [JsonIgnore]
    public string? StandsInFor { get; internal init; }

    /// <summary>The images: those for training, the held-out ones included, and those for the test. The caller disposes both.</summary>
    /// <exception cref="ArgumentException">There are fewer images than the settings ask for, or no data set has this name.</exception>
    /// <exception cref="IOException">The data set is not on this machine; the message says how to get it.</exception>
    public (Dataset Train, Dataset Test) Load()
    {
        var (train, test) = DataSets.Load(DataSet);
        using (train)
        using (test)
        {
            if (TooFew(train, test) is { } problem) throw new ArgumentException(problem);
            return (train.Take(TrainCount + ValidationCount), test.Take(TestCount));
        }
    }

    /// <summary>The first test images, to look at. The caller disposes them.</summary>
    /// <param name="count">How many, at least 1; null for all of <see cref="TestCount"/>, which is also the most.</param>
    public Dataset HeldOut(int? count = null)
    {
        var (train, test) = Load();
        using (train)
        using (test)
            return test.Take(Math.Min(count ?? test.Count, test.Count));
    }

    private string? TooFew(Dataset train, Dataset test) => TrainCount + ValidationCount > train.Count || TestCount > test.Count
        ? $"{DataSet} has {train.Count} training and {test.Count} test images here; {TrainCount} to train on, {ValidationCount} to hold out and {TestCount} to test on are more than that."
        : null;
}
