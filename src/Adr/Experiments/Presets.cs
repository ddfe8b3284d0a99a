using Adr.Attacks;
using Adr.Data;
using Adr.Training;

namespace Adr.Experiments;

/// <summary>The settings of the library's experiments, for each budget.</summary>
public static class Presets
{
    /// <summary>By the name that matrix files use: a new preset is one line here.</summary>
    internal static readonly IReadOnlyDictionary<string, Func<Budget, string, string?, Experiment>> All =
        new Dictionary<string, Func<Budget, string, string?, Experiment>>
        {
            ["mnist"] = (budget, device, _) => Mnist(budget, device: device),
            ["cifar-10"] = (budget, device, network) => Cifar10(budget, device: device, network: network),
            ["cifar-100"] = (budget, device, network) =>
                Cifar100(budget, device: device, network: network ?? "cifar-100-cnn"),
            ["moons"] = (budget, device, _) => Toy("moons", budget, device: device),
            ["circles"] = (budget, device, _) => Toy("circles", budget, device: device),
            ["blobs"] = (budget, device, _) => Toy("blobs", budget, device: device),
        };

    /// <summary>MNIST, ε = 0.3, the authors' CNN.</summary>
    /// <remarks>Training from scratch at ε = 0.3 stalls at chance, so every budget lets ε grow over its first epochs,
    /// which the authors' code does not do. Smoke and quick take the 10,000 digits that come with the library, desktop
    /// 10,000 training digits of MNIST and its whole test set. Paper has the authors' protocol: all training digits, of
    /// which none are held out, so that the last epoch is evaluated.</remarks>
    /// <param name="budget">How much time there is.</param>
    /// <param name="seed">See <see cref="Experiment.Seed"/>.</param>
    /// <param name="device">See <see cref="DeviceName.Resolve"/>. Default "auto".</param>
    /// <exception cref="ArgumentException">No such budget, or no such device here.</exception>
    public static Experiment Mnist(Budget budget, long seed = 1, string device = "auto") =>
        Begin(device, seed, budget switch
    {
        Budget.Smoke => new Experiment
        {
            Budget = budget, DataSet = "mnist-10k", Network = "mnist-cnn", Epsilon = 0.3,
            TrainCount = 256, ValidationCount = 32, TestCount = 64, Epochs = 1, AttackSteps = 2, StepSize = 0.15,
            EpsilonWarmupEpochs = 1, Optimizer = new AdamSettings(),
            Evaluation = new()
            {
                MultiTargetedCount = 8, MultiTargetedSteps = 5, BrendelBethgeCount = 8, BrendelBethgeSteps = 10,
                SpsaCount = 8, SpsaSteps = 5, SpsaSamples = 16, AutoAttackCount = 8,
            },
        },
        Budget.Quick => new Experiment
        {
            Budget = budget, DataSet = "mnist-10k", Network = "mnist-cnn", Epsilon = 0.3,
            TrainCount = 6000, ValidationCount = 200, TestCount = 1500, Epochs = 6, BatchSize = 64, AttackSteps = 5,
            StepSize = 0.1, EpsilonWarmupEpochs = 4, Optimizer = new AdamSettings(0.002),
            Evaluation = new()
            {
                MultiTargetedCount = 100, BrendelBethgeCount = 50, SpsaCount = 50, SpsaSteps = 40, SpsaSamples = 32,
                AutoAttackCount = 100, DiagnosticsCount = 100,
            },
        },
        Budget.Desktop => new Experiment
        {
            Budget = budget, DataSet = "mnist", Network = "mnist-cnn", Epsilon = 0.3,
            TrainCount = 10000, ValidationCount = 500, TestCount = 10000, Epochs = 40, AttackSteps = 10,
            StepSize = 0.05, EpsilonWarmupEpochs = 5, Milestones = [25, 35],
            Evaluation = new()
            {
                MultiTargetedCount = 500, BrendelBethgeCount = 500, SpsaCount = 100, AutoAttackCount = 500,
            },
        },
        Budget.Paper => new Experiment
        {
            Budget = budget, DataSet = "mnist", Network = "mnist-cnn", Epsilon = 0.3,
            TrainCount = 60000, ValidationCount = 0, TestCount = 10000, Epochs = 100, AttackSteps = 40,
            StepSize = 0.01, EpsilonWarmupEpochs = 10, Milestones = [55, 75, 90],
            Evaluation = new() { PgdSteps = 200, BrendelBethgeCount = 1000, AutoAttackCount = 1000 },
        },
        _ => throw NoSuch(budget),
    });

