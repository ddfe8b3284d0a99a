using Adr.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>The costs in the table of docs/attacks.md: passes for one point that stays right, at the
/// defaults.</summary>
public static class AttackCostTests
{
    private const int Classes = 10;

    public static TheoryData<string, long, long> Costs => new()
    {
        { "FGSM", 1, 1 },
        { "BIM", 10, 10 },
        { "MIM", 10, 10 },
        { "PGD", 40, 40 },
        { "KL-PGD", 11, 10 },
        { "MT-PGD", 21 * (Classes - 1) + 1, 20 * (Classes - 1) },
        { "APGD-CE", 101, 101 },
        { "APGD-DLR", 101, 101 },
        { "APGD-T", 910, 909 },
        { "Square", 5_001, 0 },
        { "SPSA", 25_701, 0 },
        { "NES", 10_101, 0 },
        { "noise", 10, 0 },
        { "FAB", 203, 100 * (Classes - 1) },
        { "FAB-T", 1_803, 900 },
        { "DeepFool", 103, 50 * (Classes - 1) },
        { "Auto-Attack", 7_820, 1_910 },
    };

    private static Attack Make(string name, ThreatModel threat) => name switch
    {
        "FGSM" => new Fgsm(threat),
        "BIM" => new Bim(threat),
        "MIM" => new Mim(threat),
        "PGD" => new Pgd(threat),
        "KL-PGD" => Pgd.Trades(threat),
        "MT-PGD" => new MultiTargetedPgd(threat),
        "APGD-CE" => new Apgd(threat),
        "APGD-DLR" => new Apgd(threat, AttackLoss.Dlr),
        "APGD-T" => new ApgdTargeted(threat),
        "Square" => new Square(threat),
        "SPSA" => new Spsa(threat),
        "NES" => new Nes(threat),
        "FAB" => new Fab(threat),
        "FAB-T" => new FabTargeted(threat),
        "DeepFool" => new DeepFool(threat),
        "Auto-Attack" => new AutoAttack(threat),
        _ => new RandomNoise(threat),
    };

    [Theory, MemberData(nameof(Costs))]
    public static void Are_those_of_the_documentation(string name, long forwards, long backwards)
    {
        using var scope = NewDisposeScope();
        using var model = new Sure();
        var cost = new AttackCost();
        Make(name, ThreatModel.Linf(0.1)).Run(model, full([1, 1, 3, 3], 0.5), zeros(1, dtype: ScalarType.Int64),
            ExampleSeeds.Sequence(1, 1), cost: cost);
        Assert.Equal(backwards, cost.Backwards);
        // changes that ball and box undo are not asked about
        if (name is "Square" or "Auto-Attack") Assert.InRange(cost.Forwards, forwards / 3, forwards);
        else Assert.Equal(forwards, cost.Forwards);
    }

    /// <summary>Class 0 by a wide margin, whatever the image, with a gradient all the same.</summary>
    private sealed class Sure() : nn.Module<Tensor, Tensor>("sure")
    {
        public override Tensor forward(Tensor images)
        {
            using var scope = NewDisposeScope();
            var brightness = images.flatten(1).mean([1L]).unsqueeze(1); // [B,1]
            // [1,K-1]
            var others = arange(Classes - 1, dtype: ScalarType.Float32, device: images.device).unsqueeze(0) * 0.1;
            return cat([5 - brightness, others + brightness], 1).MoveToOuterDisposeScope(); // [B,K]
        }
    }
}
