using Adr.Models;

namespace Adr.Tests.Models;

public static class Cifar100CnnTests
{
    [Fact]
    public static void Latent_logits_and_input_gradient_are_PyTorchs() =>
        NetworkFixture.LatentLogitsAndInputGradient("cifar100_cnn", new Cifar100Cnn(seed: 0), 1e-5);

    [Fact]
    public static void It_has_six_convolutions_and_a_hundred_classes()
    {
        using var model = new Cifar100Cnn(seed: 0);
        Assert.Equal(100, model.Classes);
        Assert.Equal([256L, 1152L], model.get_parameter("classifier.fc1.weight")!.shape);
        Assert.Equal([100L, 256L], model.get_parameter("classifier.fc4.weight")!.shape);
        Assert.Equal(["fc1", "fc2", "fc3"], model.Layers.TakeLast(3));
        Assert.Equal(128, model.get_parameter("feature_extractor.conv6.weight")!.shape[0]);
    }
}
