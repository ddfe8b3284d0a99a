using Adr.Models;

namespace Adr.Tests.Models;

public static class SiluWideResNetTests
{
    [Fact] // with 100 classes, whose normalisation is CIFAR-100's
    public static void Latent_logits_and_input_gradient_are_PyTorchs() =>
        NetworkFixture.LatentLogitsAndInputGradient("silu_wide_resnet", new SiluWideResNet(0, 100, 16, 2), 5e-5);

    [Fact]
    public static void Training_normalises_by_the_batch_and_remembers_its_moments() =>
        NetworkFixture.LogitsAndMomentsInTraining("silu_wide_resnet", new SiluWideResNet(0, 100, 16, 2), 1e-4);

    [Fact]
    public static void Takes_a_whole_step_of_ADR()
    {
        using var model = new SiluWideResNet(seed: 1, depth: 10, width: 2);
        WholeStep.MovesEveryParameter(model, 4);
    }

    [Theory, InlineData(10, "cifar-10"), InlineData(100, "cifar-100"), InlineData(7, "cifar-10")]
    public static void The_classes_choose_the_normalisation(int classes, string normalisation)
    {
        using var model = new SiluWideResNet(1, classes, 10, 1);
        Assert.Equal(normalisation, model.Normalisation.Name);
        Assert.DoesNotContain("mean", model.state_dict().Keys.Select(name => name.Split('.')[^1]));
    }

    [Theory, InlineData(9, 1), InlineData(33, 10), InlineData(4, 1), InlineData(16, 0)]
    public static void A_size_that_does_not_exist_is_refused(int depth, int width) =>
        Assert.ThrowsAny<ArgumentException>(() => new SiluWideResNet(0, depth: depth, width: width));
}