    private static Experiment Begin(string device, long seed, Experiment settings) =>
        settings with { Seed = seed, Device = DeviceName.Resolve(device) };

    private static ArgumentOutOfRangeException NoSuch(Budget budget) =>
        new(nameof(budget), budget, "Expected Smoke, Quick, Desktop or Paper.");

    /// <summary>CIFAR-10, ε = 8/255.</summary>
    /// <remarks>Confidence has weight 0.5: with 1, being sure of one class costs ADR-TRADES no more than the even guess
    /// (<see cref="ConstantPredictor"/>), and it ends with one class for every image. Smoke takes generated pictures
    /// where CIFAR-10 is not on this machine, and says so in <see cref="Experiment.SyntheticSubstitute"/>; the other
    /// budgets need the real ones. Paper has the authors' protocol: ResNet-18, all training images, of which none are
    /// held out, and β = 1 for TRADES, as their scripts have it. docs/experiments.md compares the two.</remarks>
    /// <param name="budget">How much time there is.</param>
    /// <param name="seed">See <see cref="Experiment.Seed"/>.</param>
    /// <param name="device">See <see cref="DeviceName.Resolve"/>. Default "auto".</param>
    /// <param name="network">"cifar-cnn", "resnet-18" or "wide-resnet-34-10", each with the optimiser of the authors'
    /// code. Null, the default, for "resnet-18" at the paper budget and else "cifar-cnn".</param>
    /// <exception cref="ArgumentException">No such budget, or no such device here.</exception>
    public static Experiment Cifar10(
        Budget budget,
        long seed = 1,
        string device = "auto",
        string? network = null) =>
        Begin(device, seed, OfCifar(budget, "cifar-10", "gratings-10",
            network ?? (budget == Budget.Paper ? "resnet-18" : "cifar-cnn")));

    /// <summary>CIFAR-100 with its 100 fine classes, ε = 8/255. The authors' repository has no settings for it: these
    /// are those of <see cref="Cifar10"/> on a network of 100 classes, but for two.</summary>
    /// <remarks>
    /// Confidence has weight 0.25: of a hundred classes being half sure of one is cheaper than the even guess as soon
    /// as confidence weighs 0.4 times the cross-entropies (<see cref="ConstantPredictor"/>). At the quick and
    /// desktop budgets ε grows over the first five epochs, since few images of each class are learnt slowly under
    /// attack; quick takes almost twice the images of CIFAR-10's. Smoke takes generated pictures where CIFAR-100 is not
    /// on this machine, and says so in <see cref="Experiment.SyntheticSubstitute"/>; the other budgets need the real
    /// ones.
    /// </remarks>
    /// <param name="budget">How much time there is.</param>
    /// <param name="seed">See <see cref="Experiment.Seed"/>.</param>
    /// <param name="device">See <see cref="DeviceName.Resolve"/>. Default "auto".</param>
    /// <param name="network">"cifar-100-cnn", "resnet-18" or "wide-resnet-34-10". Default "cifar-100-cnn".</param>
    /// <exception cref="ArgumentException">No such budget, or no such device here.</exception>
    public static Experiment Cifar100(
        Budget budget,
        long seed = 1,
        string device = "auto",
        string network = "cifar-100-cnn") =>
        Begin(device, seed, OfCifar(budget, "cifar-100", "gratings-100", network));

    /// <summary>Points in the plane (<see cref="ToyPoints"/>), ε = 0.05, a network of two hidden layers.</summary>
    /// <remarks>The authors' repository makes such points and has no settings for them. With 0.05, a twentieth of the
    /// square's side, the squares of side 2 ε around two classes do not meet, but for points that the noise moved
    /// towards each other.</remarks>
    /// <param name="points">"moons", "circles" or "blobs".</param>
    /// <param name="budget">How much time there is.</param>
    /// <param name="seed">See <see cref="Experiment.Seed"/>.</param>
    /// <param name="device">See <see cref="DeviceName.Resolve"/>. Default "auto".</param>
    /// <exception cref="ArgumentException">No such points, no such budget, or no such device here.</exception>
    public static Experiment Toy(string points, Budget budget, long seed = 1, string device = "auto")
    {
        if (points is not ("moons" or "circles" or "blobs"))
            throw new ArgumentException($"There are no points \"{points}\". Choose moons, circles or blobs.",
                nameof(points));
        return Begin(device, seed, new Experiment
        {
            Budget = budget, DataSet = points, Network = "toy-mlp", Epsilon = 0.05,
            TrainCount = 900, ValidationCount = 100, TestCount = 500, BatchSize = 100, AttackSteps = 5,
            StepSize = 0.025, Optimizer = new AdamSettings(0.01),
            Epochs = budget switch
            {
                Budget.Smoke => 2, Budget.Quick => 30, Budget.Desktop => 100, Budget.Paper => 200,
                _ => throw NoSuch(budget),
            },
            Evaluation = new() { PgdSteps = 40, PgdStepSize = 0.005 },
        });
    }

