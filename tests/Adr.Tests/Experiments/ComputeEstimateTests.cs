using Adr.Attacks;
using Adr.Data;
using Adr.Experiments;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Experiments;

public static class ComputeEstimateTests
{
    // counted by hand: 3×3 convolutions without padding on maps of 26, 24, 10 and 8, then three matrices
    private const double MnistCnn = 2.0 * (26 * 26 * 9 * 1 * 32 + 24 * 24 * 9 * 32 * 32 + 10 * 10 * 9 * 32 * 64
        + 8 * 8 * 9 * 64 * 64 + 1024 * 200 + 200 * 200 + 200 * 10);

    private static readonly Experiment Settings = Experiment.Mnist(Budget.Smoke, device: "cpu") with
    {
        TrainCount = 100, ValidationCount = 0, Epochs = 3, AttackSteps = 4,
    };

    // forward passes and the like of one example: an attack step is 2, a gradient of the weights from one pass 3
    [Theory]
    [InlineData("Standard", 3)]
    [InlineData("ADV", 4 * 2 + 6)]
    [InlineData("ADR-ADV", 4 * 2 + 6)]
    [InlineData("Madry", 4 * 2 + 3)]
    [InlineData("TRADES", 1 + 4 * 2 + 9)] // p(x) before the attack, and x twice behind it
    [InlineData("ADR-TRADES", 1 + 4 * 2 + 6)]
    [InlineData("MART", 4 * 2 + 6)]
    [InlineData("FGSM-RS", 2 + 3)]
    [InlineData("Free", 8 * 3)]
    [InlineData("ADV-AWP", 4 * 2 + 2 * 6)]
    public static void Training_is_counted_pass_by_pass(string defence, double passes) =>
        Assert.Equal(passes * MnistCnn * 100 * 3, ComputeEstimate.Of(Settings, defence).Training, 1e-3 * MnistCnn);

    [Fact]
    public static void The_images_held_out_are_counted_too()
    {
        var (without, with) = (ComputeEstimate.Of(Settings, "ADV"),
            ComputeEstimate.Of(Settings with { ValidationCount = 10 }, "ADV"));
        // clean and attacked, by PGD of as many steps as TrainingOptions.ValidationSteps has
        var passes = 2 * (1 + Settings.Options().ValidationSteps);
        Assert.Equal(passes * MnistCnn * 10 * 3, with.Training - without.Training, 1e-3 * MnistCnn);
    }

    [Fact] // by hand: 0.5558e9 products and sums of one image, 26 passes, 50,000 images, 100 epochs
    public static void The_authors_ResNet_18_takes_1_4e17_operations_to_train()
    {
        var cost = ComputeEstimate.Of(Experiment.Cifar10(Budget.Paper, device: "cpu"), "ADR-ADV");
        Assert.InRange(cost.Training, 1.44e17, 1.46e17);
        Assert.InRange(cost.Evaluation, 0.1e17, 1e17);
        Assert.InRange(cost.Memory, 1e9, 4e9);
        Assert.Equal(cost.Training + cost.Evaluation, 20e12 * 3600 * cost.Hours(20), 1e9);
    }

    // with the attacks that Auto-Attack has
    private static readonly ThreatModel Tiny = ThreatModel.Linf(1e-6);
    private static readonly Attack[] Own =
    [
        new Apgd(Tiny, steps: 20, restarts: 2, gradientSamples: 3), new ApgdTargeted(Tiny, steps: 10, targets: 4),
        new FabTargeted(Tiny, steps: 10, targets: 4), new Fab(Tiny, steps: 10), new Square(Tiny, 50, restarts: 2),
    ];

    [Theory, InlineData(false), InlineData(true)] // what attacks really spend where nothing is misclassified early
    public static void An_evaluation_whose_attacks_all_go_on_costs_what_is_estimated(bool own)
    {
        var settings = Settings with
        {
            TestCount = 6, Epsilon = 1e-6, StepSize = 1e-7, Attacks = own ? Own : null,
            Evaluation = new()
            {
                PgdSteps = 7, PgdStepSize = 1e-7, MultiTargetedCount = 6, MultiTargetedSteps = 3,
                SpsaCount = 6, SpsaSteps = 2, SpsaSamples = 5,
            },
        };
        using var scope = NewDisposeScope();
        using var data = settings.HeldOut();
        using var model = new Adr.Models.MnistCnn(1);
        model.eval();
        var labels = model.call(data.Images).argmax(1);
        var cost = new AttackCost();
        Attack[] attacks = [.. settings.EvaluationAttacks(), .. settings.CostlyAttacks().Select(one => one.Attack)];
        foreach (var attack in attacks)
            attack.Run(model, data.Images, labels, ExampleSeeds.Sequence(1, 6), cost: cost);
        var estimated = ComputeEstimate.Of(settings, "ADV").Evaluation / MnistCnn;
        // with so few steps, the looks at what a run ends with are an eighth, which is not estimated
        Assert.InRange(cost.ModelEvaluations, estimated, 1.2 * estimated);
    }

    [Theory, InlineData(0), InlineData(-1), InlineData(double.NaN)]
    public static void A_speed_must_be_a_number_above_0(double speed) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ComputeEstimate.Of(Settings, "Standard").Hours(speed));

    [Fact]
    public static void Data_of_your_own_are_asked_for_their_shape_and_classes()
    {
        var (train, test) = (ToyPoints.Blobs(30), ToyPoints.Blobs(10));
        var settings = Settings with
        {
            DataSet = new DataSource("own", () => (train.Take(30), test.Take(10))),
            Network = new NetworkSource("own", (classes, _, _) =>
                nn.Sequential(("flat", nn.Flatten()), ("last", nn.Linear(2, classes)))),
            TrainCount = 30,
        };
        Assert.Equal(3.0 * 2 * 2 * 3 * 30 * 3, ComputeEstimate.Of(settings, "Standard").Training, 1e-6);
    }
}
