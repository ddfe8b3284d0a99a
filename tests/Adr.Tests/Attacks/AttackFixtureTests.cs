using Adr.Attacks;
using Adr.Models;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>Attacks on the MNIST network, step by step, against the plain PyTorch reference; random starts
/// included.</summary>
public static class AttackFixtureTests
{
    // The points of the reference come from double precision, and the script keeps only inputs on which no sign is in
    // doubt, so all that is left is the rounding of pixels near 1.
    private const double Tolerance = 1e-5;

    private static readonly long[] Indices = [5, 1_000_003];

    [Theory, InlineData("fgsm"), InlineData("pgd_linf"), InlineData("pgd_l2"), InlineData("trades_linf"),
        InlineData("trades_l2"), InlineData("pgd_linf_random")]
    public static void Every_iterate_is_the_references(string name)
    {
        using var scope = NewDisposeScope();
        using var fixture = Fixture.Load("attacks");
        using var model = SplitMix.Fill(new MnistCnn(seed: 0), int.Parse(fixture.Metadata["weights"]));
        var settings = fixture.Settings(name);
        var seeds = new ExampleSeeds(settings.Whole("seed"), Indices);
        for (var steps = 1; steps <= settings.Whole("steps"); steps++)
            Close.Tensor(fixture[$"{name}/x{steps}"],
                Attack(name, settings, steps).Run(model, fixture[$"{name}/images"], fixture[$"{name}/labels"], seeds),
                Tolerance, $"{name}, step {steps}");
    }

    [Theory, InlineData("trades_linf"), InlineData("trades_l2"), InlineData("pgd_linf_random")]
    public static void The_random_start_is_the_references(string name)
    {
        using var scope = NewDisposeScope();
        using var fixture = Fixture.Load("attacks");
        var settings = fixture.Settings(name);
        var start = Threat(settings)
            .RandomStart(fixture[$"{name}/images"], new ExampleSeeds(settings.Whole("seed"), Indices).Fork(0));
        Close.Tensor(fixture[$"{name}/start"], start, 1e-6, name);
    }

    private static ThreatModel Threat(Settings settings) =>
        settings.Text("norm") == "l2" ? ThreatModel.L2(settings.Number("epsilon"))
            : ThreatModel.Linf(settings.Number("epsilon"));

    private static Attack Attack(string name, Settings settings, int steps)
    {
        if (name == "fgsm") return new Fgsm(Threat(settings));
        var loss = settings.Text("loss") == "kl" ? AttackLoss.KullbackLeibler : AttackLoss.CrossEntropy;
        return settings.Text("start") == "clean"
            ? new Bim(Threat(settings), steps, settings.Number("step"), loss: loss)
            : new Pgd(Threat(settings), steps, settings.Number("step"), loss: loss, start: AttackStart.Random);
    }
}
