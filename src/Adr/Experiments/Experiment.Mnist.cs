using Adr.Training;

namespace Adr.Experiments;

public sealed partial record Experiment
{
    /// <summary>MNIST, ε = 0.3, the paper's CNN.</summary>
    /// <remarks>Training from scratch at ε = 0.3 stalls at chance, so every budget lets ε grow over its first epochs, which the paper does not mention.
    /// Smoke and quick take the 10,000 digits that come with the library, desktop 10,000 training digits of MNIST and its whole test set, paper all of it.</remarks>
    /// <param name="budget">How much time there is.</param>
    /// <param name="seed">See <see cref="Seed"/>.</param>
    /// <param name="device">See <see cref="DeviceName.Resolve"/>. Default "auto".</param>
    /// <exception cref="ArgumentException">No such budget, or no such device here.</exception>
    public static Experiment Mnist(Budget budget, long seed = 1, string device = "auto") => Begin(device, seed, budget switch
    {
        Budget.Smoke => new Experiment
        {
            Budget = budget, DataSet = "mnist-10k", Network = "mnist-cnn", Epsilon = 0.3, TrainCount = 256, ValidationCount = 32, TestCount = 64, Epochs = 1,
            AttackSteps = 2, StepSize = 0.15, EpsilonWarmupEpochs = 1, Optimizer = new AdamSettings(),
            Judgement = new() { MultiTargetedCount = 8, MultiTargetedSteps = 5, BrendelBethgeCount = 8, BrendelBethgeSteps = 10, SpsaCount = 8, SpsaSteps = 5, SpsaSamples = 16, AutoAttackCount = 8 },
        },
        Budget.Quick => new Experiment
        {
            Budget = budget, DataSet = "mnist-10k", Network = "mnist-cnn", Epsilon = 0.3, TrainCount = 4000, ValidationCount = 200, TestCount = 1500, Epochs = 6, BatchSize = 64,
            AttackSteps = 4, StepSize = 0.12, EpsilonWarmupEpochs = 4, Optimizer = new AdamSettings(0.002),
            Judgement = new() { MultiTargetedCount = 100, BrendelBethgeCount = 20, SpsaCount = 20, SpsaSteps = 40, SpsaSamples = 32, AutoAttackCount = 80, LookCount = 100 },
        },
        Budget.Desktop => new Experiment
        {
            Budget = budget, DataSet = "mnist", Network = "mnist-cnn", Epsilon = 0.3, TrainCount = 10000, ValidationCount = 500, TestCount = 10000, Epochs = 40,
            AttackSteps = 10, StepSize = 0.05, EpsilonWarmupEpochs = 5, Milestones = [25, 35],
            Judgement = new() { MultiTargetedCount = 500, BrendelBethgeCount = 500, SpsaCount = 100, AutoAttackCount = 500 },
        },
        Budget.Paper => new Experiment
        {
            Budget = budget, DataSet = "mnist", Network = "mnist-cnn", Epsilon = 0.3, TrainCount = 59000, ValidationCount = 1000, TestCount = 10000, Epochs = 100,
            AttackSteps = 40, StepSize = 0.01, EpsilonWarmupEpochs = 10, Milestones = [55, 75, 90],
            Judgement = new() { MultiTargetedCount = 10000, BrendelBethgeCount = 1000, SpsaCount = 1000, AutoAttackCount = 10000 },
        },
        _ => throw NoSuch(budget),
    });

    private static Experiment Begin(string device, long seed, Experiment settings) => settings with { Seed = seed, Device = DeviceName.Resolve(device) };

    private static ArgumentOutOfRangeException NoSuch(Budget budget) => new(nameof(budget), budget, "Expected Smoke, Quick, Desktop or Paper.");
}