    private const double Level = 1.0 / 255;

    private static Experiment OfCifar(Budget budget, string data, string substitute, string network)
    {
        var settings = budget switch
        {
            Budget.Smoke => new Experiment
            {
                Budget = budget, DataSet = data, Network = network, Epsilon = 8 * Level,
                TrainCount = 256, ValidationCount = 32, TestCount = 64, Epochs = 1, AttackSteps = 2,
                StepSize = 6 * Level,
                Evaluation = OnCifar() with
                {
                    MultiTargetedCount = 8, MultiTargetedSteps = 5, BrendelBethgeCount = 8, BrendelBethgeSteps = 10,
                    SpsaCount = 8, SpsaSteps = 5, SpsaSamples = 16, AutoAttackCount = 4,
                },
            },
            Budget.Quick => new Experiment
            {
                Budget = budget, DataSet = data, Network = network, Epsilon = 8 * Level,
                TrainCount = 5000, ValidationCount = 250, TestCount = 1000, Epochs = 12, BatchSize = 64,
                AttackSteps = 3, StepSize = 4 * Level,
                Evaluation = OnCifar() with
                {
                    MultiTargetedCount = 200, BrendelBethgeCount = 50, SpsaCount = 50, SpsaSteps = 20,
                    SpsaSamples = 64, AutoAttackCount = 100, DiagnosticsCount = 200,
                },
            },
            Budget.Desktop => new Experiment
            {
                Budget = budget, DataSet = data, Network = network, Epsilon = 8 * Level,
                TrainCount = 9500, ValidationCount = 500, TestCount = 2000, Epochs = 30, AttackSteps = 7,
                StepSize = 2 * Level, Milestones = [20, 26],
                Evaluation = OnCifar() with
                {
                    MultiTargetedCount = 500, BrendelBethgeCount = 200, SpsaCount = 100, AutoAttackCount = 500,
                },
            },
            Budget.Paper => new Experiment
            {
                Budget = budget, DataSet = data, Network = network, Epsilon = 8 * Level,
                TrainCount = 50000, ValidationCount = 0, TestCount = 10000, Epochs = 100, AttackSteps = 10,
                StepSize = 2 * Level, Milestones = [75, 90],
                Evaluation = OnCifar() with
                {
                    PgdSteps = 200, MultiTargetedCount = 10000, BrendelBethgeCount = 1000, AutoAttackCount = 1000,
                },
            },
            _ => throw NoSuch(budget),
        };
        settings = settings with
        {
            Augment = true, Beta = budget == Budget.Paper ? 1 : 6, Optimizer = OptimizerFor(network),
        };
        settings = data == "cifar-100" ? OfAHundredClasses(settings)
            : settings with { Weights = new() { Confidence = 0.5 } };
        return budget == Budget.Smoke && DataSets.Missing(data) is { } missing
            ? settings with { DataSet = substitute, SyntheticSubstitute = missing }
            : settings;
    }

    private static Experiment OfAHundredClasses(Experiment settings)
    {
        settings = settings with { Weights = new() { Confidence = 0.25 } };
        return settings.Budget switch
        {
            Budget.Quick => settings with { TrainCount = 9500, ValidationCount = 500, EpsilonWarmupEpochs = 5 },
            Budget.Desktop => settings with { EpsilonWarmupEpochs = 5 },
            _ => settings,
        };
    }

    private static EvaluationPlan OnCifar() => new() { PgdSteps = 20, PgdStepSize = 2 * Level };

    // the authors', by network
    private static OptimizerSettings OptimizerFor(string network) => network.Split('@')[0] switch
    {
        "resnet-18" => new SgdSettings(0.01, 0.9, 3.5e-3),
        var plain when plain.StartsWith("wide-resnet", StringComparison.Ordinal) => new SgdSettings(0.1, 0.9, 2e-4),
        _ => new AdamSettings(),
    };
}
