using Adr.Models;

namespace Adr.Tests.Models;

public static class SiluPreActResNet18Tests
{
    [Fact]
    public static void Latent_logits_and_input_gradient_are_PyTorchs() =>
        NetworkFixture.LatentLogitsAndInputGradient("silu_preact_resnet18", new SiluPreActResNet18(seed: 0), 5e-5);

    [Fact]
    public static void Training_normalises_by_the_batch_and_remembers_its_moments() =>
        NetworkFixture.LogitsAndMomentsInTraining("silu_preact_resnet18", new SiluPreActResNet18(seed: 0), 1e-4);

    [Fact]
    public static void Takes_a_whole_step_of_ADR()
    {
        using var model = new SiluPreActResNet18(seed: 1);
        WholeStep.MovesEveryParameter(model, 4);
    }
}
