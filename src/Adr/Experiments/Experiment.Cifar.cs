using Adr.Data;
using Adr.Training;

namespace Adr.Experiments;

public sealed partial record Experiment
{
    /// <summary>CIFAR-10, ε = 8/255.</summary>
    /// <remarks>Smoke takes generated pictures where CIFAR-10 is not on this machine, and says so in <see cref="StandsInFor"/>; the other budgets need the real ones.</remarks>
    /// <param name="budget">How much time there is.</param>
    /// <param name="seed">See <see cref="Seed"/>.</param>
    /// <param name="device">See <see cref="DeviceName.Resolve"/>. Default "auto".</param>
    /// <param name="network">"cifar-cnn", "resnet-18" or "wide-resnet-34-10": at the paper budget each has the paper's optimiser. Default "cifar-cnn".</param>
    /// <exception cref="ArgumentException">No such budget, or no such device here.</exception>
    public static Experiment Cifar10(Budget budget, long seed = 1, string device = "auto", string network = "cifar-cnn") =>
        Begin(device, seed, OfCifar(budget, "cifar-10", "gratings-10", network));

    /// <summary>CIFAR-100 with its 100 fine classes, ε = 8/255. The paper's repository has no settings for it: these are those of <see cref="Cifar10"/> on a network of 100 classes, but for two.</summary>
    /// <remarks>
    /// Confidence and local smoothness have weight 0.25: of a hundred classes being sure of one is cheaper than the even guess as soon as the two together weigh half as much as the
    /// cross-entropies (<see cref="ConstantPredictor"/>), and with weight 1 ADR-ADV gave every image one class. At the quick and desktop budgets ε grows over the first five epochs, since few images of
    /// each class are learnt slowly under attack; quick takes almost twice the images of CIFAR-10's.
    /// Smoke takes generated pictures where CIFAR-100 is not on this machine, and says so in <see cref="StandsInFor"/>; the other budgets need the real ones.
    /// </remarks>
    /// <param name="budget">How much time there is.</param>
    /// <param name="seed">See <see cref="Seed"/>.</param>
    /// <param name="device">See <see cref="DeviceName.Resolve"/>. Default "auto".</param>
    /// <param name="network">"cifar-100-cnn", "resnet-18" or "wide-resnet-34-10". Default "cifar-100-cnn".</param>
    /// <exception cref="ArgumentException">No such budget, or no such device here.</exception>
    public static Experiment Cifar100(Budget budget, long seed = 1, string device = "auto", string network = "cifar-100-cnn") =>
        Begin(device, seed, OfCifar(budget, "cifar-100", "gratings-100", network));

    private const double Level = 1.0 / 255;

    private static Experiment OfCifar(Budget budget, string data, string standIn, string network)
    {
        var settings = budget switch
        {
            Budget.Smoke => new Experiment
            {
                Budget = budget, DataSet = data, Network = network, Epsilon = 8 * Level, TrainCount = 256, ValidationCount = 32, TestCount = 64, Epochs = 1,
                AttackSteps = 2, StepSize = 6 * Level,
                Judgement = OnCifar() with { MultiTargetedCount = 8, MultiTargetedSteps = 5, BrendelBethgeCount = 8, BrendelBethgeSteps = 10, SpsaCount = 8, SpsaSteps = 5, SpsaSamples = 16, AutoAttackCount = 4 },
            },
            Budget.Quick => new Experiment
            {
                Budget = budget, DataSet = data, Network = network, Epsilon = 8 * Level, TrainCount = 5000, ValidationCount = 250, TestCount = 1000, Epochs = 7, BatchSize = 64,
                AttackSteps = 2, StepSize = 6 * Level,
                Judgement = OnCifar() with { MultiTargetedCount = 200, BrendelBethgeCount = 50, SpsaCount = 50, SpsaSteps = 20, SpsaSamples = 64, AutoAttackCount = 50, LookCount = 200 },
            },
            Budget.Desktop => new Experiment
            {
                Budget = budget, DataSet = data, Network = network, Epsilon = 8 * Level, TrainCount = 9500, ValidationCount = 500, TestCount = 2000, Epochs = 30,
                AttackSteps = 7, StepSize = 2 * Level, Milestones = [20, 26],
                Judgement = OnCifar() with { MultiTargetedCount = 500, BrendelBethgeCount = 200, SpsaCount = 100, AutoAttackCount = 500 },
            },
            Budget.Paper => new Experiment
            {
                Budget = budget, DataSet = data, Network = network, Epsilon = 8 * Level, TrainCount = 49000, ValidationCount = 1000, TestCount = 10000, Epochs = 100,
                AttackSteps = 10, StepSize = 2 * Level, Milestones = [75, 90],
                Judgement = OnCifar() with { MultiTargetedCount = 10000, BrendelBethgeCount = 1000, SpsaCount = 1000, AutoAttackCount = 10000 },
            },
            _ => throw NoSuch(budget),
        };
        settings = settings with { Augment = true, Beta = 6, Optimizer = OptimizerFor(network) };
        if (data == "cifar-100") settings = OfAHundredClasses(settings);
        if (budget == Budget.Smoke && DataSets.Missing(data) is { } missing) return settings with { DataSet = standIn, StandsInFor = missing };
        return settings;
    }

    private static Experiment OfAHundredClasses(Experiment settings)
    {
        settings = settings with { Weights = new() { LocalSmoothness = 0.25, Confidence = 0.25 } };
        return settings.Budget switch
        {
            Budget.Quick => settings with { TrainCount = 9500, ValidationCount = 500, EpsilonWarmupEpochs = 5 },
            Budget.Desktop => settings with { EpsilonWarmupEpochs = 5 },
            _ => settings,
        };
    }

    private static Judgement OnCifar() => new() { PgdSteps = 20, PgdStepSize = 2 * Level };

    // the paper's, by network
    private static OptimizerSettings OptimizerFor(string network) => network switch
    {
        "resnet-18" => new SgdSettings(0.01, 0.9, 3.5e-3),
        _ when network.StartsWith("wide-resnet", StringComparison.Ordinal) => new SgdSettings(0.1, 0.9, 2e-4),
        _ => new AdamSettings(),
    };
}
