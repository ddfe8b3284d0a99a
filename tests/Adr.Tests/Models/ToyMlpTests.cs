using Adr.Models;

namespace Adr.Tests.Models;

public static class ToyMlpTests
{
    [Fact]
    public static void Latent_logits_and_input_gradient_are_PyTorchs() =>
        NetworkFixture.LatentLogitsAndInputGradient("toy_mlp", new ToyMlp(seed: 0), 1e-5);

    [Fact]
    public static void A_layer_without_units_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ToyMlp(0, hidden: 0));
}
