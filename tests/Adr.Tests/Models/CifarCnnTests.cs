using Adr.Models;

namespace Adr.Tests.Models;

public static class CifarCnnTests
{
    [Fact]
    public static void Latent_logits_and_input_gradient_are_PyTorchs() =>
        NetworkFixture.LatentLogitsAndInputGradient("cifar_cnn", new CifarCnn(seed: 0), 1e-5);

    [Fact]
    public static void The_number_of_classes_is_free()
    {
        using var model = new CifarCnn(seed: 0, classes: 7);
        Assert.Equal(7, model.Classes);
        Assert.Equal([7L, 256L], model.get_parameter("classifier.fc3.weight")!.shape);
    }
}
