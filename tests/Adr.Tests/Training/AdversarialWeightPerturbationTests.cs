using Adr.Attacks;
using Adr.Data;
using Adr.Tests.Reference;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Training;

public static class AdversarialWeightPerturbationTests
{
    private static readonly Defence Inner = new MadryTraining(new Pgd(ThreatModel.Linf(0.1), 2, 0.05));

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public static void Begins_after_its_warm_up(int epoch, bool isPerturbed)
    {
        var awp = new AdversarialWeightPerturbation(Inner, 0.1, warmupEpochs: 2);
        Assert.Equal(isPerturbed, GradientOf(awp, epoch) != GradientOf(Inner, epoch));
    }

    [Theory, InlineData(true), InlineData(false)] // whichever of the two defences has the setting
    public static void Its_attack_sees_the_model_in_training_mode_where_it_is_told_so(bool onTheOuter)
    {
        var awp = onTheOuter
            ? new AdversarialWeightPerturbation(Inner) { AttackInTrainingMode = true }
            : new AdversarialWeightPerturbation(Inner with { AttackInTrainingMode = true });
        using var scope = NewDisposeScope();
        using var model = new TinyNormClassifier(1);
        model.train();
        var before = model.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        awp.Perturb(model, TheBatch(side: 6), Step(1));
        Assert.Contains(model.state_dict(), pair => pair.Key.Contains("running", StringComparison.Ordinal)
            && !pair.Value.allclose(before[pair.Key]));
        Assert.True(awp.Describe()["attackInTrainingMode"]!.GetValue<bool>());
    }

    private static string GradientOf(Defence defence, int epoch)
    {
        using var scope = NewDisposeScope();
        using var model = new SmallClassifier(1, dropout: 0);
        model.train();
        var parameters = model.named_parameters().Select(p => (p.name, p.parameter)).ToList();
        var (_, gradients) = defence.Differentiate(model, TheBatch(), Step(epoch), parameters);
        return string.Concat(gradients.Select(gradient => Convert.ToHexString(gradient.contiguous().bytes)));
    }

    private static InnerAttack Step(int epoch) => new(0.1, ExampleSeeds.Sequence(1, 6), Epoch: epoch);

    private static Batch TheBatch(int side = 4) => new(
        SplitMix.Tensor(1, 0, 1, 6, 1, side, side), SplitMix.Labels(2, 6, 3), [0, 1, 2, 3, 4, 5]);
}
