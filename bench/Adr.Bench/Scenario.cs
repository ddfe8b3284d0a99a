using Adr.Experiments;

namespace Adr.Bench;

/// <summary>What is timed, on all sides alike.</summary>
internal enum Work
{
    /// <summary>One training step on a batch.</summary>
    Step,

    /// <summary>A training epoch of notebook 01's quick budget: the other sides take as many steps.</summary>
    Epoch,

    /// <summary>The evaluation of a batch under PGD.</summary>
    Evaluation,

    /// <summary>The same under Auto-Attack, by the library alone: with its kernels, and without.</summary>
    AutoAttack,
}

/// <summary>One thing to time.</summary>
/// <param name="Name">Its name in tables and JSON.</param>
/// <param name="Network">A network by the name that the reference program knows.</param>
/// <param name="Defence">"ADV", "ADR-ADV", "TRADES" or "ADR-TRADES"; empty where the batch is only attacked.</param>
/// <param name="Steps">Steps of the attack.</param>
/// <param name="Batch">Points.</param>
/// <param name="Work">What is done with them.</param>
internal sealed record Scenario(
    string Name, string Network, string Defence, int Steps, int Batch = 128, Work Work = Work.Step)
{
    /// <summary>Whether the batch is only attacked.</summary>
    public bool IsEvaluation => Work is Work.Evaluation or Work.AutoAttack;

    /// <summary>Training steps.</summary>
    public int Repeats => Work == Work.Epoch ? (FirstNotebook.TrainCount + Batch - 1) / Batch : 1;

    /// <summary>The settings of notebook 01.</summary>
    public static Experiment FirstNotebook { get; } = Presets.Mnist(Budget.Quick, device: "cpu");

    /// <summary>Billions of multiplications and additions in convolutions and fully connected layers: two passes for
    /// each attack step; for training three more, of x and of x'. Null for Auto-Attack, whose passes depend on the
    /// points.</summary>
    public double? GigaFlop => Work == Work.AutoAttack ? null
        : 2e-9 * Batch * Repeats * (2 * Steps + (IsEvaluation ? 1 : 6)) * Multiplications(Network);

    /// <summary>All scenarios, the most telling first.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("mnist-adr-step", "mnist-cnn", "ADR-ADV", 40),
        new("cifar-cnn-adr-step", "cifar-cnn", "ADR-ADV", 10),
        new("resnet18-adr-step", "resnet18", "ADR-ADV", 10),
        new("mnist-pgd20-eval", "mnist-cnn", "", 20, Work: Work.Evaluation),
        new("mnist-auto-attack", "mnist-cnn", "", 100, Batch: 100, Work.AutoAttack),
        new("notebook-01-epoch", "mnist-cnn", "ADR-ADV", FirstNotebook.AttackSteps, FirstNotebook.BatchSize,
            Work.Epoch),
        new("mnist-adv-step", "mnist-cnn", "ADV", 40),
        new("mnist-trades-step", "mnist-cnn", "TRADES", 40),
        new("cifar-cnn-adv-step", "cifar-cnn", "ADV", 10),
        new("cifar-cnn-trades-step", "cifar-cnn", "TRADES", 10),
        new("resnet18-adv-step", "resnet18", "ADV", 10),
        new("resnet18-trades-step", "resnet18", "TRADES", 10),
    ];

    // per image and pass
    private static double Multiplications(string network) => network switch
    {
        "mnist-cnn" => Convolution(1, 32, 26) + Convolution(32, 32, 24) + Convolution(32, 64, 10)
            + Convolution(64, 64, 8) + 1024 * 200 + 200 * 200 + 2000,
        "cifar-cnn" => Convolution(3, 64, 30) + Convolution(64, 64, 28) + Convolution(64, 128, 12)
            + Convolution(128, 128, 10) + 3200 * 256 + 256 * 256 + 2560,
        "resnet18" => Convolution(3, 64, 32) + 4 * Convolution(64, 64, 32)
            + Convolution(64, 128, 16) + 3 * Convolution(128, 128, 16) + 64 * 128 * 256
            + Convolution(128, 256, 8) + 3 * Convolution(256, 256, 8) + 128 * 256 * 64
            + Convolution(256, 512, 4) + 3 * Convolution(512, 512, 4) + 256 * 512 * 16 + 5120,
        _ => throw new ArgumentException($"There is no network \"{network}\"."),
    };

    private static double Convolution(int inward, int outward, int side) => 9.0 * inward * outward * side * side;
}
