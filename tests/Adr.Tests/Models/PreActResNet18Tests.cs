using Adr.Models;

namespace Adr.Tests.Models;

public static class PreActResNet18Tests
{
    [Theory, InlineData(PreActForm.FinalNorm, "preact_resnet18"), InlineData(PreActForm.Fast, "preact_resnet18_fast")]
    [InlineData(PreActForm.FastNorm, "preact_resnet18_fast_norm")]
    public static void Latent_logits_and_input_gradient_are_PyTorchs(PreActForm form, string fixture) =>
        NetworkFixture.LatentLogitsAndInputGradient(fixture, new PreActResNet18(0, form: form), 5e-5,
            gradientTolerance: 2e-2); // some ReLUs are so near 0 that rounding decides

    [Theory, InlineData(PreActForm.FinalNorm, "preact_resnet18"), InlineData(PreActForm.Fast, "preact_resnet18_fast")]
    [InlineData(PreActForm.FastNorm, "preact_resnet18_fast_norm")]
    public static void In_double_they_are_closer(PreActForm form, string fixture) =>
        NetworkFixture.LatentLogitsAndInputGradient(fixture, new PreActResNet18(0, form: form), 1e-5,
            TorchSharp.torch.ScalarType.Float64);

    [Theory, InlineData(PreActForm.FinalNorm, "preact_resnet18"), InlineData(PreActForm.Fast, "preact_resnet18_fast")]
    [InlineData(PreActForm.FastNorm, "preact_resnet18_fast_norm")]
    public static void Training_normalises_by_the_batch_and_remembers_its_moments(PreActForm form, string fixture) =>
        NetworkFixture.LogitsAndMomentsInTraining(fixture, new PreActResNet18(0, form: form), 1e-4);

    [Fact]
    public static void Takes_a_whole_step_of_ADR()
    {
        using var model = new PreActResNet18(seed: 1);
        WholeStep.MovesEveryParameter(model, 4);
    }
}
